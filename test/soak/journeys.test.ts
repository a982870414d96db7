import { expect, test } from '@jest/globals';
import { soakFollowUps } from './follow-ups.ts';
import { soakJourneys } from './journeys.ts';
import { soakMessages } from './messages.ts';

test('visits end the same, whatever is delivered late, twice, out of order or never', async () => {
  expect(await soakJourneys({ seed: 5, runs: 4 })).toEqual([]);
}, 240_000);

test('so do follow-ups, and what is said of definitions', async () => {
  expect(await soakFollowUps({ seed: 5, runs: 2 })).toEqual([]);
}, 240_000);

test('messages leave once and are stored once', async () => {
  expect(await soakMessages({ seed: 5, runs: 8 })).toEqual([]);
}, 240_000);
