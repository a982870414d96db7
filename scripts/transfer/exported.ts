import { createReadStream, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { WithId } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { SettingsError } from '../lib/args.ts';

/** Every resource of an export, by its id. A clinic fits into memory: some kilobytes a resource. */
export type Exported = ReadonlyMap<string, WithId<Resource>>;

/**
 * Reads what `npm run export` wrote.
 * @throws SettingsError if the folder is no export.
 */
export async function readExport(folder: string): Promise<Exported> {
  if (!existsSync(join(folder, 'export.json'))) {
    throw new SettingsError(`${folder} is no export: npm run export -- FOLDER makes one.`);
  }
  const exported = new Map<string, WithId<Resource>>();
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ndjson'));
  for (const file of files.sort()) {
    // By line: all content of a clinic is more than one string can hold.
    for await (const line of createInterface({ input: createReadStream(join(folder, file), 'utf8') })) {
      if (line !== '') {
        const resource = JSON.parse(line) as WithId<Resource>;
        exported.set(resource.id, resource);
      }
    }
  }
  return exported;
}
