import type { WithId } from '@medplum/core';
import { extractServiceTypeReferences, SchedulingSlotCapacityURI } from '@medplum/core';
import type { Appointment, HealthcareService, Patient, Resource, Schedule, Slot } from '@medplum/fhirtypes';
import { HOLD_EXPIRES } from '../../bots/scheduling/names.ts';
import { SLOT_PLACES_TAKEN } from '../../bots/scheduling/names.ts';
import type { Calendar } from '../../bots/scheduling/places.ts';
import type { Decision, Write } from '../../bots/runtime/writes.ts';

type Stored = WithId<Slot> | WithId<Appointment>;

/** A store of slots and Appointments in a variable: what the pure decisions see, and where their writes go. */
export class Model {
  readonly schedules: readonly WithId<Schedule>[];
  readonly services: readonly WithId<HealthcareService>[];
  readonly patients: readonly WithId<Patient>[];
  private readonly stored = new Map<string, Stored>();
  private readonly deleted = new Map<string, Stored>();
  private made = 0;

  constructor(
    schedules: readonly WithId<Schedule>[],
    services: readonly WithId<HealthcareService>[],
    patients: number,
  ) {
    this.schedules = schedules;
    this.services = services;
    this.patients = Array.from({ length: patients }, (_none, index) => ({
      resourceType: 'Patient' as const,
      id: `patient-${index}`,
    }));
  }

  get slots(): WithId<Slot>[] {
    return [...this.stored.values()].filter((resource) => resource.resourceType === 'Slot');
  }

  get appointments(): WithId<Appointment>[] {
    return [...this.stored.values()].filter((resource) => resource.resourceType === 'Appointment');
  }

  get calendar(): Calendar {
    const { schedules, services, slots, appointments } = this;
    return { schedules, services, slots, appointments };
  }

  /** Brings a slot back that was deleted, as a cancellation does. */
  restore(id: string): void {
    const gone = this.deleted.get(id);
    if (gone && !this.stored.has(id)) {
      this.stored.set(id, gone);
    }
  }

  /** Stores a resource as it is. */
  put(resource: Stored): void {
    this.stored.set(resource.id, resource);
  }

  /** Stores a decision as a server would: each write against the version that it was decided on. */
  commit<T>({ writes, result }: Decision<T>): T {
    const seen = new Set<string>();
    const answers = new Map<Write, Resource>();
    for (const write of writes) {
      const id = write.method === 'POST' ? `${write.resource.resourceType}-${++this.made}` : (write.resource.id ?? '');
      const before = this.stored.get(id);
      if (seen.has(id) || (write.method !== 'POST' && before?.meta?.versionId !== write.resource.meta?.versionId)) {
        throw new Error(`${write.method} ${id} twice in one decision, or without what it was decided on.`);
      }
      seen.add(id);
      if (write.method === 'DELETE') {
        this.stored.delete(id);
        this.deleted.set(id, before!);
        continue;
      }
      const versionId = String(Number(before?.meta?.versionId ?? 0) + 1);
      const after = { ...write.resource, id, meta: { ...write.resource.meta, versionId } } as Stored;
      if (after.resourceType === 'Slot' || after.resourceType === 'Appointment') {
        this.stored.set(id, after);
      }
      answers.set(write, after);
    }
    return (answers.get(result as Write) ?? result) as T;
  }
}

/** What must hold, told apart from the code under test: nothing here asks it. */
export class Referee {
  private readonly model: Model;

  constructor(model: Model) {
    this.model = model;
  }

  /** Live bookings and holds of a slot. */
  takers(slot: WithId<Slot>, now: Date): WithId<Appointment>[] {
    return this.model.appointments.filter((appointment) => {
      const expires = appointment.extension?.find(({ url }) => url === HOLD_EXPIRES)?.valueInstant;
      const live =
        ['booked', 'arrived', 'checked-in', 'fulfilled', 'noshow'].includes(appointment.status) ||
        (appointment.status === 'pending' && !(expires && Date.parse(expires) <= now.getTime()));
      return live && appointment.slot?.some(({ reference }) => reference === `Slot/${slot.id}`);
    });
  }

