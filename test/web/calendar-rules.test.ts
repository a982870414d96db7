import { describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Appointment, Encounter, Patient, Slot } from '@medplum/fhirtypes';
import fc from 'fast-check';
import type { Actor } from '../../web/src/staff/booking/actors.ts';
import { choicesOf } from '../../web/src/staff/booking/booking.ts';
import { actionsFor } from '../../web/src/staff/today/actions.ts';
import { entriesOf, patientReference, withNames } from '../../web/src/staff/today/entries.ts';
import type { Entry } from '../../web/src/staff/today/entries.ts';
import { moveBy, positionOf } from '../../web/src/staff/today/keys.ts';
import { axisOf, cellsOf, daysOf, windowOf } from '../../web/src/staff/today/layout.ts';
import { movedSlots } from '../../web/src/staff/today/moving.ts';
import { CANCEL_REASONS, cancelationReason } from '../../web/src/staff/today/reasons.ts';
import { actorsFor, timesFor, windowFor, wishIn } from '../../web/src/staff/find/wish.ts';
import { appointmentOf, slotOf } from '../scheduling/fixtures.ts';

const NOW = new Date('2026-03-02T13:00:00Z');
const ZONE = 'America/New_York';
const at = (minutes: number): string => new Date(Date.parse('2026-03-02T14:00:00Z') + minutes * 60_000).toISOString();
const half = (id: string, index: number, more: Partial<Slot> = {}): WithId<Slot> =>
  slotOf(id, at(index * 30), at(index * 30 + 30), more);
const ana: Actor = {
  reference: 'Practitioner/p',
  name: 'Ana',
  kind: 'provider',
  schedules: [{ resourceType: 'Schedule', id: 'schedule', actor: [{ reference: 'Practitioner/p' }] }],
};
const room: Actor = {
  reference: 'Location/r',
  name: 'Room 1',
  kind: 'room',
  schedules: [{ resourceType: 'Schedule', id: 'room', actor: [{ reference: 'Location/r' }] }],
};
const inRoom = { schedule: { reference: 'Schedule/room' as const } };

function statesOf(
  slots: readonly WithId<Slot>[],
  appointments: readonly WithId<Appointment>[] = [],
  encounters: readonly WithId<Encounter>[] = [],
): string[] {
  const entries = entriesOf({ actors: [ana, room], slots, appointments, encounters }, NOW);
  return entries.map(({ key, state, actor }) => `${actor} ${key} ${state}`).toSorted();
}

describe('what stands in a calendar', () => {
  const slot = half('a', 0);
  const busy = half('a', 0, { status: 'busy' });

  test('a slot is free, blocked, or whatever has become of its appointment', () => {
    expect(statesOf([slot])).toEqual(['Practitioner/p a free']);
    expect(statesOf([half('a', 0, { status: 'busy-unavailable' })])).toEqual(['Practitioner/p a blocked']);
    const states = {
      pending: 'held',
      booked: 'booked',
      arrived: 'arrived',
      fulfilled: 'done',
      noshow: 'noshow',
    } as const;
    for (const [status, state] of Object.entries(states)) {
      const appointment = appointmentOf('v', status as Appointment['status'], [slot]);
      expect(statesOf([busy], [appointment])).toEqual([`Practitioner/p a ${state}`]);
    }
  });

  test('what nobody has taken is free until it begins', () => {
    const soon = slotOf('s', '2026-03-02T13:00:01Z', '2026-03-02T13:30:00Z');
    const begins = slotOf('t', '2026-03-02T13:00:00Z', '2026-03-02T13:30:00Z');
    expect(statesOf([soon, begins])).toEqual(['Practitioner/p s free', 'Practitioner/p t unused']);
  });

  test('a patient whom the appointment does not name is called by their name', () => {
    const made = appointmentOf('v', 'booked', [slot], {
      participant: [{ status: 'accepted', actor: { reference: 'Patient/1' } }],
    });
    const patient: WithId<Patient> = { resourceType: 'Patient', id: '1', name: [{ given: ['Nora'], family: 'Quinn' }] };
    const [named] = withNames([made], new Map([['Patient/1', patient]]));
    expect(named && patientReference(named)?.display).toBe('Nora Quinn');
    expect(withNames([made], new Map())).toEqual([made]);
  });

  test('a visit that has begun is with the practitioner', () => {
    const encounter: WithId<Encounter> = {
      resourceType: 'Encounter',
      id: 'e',
      status: 'in-progress',
      class: { code: 'AMB' },
      appointment: [{ reference: 'Appointment/v' }],
    };
    expect(statesOf([busy], [appointmentOf('v', 'arrived', [slot])], [encounter])).toEqual([
      'Practitioner/p a inProgress',
    ]);
  });

  test('a cancelled appointment stands beside the slot, which is free again', () => {
    const cancelled = appointmentOf('v', 'cancelled', [slot], { participant: [{ status: 'accepted', actor: ana }] });
    expect(statesOf([slot], [cancelled])).toEqual(['Practitioner/p a free', 'Practitioner/p v cancelled']);
  });

  test('a hold that has run out is free before a bot has written it down', () => {
    const expiry = { url: 'https://careline.dev/fhir/StructureDefinition/hold-expires', valueInstant: at(-600) };
    const held = appointmentOf('v', 'pending', [slot], { extension: [expiry] });
    expect(statesOf([half('a', 0, { status: 'busy-tentative' })], [held])).toEqual(['Practitioner/p a free']);
  });

  test('a visit with a provider and a room stands in both calendars, one over two slots once', () => {
    const slots = [busy, half('b', 1, { status: 'busy' }), half('r', 0, { ...inRoom, status: 'busy' })];
    expect(statesOf(slots, [appointmentOf('v', 'booked', slots)])).toEqual([
      'Location/r r booked',
      'Practitioner/p a booked',
    ]);
  });

  test('what is shut by an appointment beside it is left out, what is shut by nothing that is seen is shown', () => {
    const long = slotOf('long', at(0), at(60), { status: 'busy' });
    expect(statesOf([busy, long], [appointmentOf('v', 'booked', [slot])])).toEqual(['Practitioner/p a booked']);
    expect(statesOf([long])).toEqual(['Practitioner/p long shut']);
  });

  test('an appointment without a slot stands with whom it names, or apart', () => {
    const stray = { ...appointmentOf('v', 'booked', [slot]), slot: undefined };
    const named = { ...stray, participant: [{ status: 'accepted' as const, actor: { reference: 'Location/r' } }] };
    expect(statesOf([], [stray])).toEqual(['undefined v booked']);
    expect(statesOf([], [named])).toEqual(['Location/r v booked']);
  });
});

