import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { BotDefinition } from '../../bots/runtime/definition.ts';
import { inRoot } from './paths.ts';

/** A bot as `medplum.config.json` lists it. */
export interface BotEntry {
  /** The name of the Bot resource, which is also what `medplum bot deploy NAME` takes. */
  readonly name: string;
  /** The TypeScript file that defines it, relative to the project. */
  readonly source: string;
  /** The bundle that is made of it, relative to the project. */
  readonly dist: string;
}

export interface Bot extends BotEntry {
  readonly definition: BotDefinition;
}

/** The name of the Bot resource of a definition: `careline-scheduling-book` for `scheduling/book`. */
export const botName = (definitionName: string): string => `careline-${definitionName.replace('/', '-')}`;

/** Every bot that `medplum.config.json` lists, with its definition. */
export async function loadBots(): Promise<Bot[]> {
  const config = JSON.parse(await readFile(inRoot('medplum.config.json'), 'utf8')) as { bots: BotEntry[] };
  return Promise.all(
    config.bots.map(async ({ name, source, dist }) => {
      const module = (await import(pathToFileURL(inRoot(source)).href)) as { default: BotDefinition };
      return { name, source, dist, definition: module.default };
    }),
  );
}