  /** From when until when nothing else may be there, in milliseconds. */
  reach(slot: WithId<Slot>): [number, number] {
    const [service] = extractServiceTypeReferences(slot.serviceType);
    const schedule = this.model.schedules.find(({ id }) => slot.schedule.reference === `Schedule/${id}`);
    const parameters = schedule?.extension?.find(({ extension }) =>
      extension?.some(({ valueReference }) => valueReference?.reference === service?.reference),
    );
    const minutes = (url: string): number =>
      slot.status === 'busy-unavailable'
        ? 0
        : (parameters?.extension?.find((part) => part.url === url)?.valueDuration?.value ?? 0);
    return [
      Date.parse(slot.start) - minutes('bufferBefore') * 60_000,
      Date.parse(slot.end) + minutes('bufferAfter') * 60_000,
    ];
  }

  /** The other slots of its Schedule that overlap a slot. */
  rivals(slot: WithId<Slot>): WithId<Slot>[] {
    const [from, to] = this.reach(slot);
    return this.model.slots.filter((other) => {
      const [start, end] = this.reach(other);
      const isOther = other.id !== slot.id && other.status !== 'entered-in-error';
      return isOther && other.schedule.reference === slot.schedule.reference && start < to && from < end;
    });
  }

  /** Whether somebody who asks for this slot now has to get it. */
  isFree(slot: WithId<Slot>, now: Date): boolean {
    const shut = (other: WithId<Slot>): boolean => !isOurs(other) || this.takers(other, now).length > 0;
    return isOurs(slot) && this.takers(slot, now).length < capacity(slot) && !this.rivals(slot).some(shut);
  }

  /**
   * What is wrong, in words.
   * @param overbooked - Ids of Appointments that somebody put there knowing that it is full.
   */
  faults(now: Date, overbooked: ReadonlySet<string>): string[] {
    const faults: string[] = [];
    const regular = (slot: WithId<Slot>): WithId<Appointment>[] =>
      this.takers(slot, now).filter(({ id }) => !overbooked.has(id));
    for (const slot of this.model.slots) {
      const taken = regular(slot).length;
      if (taken > capacity(slot)) {
        faults.push(`${slot.id} has ${taken} of ${capacity(slot)} places taken`);
      }
      const isSame = (others: WithId<Appointment>[]): boolean =>
        others.length === taken && others.every((other) => regular(slot).includes(other));
      const beside = this.rivals(slot).find((rival) => {
        // Slots of one visit may overlap by their buffers.
        return taken > 0 && regular(rival).length > 0 && !isSame(regular(rival));
      });
      if (beside) {
        faults.push(`${slot.id} and ${beside.id} overlap and both are taken`);
      }
    }
    return faults;
  }

  /** Where a slot says something else than its live Appointments do, once nothing is left to be given back. */
  lies(now: Date): string[] {
    return this.model.slots.flatMap((slot) => {
      if (!isOurs(slot)) {
        return [];
      }
      const takers = this.takers(slot, now);
      const held = takers.some(({ status }) => status === 'pending');
      const full = takers.length >= capacity(slot);
      const status = full ? (held ? 'busy-tentative' : 'busy') : this.isFree(slot, now) ? 'free' : 'busy';
      const cached = slot.extension?.find(({ url }) => url === SLOT_PLACES_TAKEN)?.valueUnsignedInt ?? 0;
      return cached === takers.length && slot.status === status
        ? []
        : [`${slot.id} says ${slot.status} ${cached}, but is ${status} ${takers.length}`];
    });
  }
}

/** Not blocked, not void, and not busy by the word of another program, which leaves no count. */
const isOurs = ({ status, extension }: Slot): boolean =>
  status === 'free' || (status.startsWith('busy') && status !== 'busy-unavailable' && hasCount(extension));

const hasCount = (extension: Slot['extension']): boolean =>
  extension?.some(({ url }) => url === SLOT_PLACES_TAKEN) ?? false;

/** Places of a slot. */
export const capacity = (slot: Slot): number =>
  slot.extension?.find(({ url }) => url === SchedulingSlotCapacityURI)?.valuePositiveInt ?? 1;