describe('how it is laid out', () => {
  const entry = (key: string, from: number, to: number): Entry => ({
    key,
    state: 'free',
    actor: 'Practitioner/p',
    start: new Date(at(from)),
    end: new Date(at(to)),
  });

  test('fields in one lane never overlap, and the axis holds them all', () => {
    const spans = fc.array(fc.tuple(fc.nat(600), fc.integer({ min: 5, max: 120 })), { maxLength: 30 });
    fc.assert(
      fc.property(spans, (list) => {
        const entries = list.map(([from, length], index) => entry(`e${index}`, from, from + length));
        const cells = cellsOf(entries, '2026-03-02', ZONE, 'slot');
        const axis = axisOf([{ key: 'c', title: '', cells }]);
        for (const [index, cell] of cells.entries()) {
          expect(cell.lane).toBeLessThan(cell.lanes);
          expect(cell.from).toBeGreaterThanOrEqual(axis.from);
          expect(cell.to).toBeLessThanOrEqual(axis.to);
          const beside = cells.slice(index + 1).filter(({ lane }) => lane === cell.lane);
          expect(beside.every(({ from, to }) => to <= cell.from || from >= cell.to)).toBe(true);
        }
      }),
    );
  });

  test('the shortest slot is high enough to be hit', () => {
    const cells = cellsOf([entry('a', 0, 10), entry('b', 60, 120)], '2026-03-02', ZONE, 'slot');
    expect(axisOf([{ key: 'c', title: '', cells }]).pxPerMinute * 10).toBeGreaterThanOrEqual(24);
  });

  test('days begin and end by the clock of the place, also when the clocks change', () => {
    expect(windowOf(['2026-03-08'], ZONE)).toEqual({
      start: '2026-03-08T05:00:00.000Z',
      end: '2026-03-09T04:00:00.000Z',
    });
    expect(daysOf('week', '2026-03-04')).toEqual([2, 3, 4, 5, 6, 7, 8].map((day) => `2026-03-0${day}`));
  });

  test('arrow keys lead to the field beside, or nowhere', () => {
    const columns = [
      { key: 'x', title: '', cells: cellsOf([entry('a', 0, 30), entry('b', 30, 60)], '2026-03-02', ZONE, 'slot') },
      { key: 'y', title: '', cells: [] },
      { key: 'z', title: '', cells: cellsOf([entry('c', 25, 55)], '2026-03-02', ZONE, 'slot') },
    ];
    expect(positionOf(columns, 'x b')).toEqual({ column: 0, cell: 1 });
    expect(moveBy(columns, { column: 0, cell: 0 }, 'ArrowDown')).toEqual({ column: 0, cell: 1 });
    expect(moveBy(columns, { column: 0, cell: 1 }, 'ArrowDown')).toBeUndefined();
    expect(moveBy(columns, { column: 0, cell: 0 }, 'ArrowRight')).toEqual({ column: 2, cell: 0 });
    expect(moveBy(columns, { column: 2, cell: 0 }, 'ArrowLeft')).toEqual({ column: 0, cell: 1 });
  });
});

