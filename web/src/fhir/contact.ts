import type { ContactPoint, Patient, PatientCommunication } from '@medplum/fhirtypes';
import { isPhone, phoneOf, plainNumber } from './patients.ts';

/** How somebody is reached, as a form has it; empty where nothing is known. */
export interface Contact {
  /** A BCP 47 code, such as `de` or `es-MX`. */
  readonly language: string;
  /** The mobile number, else another one. */
  readonly phone: string;
  readonly email: string;
}

const BCP47 = 'urn:ietf:bcp:47';

export function contactOf(patient: Patient): Contact {
  return { language: languageOf(patient) ?? '', phone: phoneOf(patient) ?? '', email: emailOf(patient) ?? '' };
}

/** The code of the language that somebody is written to in. */
export function languageOf({ communication = [] }: Patient): string | undefined {
  return codeOf(communication.find(({ preferred }) => preferred) ?? communication[0]);
}

/** The e-mail address that is in use. */
export const emailOf = ({ telecom = [] }: Patient): string | undefined =>
  telecom.find(({ system, use }) => system === 'email' && use !== 'old')?.value;

/** Whether somebody typed what is no number. One that was there before in another shape is nobody's mistake now. */
export function isWrongPhone(typed: string, patient: Patient): boolean {
  const phone = plainNumber(typed);
  return typed.trim() !== contactOf(patient).phone && phone !== '' && !isPhone(phone);
}

/** The patient with this contact; what the form does not show stays as it is. */
export function withContact<T extends Patient>(patient: T, contact: Contact): T {
  const before = contactOf(patient);
  const phone = contact.phone.trim() === before.phone ? before.phone : plainNumber(contact.phone);
  const email = contact.email.trim();
  const { telecom = [], communication = [] } = patient;
  return {
    ...patient,
    ...((phone !== before.phone || email !== before.email) && {
      telecom: orNone(edited(edited(telecom, 'phone', before.phone, phone), 'email', before.email, email)),
    }),
    ...(contact.language !== before.language && { communication: orNone(spoken(communication, contact.language)) }),
  };
}

/** A form as it was typed, and where nobody touched it, as another version has it. */
export function mergedContact(typed: Contact, base: Patient, theirs: Patient): Contact {
  const before = contactOf(base);
  const edited = Object.entries(typed).filter(([field, value]) => value !== before[field as keyof Contact]);
  return { ...contactOf(theirs), ...Object.fromEntries(edited) };
}

/** FHIR has no empty lists. */
export const orNone = <T>(list: T[]): T[] | undefined => (list.length > 0 ? list : undefined);

/** The contacts with the one that a form showed changed, added where there was none, or gone where it was emptied. */
function edited(telecom: ContactPoint[], system: 'phone' | 'email', was: string, value: string): ContactPoint[] {
  const at = was ? telecom.findIndex((point) => point.system === system && point.value === was) : -1;
  if (at < 0) {
    return value ? [...telecom, { system, ...(system === 'phone' && { use: 'mobile' }), value }] : telecom;
  }
  return telecom.toSpliced(at, 1, ...(value ? [{ ...telecom[at], value }] : []));
}

/** The language first and preferred, in the variant that the patient has of it; others stay spoken. */
function spoken(communication: readonly PatientCommunication[], language: string): PatientCommunication[] {
  const exact = communication.find((one) => codeOf(one) === language);
  const chosen = exact ?? communication.find((one) => codeOf(one)?.split('-')[0] === language);
  const others = communication.filter((one) => one !== chosen).map(({ preferred: _before, ...one }) => one);
  const made = { language: { coding: [{ system: BCP47, code: language }] } };
  return language ? [{ ...(chosen ?? made), preferred: true }, ...others] : others;
}

const codeOf = (spoken: PatientCommunication | undefined): string | undefined => spoken?.language.coding?.[0]?.code;
