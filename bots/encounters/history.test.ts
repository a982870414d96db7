import { describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Encounter, Task } from '@medplum/fhirtypes';
import { refusedSteps, stretchesOf, withHistory, withStart } from './history.ts';

type Status = Encounter['status'];

const version = (status: Status, minute: number, over: Partial<Encounter> = {}): WithId<Encounter> => ({
  resourceType: 'Encounter',
  id: 'e',
  status,
  class: { code: 'AMB' },
  meta: { versionId: `v${minute}`, lastUpdated: timeAt(minute) },
  ...over,
});
const timeAt = (minute: number): string => new Date(Date.parse('2030-03-04T12:00:00Z') + minute * 60_000).toISOString();
const NOW = new Date('2030-03-04T14:00:00Z');

describe('What an Encounter went through', () => {
  const versions = [version('planned', 0), version('arrived', 5), version('arrived', 6), version('in-progress', 10)];
  const stretches = stretchesOf(versions.toReversed());

  test('is told from its versions', () => {
    expect(stretches.map(({ status, start }) => [status, start])).toEqual([
      ['planned', timeAt(0)],
      ['arrived', timeAt(5)],
      ['in-progress', timeAt(10)],
    ]);
  });

  test('is its history without what it is now, once', () => {
    const kept = withHistory(version('in-progress', 10), stretches);
    expect(kept.statusHistory).toEqual([
      { status: 'planned', period: { start: timeAt(0), end: timeAt(5) } },
      { status: 'arrived', period: { start: timeAt(5), end: timeAt(10) } },
    ]);
    expect(withHistory(kept, stretches)).toBe(kept);
  });

  test('does not overwrite what a client wrote itself', () => {
    const statusHistory = [{ status: 'arrived' as const, period: { start: timeAt(3), end: timeAt(9) } }];
    const kept = withHistory(version('in-progress', 10, { statusHistory }), stretches);
    expect(kept.statusHistory?.map(({ status, period }) => [status, period.start])).toEqual([
      ['arrived', timeAt(3)],
      ['planned', timeAt(0)],
    ]);
  });

  test('began when it was first in progress, unless it says when', () => {
    expect(withStart(version('in-progress', 10), stretches).period).toEqual({ start: timeAt(10) });
    const said = version('in-progress', 10, { period: { start: timeAt(9) } });
    expect(withStart(said, stretches)).toBe(said);
    const waits = version('arrived', 5);
    expect(withStart(waits, stretchesOf([waits, version('planned', 0)]))).toBe(waits);
  });

  test.each<[Status[], number]>([
    [['planned', 'arrived', 'in-progress', 'finished'], 0],
    [['planned', 'cancelled'], 0],
    [['arrived', 'planned', 'in-progress', 'onleave', 'in-progress', 'finished'], 0],
    [['finished', 'entered-in-error'], 0],
    [['unknown', 'finished'], 0],
    [['planned', 'finished'], 1],
    [['in-progress', 'finished', 'in-progress', 'finished'], 1],
    [['cancelled', 'in-progress'], 1],
    [['in-progress', 'planned', 'finished'], 2],
  ])('%j raises %i tickets', (statuses, count) => {
    const all = statuses.map((status, minute) => version(status, minute));
    const raised = refusedSteps(all.at(-1)!, stretchesOf(all.toReversed()), NOW);
    expect(raised).toHaveLength(count);
    for (const { resource } of raised) {
      expect((resource as Task).description).toMatch(/does not follow/);
    }
  });
});
