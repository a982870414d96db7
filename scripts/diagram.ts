import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { PlanDefinition } from '@medplum/fhirtypes';
import { readDefinition } from '../bots/journeys/definition.ts';
import { diagramOf } from '../bots/journeys/diagram.ts';
import { runCommand, SettingsError } from './lib/args.ts';
import { signIn } from './lib/client.ts';
import { readCredentials } from './lib/settings.ts';

/**
 * `npm run diagram -- FILE` or `npm run diagram -- URL`: prints a journey's definition as a Mermaid flowchart. FILE is a
 * PlanDefinition as JSON, URL the canonical url of one on the server that MEDPLUM_BASE_URL names.
 */
await runCommand(async () => {
  const { positionals } = parseArgs({ allowPositionals: true, options: {} });
  const [named, ...others] = positionals;
  if (!named || others.length > 0) {
    throw new SettingsError('npm run diagram -- FILE or URL of a PlanDefinition');
  }
  const { definition, problems } = readDefinition(await load(named));
  console.log(diagramOf(definition));
  if (problems.length > 0) {
    throw new Error(`This journey cannot be started:\n${problems.join('\n')}`);
  }
});

async function load(named: string): Promise<PlanDefinition> {
  if (/^https?:/.test(named)) {
    const medplum = await signIn(readCredentials(process.env));
    const found = await medplum.searchOne('PlanDefinition', { url: named, _sort: '-_lastUpdated' });
    if (!found) {
      throw new SettingsError(`There is no PlanDefinition ${named}.`);
    }
    return found;
  }
  const text = await readFile(named, 'utf8').catch(() => {
    throw new SettingsError(`${named} cannot be read.`);
  });
  const parsed = asJson(text) as { resourceType?: unknown } | undefined;
  if (parsed?.resourceType !== 'PlanDefinition') {
    throw new SettingsError(`${named} is no PlanDefinition.`);
  }
  return parsed as PlanDefinition;
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
