import { expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Bundle, Communication } from '@medplum/fhirtypes';
import { handOver } from './deliver.ts';

test('a message that cannot be handed over at all is tried again, and not looked for', async () => {
  const claimed: WithId<Communication> = {
    resourceType: 'Communication',
    id: 'one',
    meta: { versionId: '2' },
    status: 'in-progress',
  };
  const written: unknown[] = [];
  const fhir = {
    invalidateAll: () => undefined,
    executeBatch: async ({ entry }: Bundle) => {
      written.push(...(entry ?? []).map(({ resource }) => resource));
      return { resourceType: 'Bundle', type: 'transaction-response', entry: [{ response: { status: '200' } }] };
    },
  };
  const composed = { channel: 'sms', address: '+12025550142', body: 'x', others: [], isRendered: false } as const;
  const run = { fhir: fhir as never, now: new Date('2030-03-04T12:00:00Z'), secrets: {} };
  await handOver(run, claimed, composed, {
    send: () => Promise.reject(new Error('There is no webhook to report to.')),
    find: async () => [],
  });
  expect(written).toMatchObject([{ id: 'one', status: 'on-hold' }]);
});
