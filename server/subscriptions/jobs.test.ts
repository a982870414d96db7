import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ManualClock } from '../manual-clock.ts';
import { openStore } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import { Jobs } from './jobs.ts';

const NOW = Date.parse('2026-03-02T12:00:00Z');

let store: Store;
let jobs: Jobs;
beforeEach(async () => {
  store = openStore({ clock: new ManualClock('2026-03-02T12:00:00Z') });
  ({ jobs } = await Jobs.open(store));
});
afterEach(() => store.close());

const add = (resourceId: string, toBot: boolean): Promise<void> =>
  store.transaction((db) =>
    jobs.add(
      db,
      {
        project: 'p',
        subscription: 's',
        resourceType: 'Patient',
        resourceId,
        versionId: '1',
        interaction: 'create',
        requested: '2026-03-02T12:00:00Z',
        toBot,
      },
      NOW,
    ),
  );

/** As a process finds the table that comes after this one. */
async function afterCrash(): Promise<{ again: string[]; givenUp: number }> {
  const { jobs: next, givenUp } = await Jobs.open(store);
  return { again: (await next.claim(NOW, 100)).map(({ resourceId }) => resourceId), givenUp };
}

test('a crash loses no bot that was claimed and had not begun, and runs none twice that had', async () => {
  await add('begun', true);
  await add('claimed', true);
  await add('waiting', true);
  const [first] = await jobs.claim(NOW, 2);
  await jobs.begin(first!);
  expect(await afterCrash()).toEqual({ again: ['claimed', 'waiting'], givenUp: 1 });
});

test('what is done is not done again: a call at once, a bot when the next one begins or the server stops', async () => {
  await add('call', false);
  await add('bot', true);
  await add('next', true);
  const [call, bot, next] = await jobs.claim(NOW, 3);
  await jobs.finish(call!);
  await jobs.begin(bot!);
  await jobs.finish(bot!);
  await jobs.begin(next!);
  await jobs.finish(next!);
  await jobs.flush();
  expect(await afterCrash()).toEqual({ again: [], givenUp: 0 });
});

test('nobody gets a job that somebody has, until it is to be tried again', async () => {
  await add('call', false);
  const [job] = await jobs.claim(NOW, 1);
  expect(await jobs.claim(NOW, 1)).toEqual([]);
  expect(await jobs.nextDue()).toBeUndefined();
  expect(await jobs.depth(NOW)).toEqual({ due: 0, delayed: 0 });
  await jobs.retry(job!, NOW + 1);
  expect([await jobs.claim(NOW, 1), await jobs.nextDue()]).toEqual([[], NOW + 1]);
  expect(await jobs.claim(NOW + 1, 1)).toMatchObject([{ resourceId: 'call', attempts: 1 }]);
});
