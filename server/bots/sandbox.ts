import { createRequire, isBuiltin } from 'node:module';
import { constants, createContext, Script } from 'node:vm';
import type { Context } from 'node:vm';
import { ContentType, Hl7Message, MedplumClient, normalizeErrorString, normalizeOperationOutcome } from '@medplum/core';
import type { Clock } from '../clock.ts';
import type { BotEvent, BotResult } from './types.ts';

/** Seconds that a bot has unless `Bot.timeout` says otherwise. */
const DEFAULT_TIMEOUT = 10;

const require = createRequire(import.meta.url);

/** Replaces the context's Date by one that asks the server what time it is. */
const FOLLOW_CLOCK = new Script(`
  Date = ((MachineDate) => class Date extends MachineDate {
    constructor(...args) { super(...(args.length === 0 ? [serverNow()] : args)); }
    static now() { return serverNow(); }
  })(Date);
`);

/** What one run of a bot needs. */
export interface SandboxRun {
  script: Script;
  medplum: MedplumClient;
  event: BotEvent;
  /** `Bot.timeout`, in seconds. */
  timeout: number | undefined;
  /** Set where the bot's `Date` follows the server's clock and not the machine's. */
  clock: Clock | undefined;
}

/**
 * Runs a bot in a context of its own, so that nothing it leaves behind reaches the next run. This separates bots from
 * one another's state; it is no boundary against hostile code, which only administrators can deploy.
 */
export async function runInSandbox(run: SandboxRun): Promise<BotResult> {
  const lines: string[] = [];
  const milliseconds = (run.timeout ?? DEFAULT_TIMEOUT) * 1000;
  try {
    const running = run.script.runInContext(buildContext(run, lines), { timeout: milliseconds }) as Promise<unknown>;
    const returnValue = await withDeadline(running, milliseconds);
    return { success: true, log: lines.join('\n'), returnValue };
  } catch (err) {
    lines.push(`Error ${normalizeErrorString(err)}`);
    return { success: false, log: lines.join('\n'), returnValue: normalizeOperationOutcome(err) };
  } finally {
    setImmediate(() => (spare ??= makeContext()));
  }
}

/** The globals are those of Medplum's VM context and no more: what works here works there. */
function buildContext(run: SandboxRun, lines: string[]): Context {
  const context = freshContext();
  Object.assign(context, {
    console: { log: (...values: unknown[]) => void lines.push(values.join(' ')) },
    fetch,
    require: requireForBots,
    process,
    ContentType,
    Hl7Message,
    MedplumClient,
    TextDecoder,
    TextEncoder,
    URL,
    URLSearchParams,
    event: run.event,
    invokeHandler: (handler: unknown) => invoke(handler, run),
  });
  if (run.clock) {
    const { clock } = run;
    context.serverNow = () => clock.now();
    FOLLOW_CLOCK.runInContext(context);
  }
  return context;
}

let spare: Context | undefined;

/**
 * A context that nothing has run in. Making one takes a good part of what a short run takes, so the next one is made when
 * a run has ended, and somebody has their answer.
 */
function freshContext(): Context {
  const context = spare ?? makeContext();
  spare = undefined;
  return context;
}

/** With an ordinary global object: without the interceptors of a contextified one it is made and read faster. */
const makeContext = (): Context => createContext(constants.DONT_CONTEXTIFY);

async function invoke(handler: unknown, { medplum, event }: SandboxRun): Promise<unknown> {
  if (typeof handler !== 'function') {
    throw new Error(
      'exports.handler is not a function (a bundle that sets module.exports needs Object.assign(exports, module.exports))',
    );
  }
  const isHl7 = event.contentType === ContentType.HL7_V2;
  const input = isHl7 && typeof event.input === 'string' ? Hl7Message.parse(event.input) : event.input;
  const result = await (handler as (m: MedplumClient, e: BotEvent) => unknown)(medplum, { ...event, input });
  return result instanceof Hl7Message ? result.toString() : result;
}

/** Bots bundle what they need; from outside come `@medplum/core` and what Node brings. */
function requireForBots(name: string): unknown {
  if (name === '@medplum/core' || isBuiltin(name)) {
    return require(name) as unknown;
  }
  throw new Error(`Cannot find module '${name}': bundle it into the bot`);
}

/** A run that waits for ever would hold its place in the pool for ever. */
async function withDeadline<T>(running: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Bot timed out after ${milliseconds / 1000} seconds`)), milliseconds);
  });
  try {
    return await Promise.race([running, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
