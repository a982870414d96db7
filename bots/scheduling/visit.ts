import type { WithId } from '@medplum/core';
import { extractServiceTypeReferences, isDefined, isReference } from '@medplum/core';
import type { Appointment, CodeableConcept, Patient, Slot } from '@medplum/fhirtypes';
import type { Ref } from '../runtime/parameters.ts';
import { HOLD_EXPIRES } from './names.ts';
import type { Calendar } from './places.ts';

/** The Patient that an Appointment is for, as `Patient/id`. */
export function patientOf(appointment: Appointment): string | undefined {
  return appointment.participant.map(({ actor }) => actor).find((actor) => isReference<Patient>(actor, 'Patient'))
    ?.reference;
}

/** Whether an Appointment takes exactly these slots. */
export function isForSlots(appointment: Appointment, slots: readonly WithId<Slot>[]): boolean {
  const taken = new Set(slotIdsOf(appointment));
  return taken.size === slots.length && slots.every(({ id }) => taken.has(id));
}

/** The ids of the slots that an Appointment takes. */
export function slotIdsOf(appointment: Appointment): string[] {
  return (appointment.slot ?? []).map(({ reference }) => reference?.split('/')[1]).filter(isDefined);
}

/** The ids that references name. */
export const idsOf = (references: readonly Ref[]): string[] => references.map((literal) => literal.split('/')[1] ?? '');

/** What slots say about an Appointment that takes them: when, what, and with whom beside the patient. */
export type SlotPart = Required<Pick<Appointment, 'slot' | 'start' | 'end' | 'minutesDuration' | 'serviceType'>>;

export function slotPartOf(slots: readonly WithId<Slot>[]): SlotPart {
  const byStart = slots.toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start));
  const byEnd = slots.toSorted((a, b) => Date.parse(b.end) - Date.parse(a.end));
  const [start, end] = [byStart[0]?.start ?? '', byEnd[0]?.end ?? ''];
  return {
    slot: slots.map(({ id }) => ({ reference: `Slot/${id}` })),
    start,
    end,
    minutesDuration: Math.round((Date.parse(end) - Date.parse(start)) / 60_000),
    serviceType: serviceTypesOf(slots),
  };
}

/** The actors of the slots' Schedules as participants. */
export function actorsOf(slots: readonly WithId<Slot>[], { schedules }: Calendar): Appointment['participant'] {
  const used = schedules.filter(({ id }) => slots.some(({ schedule }) => schedule.reference === `Schedule/${id}`));
  const actors = new Map(used.flatMap(({ actor }) => actor).map((actor) => [actor.reference, actor]));
  return [...actors.values()].map((actor) => ({ actor, status: 'accepted' }));
}

/** The participants of an Appointment with the actors of its slots, each once. */
export function withActors(
  { participant }: Pick<Appointment, 'participant'>,
  slots: readonly WithId<Slot>[],
  calendar: Calendar,
): Appointment['participant'] {
  const there = participant.map(({ actor }) => actor?.reference);
  return [...participant, ...actorsOf(slots, calendar).filter(({ actor }) => !there.includes(actor?.reference))];
}

/** The reasons of an Appointment with one more, in words. */
export const withReasonCode = ({ reasonCode = [] }: Appointment, reason: string): CodeableConcept[] => [
  ...reasonCode.filter(({ text }) => text !== reason),
  { text: reason },
];

/** Marks an Appointment as held until some time. */
export function withExpiry<T extends Appointment>(appointment: T, expires: Date | undefined): T {
  const others = (appointment.extension ?? []).filter(({ url }) => url !== HOLD_EXPIRES);
  const expiry = expires && { url: HOLD_EXPIRES, valueInstant: expires.toISOString() };
  return { ...appointment, extension: expiry ? [...others, expiry] : others };
}

/** Each service once; Medplum writes one concept for each of a service's codes. */
function serviceTypesOf(slots: readonly WithId<Slot>[]): CodeableConcept[] {
  const named = new Map<string, CodeableConcept[]>();
  for (const { serviceType } of slots) {
    const key = extractServiceTypeReferences(serviceType)[0]?.reference ?? JSON.stringify(serviceType ?? []);
    named.set(key, serviceType ?? []);
  }
  return [...named.values()].flat();
}
