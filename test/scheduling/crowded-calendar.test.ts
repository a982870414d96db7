import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { BundleEntry, Slot } from '@medplum/fhirtypes';
import { loadCalendar } from '../../bots/scheduling/calendar.ts';
import { answerOf, startDesk } from './desk.ts';
import type { Desk } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.close());

test('a block is not lost behind a thousand old ones, and a decision never rests on a part of what is near', async () => {
  const [slot] = await desk.newSlots();
  const add = async (times: readonly [string, string][]): Promise<void> => {
    const slots = times.map(([start, end]): BundleEntry => {
      const made = { schedule: slot!.schedule, start, end, status: 'busy-unavailable' } as const;
      return { request: { method: 'POST', url: 'Slot' }, resource: { ...made, resourceType: 'Slot' } };
    });
    for (let from = 0; from < slots.length; from += 100) {
      const entry = slots.slice(from, from + 100);
      await desk.medplum.executeBatch({ resourceType: 'Bundle', type: 'batch', entry });
    }
  };
  const at = (minutes: number): string => new Date(Date.parse(slot!.start) + minutes * 60_000).toISOString();
  await desk.medplum.patchResource('Slot', slot!.id, [{ op: 'replace', path: '/status', value: 'free' }]);
  const long: Slot = {
    resourceType: 'Slot',
    schedule: slot!.schedule,
    status: 'busy-unavailable',
    start: at(-2000),
    end: at(2000),
  };
  await add(Array.from({ length: 1010 }, (_none, index) => [at(-200_000 - 20 * index), at(-200_000 - 20 * index + 5)]));
  await desk.medplum.createResource(long);
  expect(await answerOf(desk.book(slot!, await desk.newPatient()))).toBe('conflict slot');
  await add(Array.from({ length: 1010 }, (_none, index) => [at(index / 60), at(index / 60 + 1)]));
  await expect(loadCalendar(desk.medplum, [slot!.id], [], 1)).rejects.toThrow(/More than 1000/);
});
