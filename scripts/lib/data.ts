import { readdir, readFile } from 'node:fs/promises';
import type { Resource } from '@medplum/fhirtypes';
import { inRoot } from './paths.ts';

/** The FHIR resources below one folder of `resources/`, one a file, in the order of their paths. */
export async function loadResources(folder: string): Promise<Resource[]> {
  const names = (await readdir(inRoot('resources', folder), { recursive: true })).filter((name) =>
    name.endsWith('.json'),
  );
  const contents = await Promise.all(
    names.sort().map(async (name) => JSON.parse(await readFile(inRoot('resources', folder, name), 'utf8')) as Resource),
  );
  return contents.filter((content) => 'resourceType' in content);
}
