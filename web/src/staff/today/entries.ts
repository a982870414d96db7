import type { WithId } from '@medplum/core';
import { extractServiceTypeReferences, isReference } from '@medplum/core';
import type { Appointment, Encounter, Patient, Reference, Slot } from '@medplum/fhirtypes';
import { isLive } from '../../../../bots/scheduling/appointment-states.ts';
import { capacityOf, takersOf } from '../../../../bots/scheduling/places.ts';
import { nameOf } from '../../format.ts';
import type { Actor } from '../booking/actors.ts';

/**
 * What a place in the calendar is, as the desk sees it. `unused`: nobody has taken it, and it has begun. `shut`: not free
 * although nobody has it, by what overlaps it.
 */
export const STATES = [
  'free',
  'held',
  'booked',
  'arrived',
  'inProgress',
  'done',
  'noshow',
  'cancelled',
  'blocked',
  'unused',
  'shut',
] as const;
export type State = (typeof STATES)[number];

/** One thing in somebody's calendar: a free slot, somebody's appointment, time that is blocked. */
export interface Entry {
  /** Stays the same when the slot is taken or given back, so that the focus stays where it is. */
  readonly key: string;
  readonly state: State;
  /** Whose calendar; undefined for an appointment with nobody who has one. */
  readonly actor: string | undefined;
  readonly start: Date;
  readonly end: Date;
  readonly slot?: WithId<Slot>;
  readonly appointment?: WithId<Appointment>;
  readonly encounter?: WithId<Encounter>;
  /** Of a slot for several patients. */
  readonly places?: { readonly taken: number; readonly capacity: number };
}

/** What was loaded of some days. */
export interface Loaded {
  readonly actors: readonly Actor[];
  readonly slots: readonly WithId<Slot>[];
  readonly appointments: readonly WithId<Appointment>[];
  readonly encounters: readonly WithId<Encounter>[];
}

type Index = ReadonlyMap<string, readonly WithId<Encounter>[]>;

/** All that stands in the calendars, in no particular order. */
export function entriesOf({ actors, slots, appointments, encounters }: Loaded, now: Date): Entry[] {
  const visits: Index = Map.groupBy(encounters, ({ appointment }) => appointment?.[0]?.reference ?? '');
  const owners = new Map<string, Actor>();
  actors.forEach((actor) => actor.schedules.forEach(({ id }) => owners.set(`Schedule/${id}`, actor)));
  const takers = takersBySlot(appointments);
  const bySlot = slots.flatMap((slot) => {
    const owner = owners.get(slot.schedule.reference ?? '');
    return owner ? slotEntries(slot, owner.reference, takers.get(`Slot/${slot.id}`) ?? [], visits, now) : [];
  });
  const shown = new Set(bySlot.flatMap(({ appointment }) => appointment?.id ?? []));
  const others = appointments.filter(({ id, status }) => !shown.has(id) && (status === 'cancelled' || isShown(status)));
  const withoutSlot = others.flatMap((appointment) => {
    if (appointment.status !== 'cancelled' && !isLive(appointment, now)) {
      return [];
    }
    const names = appointment.participant.map(({ actor }) => actor?.reference);
    const own = actors.filter(({ reference }) => names.includes(reference)).map(({ reference }) => reference);
    return (own.length > 0 ? own : [undefined]).flatMap((actor) => appointmentEntry(appointment, actor, visits) ?? []);
  });
  return withoutCovered(onceEach([...bySlot, ...withoutSlot]));
}

/** What a state means for the FHIR status, and whether the visit has begun. */
export function stateOf(status: Appointment['status'], encounters: readonly Encounter[] = []): State {
  switch (status) {
    case 'pending':
      return 'held';
    case 'arrived':
    case 'checked-in':
      return encounters.some((visit) => visit.status === 'in-progress' || visit.status === 'onleave')
        ? 'inProgress'
        : 'arrived';
    case 'fulfilled':
      return 'done';
    case 'noshow':
      return 'noshow';
    case 'cancelled':
      return 'cancelled';
    default:
      return 'booked';
  }
}

/** Whom an appointment is for, as its participants name them. */
export const patientReference = (appointment: Appointment): Reference<Patient> | undefined =>
  appointment.participant.map(({ actor }) => actor).find((actor) => isReference<Patient>(actor, 'Patient'));

