import { expect, test } from '@jest/globals';
import { soakJourneys } from './journeys.ts';

test('visits end the same, whatever is delivered late, twice, out of order or never', async () => {
  expect(await soakJourneys({ seed: 5, runs: 8 })).toEqual([]);
}, 120_000);
