import { describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Appointment, Period, PractitionerRole, Slot } from '@medplum/fhirtypes';
import { fits, isTooLate } from './waitlist-fit.ts';
import { letGo, OFFER_DECLINED, OFFER_EXPIRED, WAITED_FOR } from './waitlist.ts';

const CODING = { system: 'https://example.org/services', code: 'physio' };
const VIENNA: WithId<Slot> = {
  resourceType: 'Slot',
  id: 'slot',
  schedule: { reference: 'Schedule/s' },
  status: 'free',
  serviceType: [{ coding: [CODING] }],
  start: '2026-03-09T23:30:00+01:00',
  end: '2026-03-10T00:00:00+01:00',
};
const ROLE: WithId<PractitionerRole> = {
  resourceType: 'PractitionerRole',
  id: 'role',
  practitioner: { reference: 'Practitioner/p' },
  location: [{ reference: 'Location/south' }],
};

const entry = (more: Partial<Appointment> = {}, ...actors: string[]): WithId<Appointment> => ({
  resourceType: 'Appointment',
  id: 'entry',
  status: 'waitlist',
  serviceType: [{ coding: [CODING] }],
  participant: ['Patient/1', ...actors].map((reference) => ({ actor: { reference }, status: 'accepted' })),
  ...more,
});

describe('A slot fits', () => {
  test.each([
    [[], true],
    [['PractitionerRole/role'], true],
    [['Practitioner/p'], true],
    [['Location/south'], true],
    [['Location/north', 'Practitioner/p'], true],
    [['Practitioner/q'], false],
  ])('who waits for %j: %s', (actors, expected) => {
    expect(fits(entry({}, ...actors), VIENNA, [ROLE])).toBe(expected);
  });

  test.each<[Period[], boolean]>([
    [[{ start: '2026-03-09', end: '2026-03-09' }], true],
    [[{ start: '2026-03-10' }], false],
    [[{ end: '2026-03-08' }], false],
    [[{ start: '2026-03', end: '2026-03' }], true],
    [[{ start: '2026-03-09T23:30:00+01:00', end: '2026-03-09T23:00:00Z' }], true],
    [[{ start: '2026-03-09T22:31:00Z' }], false],
    [[{ end: '2026-03-09T22:59:00Z' }], false],
    [[{ end: '2026-03-01' }, { start: '2026-03-09' }], true],
  ])('who waits for the times %j, by the clock of the place: %s', (requestedPeriod, expected) => {
    expect(fits(entry({ requestedPeriod }), VIENNA, [])).toBe(expected);
  });

  test('nobody who names neither a service nor a provider, nor another service, nor who let it go before', () => {
    expect(fits(entry({ serviceType: [{ text: 'anything' }] }), VIENNA, [])).toBe(false);
    expect(fits(entry({ serviceType: [{ coding: [{ ...CODING, code: 'other' }] }] }), VIENNA, [])).toBe(false);
    const extension = [{ url: OFFER_DECLINED, valueReference: { reference: 'Slot/slot' } }];
    expect(fits(entry({ extension }), VIENNA, [])).toBe(false);
  });
});

test('it is too late for a wish when its last day has ended everywhere', () => {
  const wish = entry({ requestedPeriod: [{ end: '2026-03-08' }, { start: '2026-03-09', end: '2026-03-09' }] });
  expect(isTooLate(wish, new Date('2026-03-10T11:59:00Z'))).toBe(false);
  expect(isTooLate(wish, new Date('2026-03-10T12:00:00Z'))).toBe(true);
  expect(isTooLate(entry({ requestedPeriod: [{ start: '2020-01-01' }] }), new Date())).toBe(false);
  expect(isTooLate(entry(), new Date())).toBe(false);
});

test('an offer that is let go waits for the same again, three times at most where nobody answered', () => {
  const waitedFor = { url: WAITED_FOR, extension: [{ url: 'actor', valueReference: { reference: 'Practitioner/q' } }] };
  const offer = entry(
    { status: 'pending', slot: [{ reference: 'Slot/slot' }], extension: [waitedFor] },
    'Practitioner/p',
  );
  const back = letGo(offer, 'expired');
  expect(back).toMatchObject({ status: 'waitlist', slot: undefined, serviceType: undefined });
  expect(back.participant.map(({ actor }) => actor?.reference)).toEqual(['Patient/1', 'Practitioner/q']);
  const unanswered = { url: OFFER_EXPIRED, valueReference: { reference: 'Slot/earlier' } };
  const third = { ...offer, extension: [waitedFor, unanswered, unanswered] };
  expect(letGo(third, 'expired')).toMatchObject({ status: 'cancelled', slot: [{ reference: 'Slot/slot' }] });
  expect(letGo(third, 'declined').status).toBe('waitlist');
});
