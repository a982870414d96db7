import { expect, test } from '@jest/globals';
import { MedplumClient } from '@medplum/core';
import type { Bundle } from '@medplum/fhirtypes';
import { send } from './batch.ts';

test('batches that are sent at once each have their own answer, which comes unpacked', async () => {
  const asked: (string | null)[] = [];
  const fhir = new MedplumClient({
    baseUrl: 'https://example.com/',
    // Answers each entry with its address.
    fetch: (_url: string, { body, headers }: RequestInit) => {
      asked.push(new Headers(headers).get('accept-encoding'));
      const { entry } = JSON.parse(body as string) as Bundle;
      const answer = { resourceType: 'Bundle', entry: entry?.map(({ request }) => ({ fullUrl: request?.url })) };
      return Promise.resolve(new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } }));
    },
  });
  const batch = (url: string): Bundle => ({
    resourceType: 'Bundle',
    type: 'batch',
    entry: [{ request: { method: 'GET', url } }],
  });
  const answers = await Promise.all(['Slot/1', 'Patient/2', 'Task/3'].map((url) => send(fhir, batch(url))));
  expect(answers).toEqual([[{ fullUrl: 'Slot/1' }], [{ fullUrl: 'Patient/2' }], [{ fullUrl: 'Task/3' }]]);
  expect(asked).toEqual(['identity', 'identity', 'identity']);
});
