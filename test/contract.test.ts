import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { loadBots } from '../scripts/lib/bots.ts';
import { inRoot } from '../scripts/lib/paths.ts';

test('docs/fhir-contract.md names every operation and every parameter of it', async () => {
  const contract = await readFile(inRoot('docs', 'fhir-contract.md'), 'utf8');
  for (const { definition } of await loadBots()) {
    if (definition.operation) {
      const { code, parameters } = definition.operation;
      const row = contract.split('\n').find((line) => line.startsWith('|') && line.includes(`$${code}`));
      expect([code, row !== undefined]).toEqual([code, true]);
      for (const { name, use } of parameters.filter((parameter) => parameter.name !== 'return')) {
        expect([code, use, name, row?.includes(name ?? '')]).toEqual([code, use, name, true]);
      }
    }
  }
});