describe('what can be done', () => {
  const entry = (state: Entry['state']): Entry => ({
    key: 'a',
    state,
    actor: 'Practitioner/p',
    start: new Date(at(0)),
    end: new Date(at(30)),
    slot: half('a', 0),
    encounter: { resourceType: 'Encounter', id: 'e', status: 'in-progress', class: { code: 'AMB' } },
  });

  test('the desk does not start visits, a nurse does not overbook, what is past is not booked', () => {
    expect(actionsFor(entry('booked'), ['front-desk'], NOW)).toEqual(['checkIn', 'move', 'cancel', 'overbook']);
    expect(actionsFor(entry('booked'), ['nurse'], NOW)).toEqual(['checkIn', 'start', 'move', 'cancel']);
    expect(actionsFor(entry('booked'), ['nurse'], new Date(at(0)))).toContain('noShow');
    expect(actionsFor(entry('inProgress'), ['practitioner'], NOW)[0]).toBe('finish');
    expect(actionsFor(entry('inProgress'), ['front-desk'], NOW)[0]).toBe('complete');
    expect(actionsFor(entry('free'), ['contact-centre'], NOW)).toEqual(['book']);
    // The server books nothing that has begun.
    expect(actionsFor(entry('free'), ['front-desk'], new Date(at(0)))).toEqual([]);
    expect(actionsFor(entry('booked'), ['front-desk'], new Date(at(0)))).not.toContain('overbook');
    expect(actionsFor(entry('unused'), ['front-desk'], new Date(at(10)))).toEqual(['block']);
    expect(actionsFor(entry('unused'), ['front-desk'], new Date(at(31)))).toEqual([]);
  });

  test('HL7 knows every reason for a cancellation, by its own name', () => {
    const codes = Object.values(CANCEL_REASONS).flatMap((group) => Object.keys(group));
    expect(new Set(codes).size).toBe(codes.length);
    expect(cancelationReason('pat-lt').coding?.[0]).toMatchObject({ display: 'Patient: Lack of Transportation' });
  });
});

describe('moving', () => {
  const slots = [half('a', 0), half('b', 1), half('c', 2), half('r0', 0, inRoom), half('r1', 1, inRoom)];
  const byId = (...ids: string[]): WithId<Slot>[] => slots.filter(({ id }) => ids.includes(id));
  const move = (taken: WithId<Slot>[], target: string): string[] | undefined =>
    movedSlots(appointmentOf('v', 'booked', taken), ['Schedule/schedule'], byId(target)[0] ?? half('x', 9), slots)?.map(
      ({ id }) => id,
    );

  test('the room comes along, two in a row stay two in a row, or it does not fit', () => {
    expect(move(byId('a'), 'c')).toEqual(['c']);
    expect(move(byId('a', 'r0'), 'b')).toEqual(['b', 'r1']);
    expect(move(byId('a', 'r0'), 'c')).toBeUndefined();
    expect(move(byId('a', 'b'), 'b')).toEqual(['b', 'c']);
    expect(move(byId('a', 'b'), 'c')).toBeUndefined();
  });

  test('the time that was chosen stays in the list when it is taken, with the others that are free', () => {
    const now = [half('a', 0, { status: 'busy' }), ...slots.slice(1)];
    const choices = choicesOf(half('a', 0), now, { actors: [ana, room], label: ({ start }) => start }, false);
    expect(choices.map(({ slot, taken }) => `${slot.id} ${taken}`).slice(0, 2)).toEqual(['a true', 'b false']);
    expect(choices[1]?.beside.map(({ name }) => name)).toEqual(['Room 1']);
  });
});

describe('looking for a time', () => {
  const wish = (query: string) => wishIn(new URLSearchParams(query), '2026-03-02');

  test('from today on for a fortnight; never from the past; never backwards', () => {
    expect(wish('')).toMatchObject({ from: '2026-03-02', until: '2026-03-15', days: [], part: 'anyTime' });
    expect(wish('from=2025-01-01').from).toBe('2026-03-02');
    expect(wish('from=2026-04-02&until=2026-04-01').until).toBe('2026-04-02');
    expect(windowFor(wish('until=2026-03-02'), ZONE, NOW)).toEqual({
      start: NOW,
      end: new Date('2026-03-03T05:00:00Z'),
    });
  });

  test('the narrower of two limits counts', () => {
    expect(timesFor(wish('part=morning&before=14:00&notBefore=09:30&days=mon,xyz'))).toEqual({
      days: ['mon'],
      from: '09:30',
      to: '12:00',
    });
  });

  test('of a provider at a place only what they have there', () => {
    const roles = ['p', 'q'].map((who) => ({
      resourceType: 'PractitionerRole' as const,
      id: `role-${who}`,
      practitioner: { reference: `Practitioner/${who}` as const },
    }));
    expect(actorsFor(wish(''), [])).toBeUndefined();
    expect(actorsFor(wish('provider=Practitioner/p&place=Location/l'), roles)).toEqual([
      'PractitionerRole/role-p',
      'Practitioner/p',
    ]);
    expect(actorsFor(wish('provider=Practitioner/z&place=Location/l'), roles)).toEqual([]);
  });
});
