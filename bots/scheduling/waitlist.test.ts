import { describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Appointment } from '@medplum/fhirtypes';
import { inOrder, WAITLIST_SINCE } from './waitlist.ts';
import { decideAdmission } from './waitlist-entry.ts';

describe('The order', () => {
  const entry = (id: string, priority: number | undefined, since: string): WithId<Appointment> => ({
    resourceType: 'Appointment',
    id,
    status: 'waitlist',
    priority,
    participant: [],
    extension: [{ url: WAITLIST_SINCE, valueInstant: since }],
  });

  test('is by priority, of which 0 and none are the last, then by time', () => {
    const entries = [
      entry('none', undefined, '2026-03-01T00:00:00Z'),
      entry('zero', 0, '2026-03-02T00:00:00Z'),
      entry('nine', 9, '2026-03-03T00:00:00Z'),
      entry('one-late', 1, '2026-03-02T00:00:00Z'),
      entry('one-early', 1, '2026-03-01T22:00:00-05:00'),
      entry('one-first', 1, '2026-03-01T23:00:00Z'),
    ];
    expect(inOrder(entries).map(({ id }) => id)).toEqual([
      'one-first',
      'one-late',
      'one-early',
      'nine',
      'none',
      'zero',
    ]);
  });

  test('is not for a patient to choose', () => {
    const found = [{ resourceType: 'Patient' as const, id: 'p' }];
    const appointment = {
      ...entry('e', 1, '2020-01-01T00:00:00Z'),
      meta: { versionId: '1', lastUpdated: '2026-03-02T00:00:00Z' },
    };
    const admitted = (author: string): Appointment =>
      decideAdmission({ appointment, author, found }, new Date()).writes[0]?.resource as Appointment;
    expect(admitted('Patient/p')).toMatchObject({ extension: [{ valueInstant: '2026-03-02T00:00:00Z' }] });
    expect(admitted('Patient/p').priority).toBeUndefined();
    expect(admitted('Practitioner/p')).toBeUndefined();
  });
});
