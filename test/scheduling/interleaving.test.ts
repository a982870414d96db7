import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { soakScheduling } from '../soak/scheduling.ts';
import { embeddedSoakServer } from '../soak/scheduling-embedded.ts';
import type { EmbeddedSoakServer } from '../soak/scheduling-embedded.ts';

let server: EmbeddedSoakServer;
beforeAll(async () => {
  server = await embeddedSoakServer();
});
afterAll(() => server.close());

test('whatever many desks do at once, the invariant holds, nothing is lost or stuck, nothing free is refused', async () => {
  const { answers, violations } = await soakScheduling(server, { seed: 7, rounds: 3, desks: 12, steps: 10 });
  expect(violations).toEqual([]);
  // The steps did happen, and did meet.
  expect([...answers.keys()]).toEqual(
    expect.arrayContaining(['book done', 'book conflict', 'rebook done', 'hold done', 'native both']),
  );
  expect(answers.get('uncontended done')).toBeGreaterThan(5);
});
