import { createReference, getReferenceString, isDefined } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Communication, Patient, Reference, RelatedPerson } from '@medplum/fhirtypes';
import { isCurrent } from './address.ts';
import type { Asked } from './replies.ts';

/** Who wrote, as far as that is known. */
export interface Sender {
  /** Patients whose own number it is. Of several nobody can say who wrote, except who was asked something. */
  readonly own: readonly WithId<Patient>[];
  /** Who acts for a patient and has this number. */
  readonly related: readonly WithId<RelatedPerson>[];
  readonly asked?: Asked;
}

/**
 * Who of the related persons with a number may speak for their patient now: those who are active, in the time of which
 * their record says it, for a patient who is active.
 */
export function actingFor(
  people: readonly WithId<RelatedPerson>[],
  patients: readonly WithId<Patient>[],
  now: Date,
): WithId<RelatedPerson>[] {
  return people.filter(
    (person) =>
      person.active !== false &&
      isCurrent(person, now) &&
      patients.some((one) => getReferenceString(one) === person.patient.reference && one.active !== false),
  );
}

/** Whomever a number speaks for, as references: whose own it is first. */
export function candidatesOf({ own, related }: Sender): string[] {
  const acted = related.map(({ patient }) => patient.reference).filter(isDefined);
  return [...new Set([...own.map((one) => getReferenceString(one)), ...acted])];
}

/**
 * The patient whom a message is from or about, as a reference: the one whom a reply answers for; else the one with this
 * number; else the one for whom all act who have it.
 */
export function patientOf(sender: Sender): string | undefined {
  const asked = sender.asked && patientAsked(sender.asked.message);
  if (asked) {
    return asked;
  }
  const [only, ...others] = candidatesOf(sender.own.length > 0 ? { ...sender, related: [] } : sender);
  return others.length === 0 ? only : undefined;
}

/** Who wrote: whoever was asked; else the patient, where it is their own number; else who acts for them. */
export function authorOf({ own, related, asked }: Sender, patient: string): Reference<Patient | RelatedPerson> {
  const recipient = asked?.message.recipient?.[0]?.reference;
  const isOwn = own.some((one) => getReferenceString(one) === patient);
  const person = recipient
    ? related.find((one) => getReferenceString(one) === recipient)
    : related.find((one) => !isOwn && one.patient.reference === patient);
  return person ? createReference(person) : { reference: patient };
}

/** Whose visit a message was about: whoever got it, or whom it says that it is about. */
const patientAsked = ({ recipient, subject }: Communication): string | undefined =>
  [recipient?.[0]?.reference, subject?.reference].find((reference) => reference?.startsWith('Patient/'));
