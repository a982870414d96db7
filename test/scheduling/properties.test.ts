import { describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Appointment, Slot } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { Refusal } from '../../bots/runtime/outcome.ts';
import type { Requester } from '../../bots/runtime/requester.ts';
import { create, update } from '../../bots/runtime/writes.ts';
import { isExpired } from '../../bots/scheduling/appointment-states.ts';
import { offerOf } from '../../bots/scheduling/availability.ts';
import { shut } from '../../bots/scheduling/block.ts';
import { book } from '../../bots/scheduling/book.ts';
import { recountWrites, slotsOf } from '../../bots/scheduling/giving.ts';
import { hold } from '../../bots/scheduling/hold.ts';
import { rebook } from '../../bots/scheduling/rebook.ts';
import { release } from '../../bots/scheduling/release.ts';
import { offer } from '../../bots/scheduling/offering.ts';
import { plannedSlots, slotChanges } from '../../bots/scheduling/slots.ts';
import { expiredHold, withAppointment } from '../../bots/scheduling/taking.ts';
import { open } from '../../bots/scheduling/unblock.ts';
import { slotIdsOf } from '../../bots/scheduling/visit.ts';
import { inOrder } from '../../bots/scheduling/waitlist.ts';
import { scheduleOf, serviceOf } from './fixtures.ts';
import { Model, Referee } from './model.ts';

const SHORT = serviceOf('short');
const LONG = serviceOf('long');
const ROOM = serviceOf('room');
const HOURS = [{ days: ['tue'], from: '09:00', to: '11:00' }] as const;
const START = new Date('2026-03-03T05:00:00Z');
const DAY = { start: new Date('2026-03-03T00:00:00Z'), end: new Date('2026-03-04T00:00:00Z') };
const DESK: Requester = { reference: 'ClientApplication/desk', kind: 'program', roles: [] };
const PATIENTS = 6;

const clinics = fc.record({
  capacities: fc.tuple(fc.constantFrom(1, 1, 2, 20), fc.constantFrom(1, 1, 3)),
  bufferAfter: fc.constantFrom(0, 5, 15),
  long: fc.constantFrom(30, 45, 60, 90),
});

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom(
      ...(['hold', 'hold', 'book', 'book', 'book', 'bookHeld', 'overbook', 'release', 'rebook', 'rebook'] as const),
      ...([
        'cancel',
        'expire',
        'block',
        'unblock',
        'blockTime',
        'generate',
        'wait',
        'enter',
        'offer',
        'offer',
      ] as const),
    ),
    slots: fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(1, 1, 1, 2)),
    patient: fc.nat({ max: PATIENTS - 1 }),
    appointment: fc.nat(),
    minutes: fc.integer({ min: 1, max: 60 }),
  }),
  { minLength: 5, maxLength: 40 },
);

type Step = typeof steps extends fc.Arbitrary<(infer T)[]> ? T : never;
type Clinic = typeof clinics extends fc.Arbitrary<infer T> ? T : never;

/** A provider with two services, and a room, on one morning. */
class Story {
  readonly model: Model;
  readonly referee: Referee;
  readonly overbooked = new Set<string>();
  /** What happened, over all stories: `book done`, `book conflict`. */
  readonly happened: Set<string>;
  now = START;

  constructor({ capacities: [short, long], bufferAfter, long: duration }: Clinic, happened: Set<string>) {
    this.happened = happened;
    const provider = scheduleOf([
      [SHORT, { hours: HOURS, duration: 30, capacity: short }],
      [LONG, { hours: HOURS, duration, bufferAfter, capacity: long, alignmentInterval: 15 }],
    ]);
    const room = { ...scheduleOf([[ROOM, { hours: HOURS, duration: 30 }]]), id: 'room' };
    this.model = new Model([provider, room], [SHORT, LONG, ROOM], PATIENTS);
    this.referee = new Referee(this.model);
    this.generate();
  }

