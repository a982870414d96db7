import { describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { SchedulingParametersURI } from '@medplum/core';
import type { Appointment, Resource } from '@medplum/fhirtypes';
import { visitOf, zoneOf } from './visit.ts';

const at = (start: string): Appointment => ({ resourceType: 'Appointment', status: 'booked', start, participant: [] });

describe('the clock that a visit is told on', () => {
  test.each([
    ['2026-03-02T09:00:00-05:00', {}, 'UTC-5'],
    ['2026-03-02T09:00:00+05:30', {}, 'UTC+5:30'],
    ['2026-03-02T09:00:00Z', {}, 'UTC'],
    ['2026-03-02T09:00:00-05:00', { CLINIC_TIMEZONE: 'Europe/Vienna' }, 'Europe/Vienna'],
  ])('%s, with %j: %s', (start, secrets, zone) => {
    expect(zoneOf(visitOf(at(start), []), secrets)).toBe(zone);
  });

  const slot = { reference: 'Slot/s' };
  const schedule = (...zones: string[]): WithId<Resource>[] => [
    { resourceType: 'Slot', id: 's', status: 'busy', schedule: { reference: 'Schedule/c' }, start: '', end: '' },
    {
      resourceType: 'Schedule',
      id: 'c',
      actor: [],
      extension: zones.map((zone) => ({
        url: SchedulingParametersURI,
        extension: [{ url: 'timezone', valueCode: zone }],
      })),
    },
  ];
  test.each([
    ['that of the Schedule', schedule('Europe/Vienna'), {}, 'Europe/Vienna'],
    ['before that of the clinic', schedule('Europe/Vienna'), { CLINIC_TIMEZONE: 'Asia/Tokyo' }, 'Europe/Vienna'],
    ['if it is one', schedule('Vienna'), {}, 'UTC-5'],
    ['if it says one', schedule(), {}, 'UTC-5'],
    ['if it is the slot\u2019s', schedule('Europe/Vienna').slice(1), {}, 'UTC-5'],
  ])('is %s', (_what, read, secrets, zone) => {
    const appointment = { ...at('2026-03-02T09:00:00-05:00'), slot: [slot] };
    expect(zoneOf(visitOf(appointment, read), secrets)).toBe(zone);
  });
});
