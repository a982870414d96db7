import { Script } from 'node:vm';
import { badRequest, OperationOutcomeError } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Bot } from '@medplum/fhirtypes';
import type { BinaryContent } from '../http/binary-content.ts';

const MAX_SCRIPTS = 200;

/**
 * The compiled code of bots. Each run gets a fresh context, but compiling a bundle of some hundred kilobytes costs more
 * than running it, so the script is kept for as long as the bot points at the same file.
 */
export class BotCode {
  private readonly content: BinaryContent;
  private readonly scripts = new Map<string, Script>();

  constructor(content: BinaryContent) {
    this.content = content;
  }

  /** The script of a bot; throws an OperationOutcome where it has none that could run. */
  async script(bot: WithId<Bot>): Promise<Script> {
    const url = bot.executableCode?.url;
    if (!url) {
      throw new OperationOutcomeError(badRequest('No executable code'));
    }
    if (!url.startsWith('Binary/')) {
      throw new OperationOutcomeError(badRequest('Executable code is not a Binary'));
    }
    const known = this.scripts.get(url);
    if (known) {
      return known;
    }
    const code = await this.content.readText(url.slice('Binary/'.length));
    if (code === undefined) {
      throw new OperationOutcomeError(badRequest('Executable code not found'));
    }
    const script = compile(code, bot.executableCode?.title ?? 'index.js');
    if (this.scripts.size >= MAX_SCRIPTS) {
      const [oldest] = this.scripts.keys();
      this.scripts.delete(oldest as string);
    }
    this.scripts.set(url, script);
    return script;
  }
}

/**
 * Wraps a bot's file so that running the script calls its handler. The call is part of the script's run: the time limit
 * of the context then covers the handler up to its first await. As on Medplum's VM context, a bot sets `exports.handler`;
 * a bundle that replaces `module.exports` copies it over with `Object.assign(exports, module.exports)`.
 */
export function compile(code: string, filename: string): Script {
  const head = '(() => { const exports = {}; const module = { exports };';
  const source = `${head}\n${code}\nreturn invokeHandler(exports.handler); })()`;
  return new Script(source, { filename, lineOffset: -1 });
}