  generate(): void {
    for (const schedule of this.model.schedules) {
      const services = schedule.id === 'room' ? [ROOM] : [SHORT, LONG];
      const offers = services.map((service) => offerOf(schedule, service, undefined, undefined));
      const slots = this.model.slots.filter((slot) => slot.schedule.reference === `Schedule/${schedule.id}`);
      const existing = { schedule, services, slots, appointments: this.model.appointments };
      const changes = slotChanges(plannedSlots(schedule, offers, DAY), existing, DAY, this.now);
      const writes = [...changes.create.map((slot) => create(slot)), ...changes.update.map((slot) => update(slot))];
      const gone = changes.remove.map((resource) => ({ method: 'DELETE' as const, resource }));
      this.model.commit({ writes: [...writes, ...gone], result: undefined });
    }
  }

  run(step: Step): void {
    try {
      this.perform(step);
      this.happened.add(`${step.kind} done`);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) {
        throw thrown;
      }
      const code = thrown.outcome.issue[0]?.code ?? '';
      this.happened.add(`${step.kind} ${code}`);
      if (code === 'conflict' && step.kind !== 'block') {
        expect(this.isWhollyFree(step)).toBe(false);
      }
    }
  }

  /** Cancels what expired and counts again, as the bots that wait for it do sooner or later. */
  settle(): void {
    for (const held of this.model.appointments.filter((appointment) => isExpired(appointment, this.now))) {
      const ended = expiredHold(held, this.now);
      const calendar = withAppointment(this.model.calendar, ended);
      const recounts = recountWrites(slotsOf(held, calendar), calendar, this.now);
      this.model.commit({ writes: [...recounts, update(ended)], result: undefined });
    }
    for (const ended of this.model.appointments.filter(({ status }) => status === 'cancelled')) {
      slotIdsOf(ended).forEach((id) => this.model.restore(id));
      const { calendar } = this.model;
      this.model.commit({ writes: recountWrites(slotsOf(ended, calendar), calendar, this.now), result: undefined });
    }
  }

  private asked({ slots: [first, second, count] }: Step): WithId<Slot>[] {
    const all = this.model.slots.filter(({ status }) => status !== 'entered-in-error');
    return [...new Set([all[first % all.length]!, all[second % all.length]!].slice(0, count))];
  }

  private appointment({ appointment }: Step): WithId<Appointment> | undefined {
    const { appointments } = this.model;
    return appointments[appointment % Math.max(1, appointments.length)];
  }

  /** Whether a step had to succeed. A hold has its place already: only a block can stand in its way. */
  private isWhollyFree(step: Step): boolean {
    const own = step.kind === 'rebook' || step.kind === 'bookHeld' ? this.appointment(step) : undefined;
    const model = new Model(this.model.schedules, this.model.services, 0);
    const others = this.model.appointments.filter(({ id }) => step.kind !== 'bookHeld' && id !== own?.id);
    [...this.model.slots, ...others].forEach((resource) => model.put(resource));
    const slots = step.kind === 'bookHeld' ? slotsOf(own!, this.model.calendar) : this.asked(step);
    return slots.every((slot) => new Referee(model).isFree(slot, this.now));
  }

  private perform(step: Step): void {
    const { model, now } = this;
    const { calendar } = model;
    const patient = model.patients[step.patient]!;
    const slot = this.asked(step).map(({ id }) => `Slot/${id}` as const);
    const input = { slot, patient: `Patient/${patient.id}` as const };
    const chosen = this.appointment(step);
    switch (step.kind) {
      case 'hold':
        model.commit(hold({ calendar, beside: [patient] }, { ...input, minutes: step.minutes }, DESK, now));
        break;
      case 'book':
        model.commit(book({ calendar, beside: [patient] }, input, DESK, now));
        break;
      case 'overbook': {
        const urgent = { ...input, overbook: true, reason: 'In pain' };
        const before = new Set(model.appointments.filter(({ status }) => status === 'booked').map(({ id }) => id));
        const { id = '' } = model.commit(book({ calendar, beside: [patient] }, urgent, DESK, now));
        if (!before.has(id)) {
          this.overbooked.add(id);
        }
        break;
      }
      case 'bookHeld':
        if (chosen) {
          const own = chosen.participant[0]?.actor?.reference as `Patient/${string}`;
          const held = chosen.slot?.map(({ reference }) => reference as `Slot/${string}`) ?? [];
          const holder = { resourceType: 'Patient' as const, id: own.slice('Patient/'.length) };
          const asked = { slot: held, patient: own, appointment: `Appointment/${chosen.id}` as const };
          model.commit(book({ calendar, beside: [holder, chosen] }, asked, DESK, now));
        }
        break;
      case 'release':
        if (chosen) {
          model.commit(release(chosen, calendar, DESK, now));
        }
        break;
      case 'rebook':
        if (chosen && !this.overbooked.has(chosen.id)) {
          model.commit(rebook(chosen, calendar, { slot }, DESK, now));
        }
        break;
      case 'cancel':
        // A plain update: the places are counted again later.
        if (chosen && chosen.status !== 'cancelled') {
          model.commit({ writes: [update({ ...chosen, status: 'cancelled' as const })], result: undefined });
        }
        break;
      case 'expire':
        this.settle();
        break;
      case 'block':
        model.commit(shut(this.asked(step).slice(0, 1), calendar, 'Ill', now));
        break;
      case 'unblock': {
        const blocked = model.slots.find(({ status }) => status === 'busy-unavailable');
        if (blocked) {
          model.commit(open([blocked], calendar, now));
        }
        break;
      }
      case 'blockTime': {
        const [at] = this.asked(step);
        const block: Slot = {
          resourceType: 'Slot',
          schedule: at!.schedule,
          status: 'busy-unavailable',
          ...timeOf(at!),
        };
        model.commit({ writes: [create(block)], result: undefined });
        this.generate();
        const left = model.slots.filter(({ status }) => status === 'free');
        model.commit({ writes: recountWrites(left, model.calendar, now), result: undefined });
        break;
      }
      case 'generate':
        this.generate();
        break;
      case 'enter':
        model.put({
          resourceType: 'Appointment',
          id: `entry-${model.appointments.length}`,
          meta: { versionId: '1' },
          status: 'waitlist',
          serviceType: this.asked(step)[0]?.serviceType,
          participant: [{ status: 'accepted', actor: { reference: `Patient/${patient.id}` } }],
        });
        break;
      case 'offer': {
        const free = model.slots.filter(
          (wanted) => this.referee.isFree(wanted, now) && Date.parse(wanted.start) > now.getTime(),
        );
        const [place] = free.slice(step.appointment % Math.max(1, free.length));
        const waiting = inOrder(model.appointments.filter(({ status }) => status === 'waitlist'));
        if (place) {
          const beside = [...model.patients, ...waiting];
          const made = model.commit(offer({ calendar, beside }, place.id, waiting, [], now));
          this.happened.add(made ? 'offer made' : 'offer not made');
        }
        break;
      }
      case 'wait':
        this.now = new Date(now.getTime() + step.minutes * 60_000);
    }
  }
}

const timeOf = ({ start, end }: Slot): Pick<Slot, 'start' | 'end'> => ({ start, end });

describe('For any sequence of operations', () => {
  test('the invariant holds, no free place is refused, and the places say what is booked', () => {
    const happened = new Set<string>();
    fc.assert(
      fc.property(clinics, steps, (clinic, sequence) => {
        const story = new Story(clinic, happened);
        for (const step of sequence) {
          story.run(step);
          expect(story.referee.faults(story.now, story.overbooked)).toEqual([]);
        }
        story.settle();
        expect(story.referee.lies(story.now)).toEqual([]);
        expect(story.referee.faults(story.now, story.overbooked)).toEqual([]);
      }),
      { numRuns: 150 },
    );
    const all = ['hold', 'book', 'bookHeld', 'overbook', 'release', 'rebook', 'cancel', 'block', 'unblock', 'enter'];
    expect([...happened]).toEqual(expect.arrayContaining(all.map((kind) => `${kind} done`)));
    expect([...happened]).toEqual(expect.arrayContaining(['offer made', 'book conflict', 'rebook conflict']));
  });
});