/** Appointments that a client made by plain REST need not say what their patients are called: as loaded beside them. */
export function withNames(
  appointments: readonly WithId<Appointment>[],
  patients: ReadonlyMap<string, Patient>,
): WithId<Appointment>[] {
  return appointments.map((appointment) => {
    const named = patientReference(appointment);
    const patient = patients.get(named?.reference ?? '');
    return !patient || named?.display
      ? appointment
      : {
          ...appointment,
          participant: appointment.participant.map((one) =>
            one.actor === named ? { ...one, actor: { ...named, display: nameOf(patient) } } : one,
          ),
        };
  });
}

/** Whether an entry is of a service (`HealthcareService/1`), by its slot or its appointment. */
export function isOfService({ slot, appointment }: Entry, service: string): boolean {
  const types = appointment?.serviceType ?? slot?.serviceType;
  // Blocked time is nobody's service; it stands in the way of all.
  return !types || extractServiceTypeReferences(types).some(({ reference }) => reference === service);
}

/** A request or a place on the waitlist has no time yet. */
const isShown = (status: Appointment['status']): boolean =>
  !['proposed', 'waitlist', 'entered-in-error'].includes(status);

function takersBySlot(appointments: readonly WithId<Appointment>[]): Map<string, WithId<Appointment>[]> {
  const pairs = appointments.flatMap((appointment) =>
    (appointment.slot ?? []).map(({ reference }) => [reference ?? '', appointment] as const),
  );
  return new Map([...Map.groupBy(pairs, ([slot]) => slot)].map(([slot, own]) => [slot, own.map(([, taker]) => taker)]));
}

function slotEntries(
  slot: WithId<Slot>,
  actor: string,
  referring: readonly WithId<Appointment>[],
  visits: Index,
  now: Date,
): Entry[] {
  if (slot.status === 'entered-in-error') {
    return [];
  }
  const time = { start: new Date(slot.start), end: new Date(slot.end) };
  const live = takersOf(slot, referring, now);
  const capacity = capacityOf(slot);
  const places = capacity > 1 ? { places: { taken: live.length, capacity } } : {};
  const taken = live.flatMap((appointment, index): Entry[] => {
    const entry = appointmentEntry(appointment, actor, visits);
    const key = index === 0 && capacity === 1 ? slot.id : `${slot.id}/${appointment.id}`;
    return entry ? [{ ...entry, ...places, key, slot }] : [];
  });
  const own = { key: slot.id, actor, ...time, slot, ...places };
  if (slot.status === 'busy-unavailable') {
    return [{ ...own, key: taken.length > 0 ? `${slot.id}/block` : slot.id, state: 'blocked' }, ...taken];
  }
  if (live.length >= capacity) {
    return taken;
  }
  // A hold that has run out gives way at once, before a bot has written it down.
  const ranOut = slot.status === 'busy-tentative' && referring.some(({ status }) => status === 'pending');
  const open = time.start > now ? 'free' : 'unused';
  return [{ ...own, state: slot.status === 'free' || ranOut ? open : 'shut' }, ...taken];
}

function appointmentEntry(
  appointment: WithId<Appointment>,
  actor: string | undefined,
  visits: Index,
): Entry | undefined {
  if (!appointment.start || !appointment.end) {
    return undefined;
  }
  const own = visits.get(`Appointment/${appointment.id}`) ?? [];
  const [encounter] = own.toSorted((a, b) => Number(b.status === 'in-progress') - Number(a.status === 'in-progress'));
  return {
    key: appointment.id,
    state: stateOf(appointment.status, own),
    actor,
    start: new Date(appointment.start),
    end: new Date(appointment.end),
    appointment,
    ...(encounter && { encounter }),
  };
}

/** A visit over two slots in a row is one entry of its calendar. */
function onceEach(entries: readonly Entry[]): Entry[] {
  const seen = new Set<string>();
  return entries.filter(({ actor, appointment }) => {
    const visit = appointment && `${actor} ${appointment.id}`;
    const known = visit !== undefined && seen.has(visit);
    if (visit) {
      seen.add(visit);
    }
    return !known;
  });
}

/** A slot that is shut by an appointment beside it says nothing that the appointment does not say. */
function withoutCovered(entries: readonly Entry[]): Entry[] {
  const byActor = Map.groupBy(entries, ({ actor }) => actor);
  return entries.filter((entry) => {
    const others = byActor.get(entry.actor) ?? [];
    const covers = (other: Entry): boolean =>
      other.state !== 'shut' &&
      other.state !== 'free' &&
      other.state !== 'unused' &&
      other.state !== 'cancelled' &&
      other.start < entry.end &&
      entry.start < other.end;
    return entry.state !== 'shut' || !others.some(covers);
  });
}
