import type { MedplumClient, QueryTypes, WithId } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import { fieldOf } from '../parts/form.ts';

/**
 * The search for patients behind one box: by birth date, phone number, e-mail or name, whichever it looks like.
 * @returns undefined while there is too little to search by.
 */
export function patientSearch(typed: string): QueryTypes | undefined {
  const text = typed.trim();
  const shown = { _count: '20', _sort: 'name' };
  if (text.length < 2) {
    return undefined;
  }
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    return { ...shown, birthdate: text };
  }
  if (/^\+?[\d\s()-]{5,}$/.test(text)) {
    return { ...shown, phone: plainNumber(text) };
  }
  return text.includes('@') ? { ...shown, email: text } : { ...shown, name: text };
}

/** The number that a person is reached at, mobile first. */
export function phoneOf({ telecom = [] }: Patient): string | undefined {
  const phones = telecom.filter(({ system, use }) => system === 'phone' && use !== 'old');
  return (phones.find(({ use }) => use === 'mobile') ?? phones[0])?.value;
}

/** A number as somebody typed it, without what is there for the eye. */
export const plainNumber = (typed: string): string => typed.replace(/[\s()-]/g, '');

/** A phone number with its country code, as it is stored: `+12025550111`. */
export const isPhone = (number: string): boolean => /^\+[1-9]\d{6,14}$/.test(number);

/** The patient that a form with the fields `given`, `family`, `birthDate`, `phone` and `email` describes. */
export function patientFrom(form: FormData): Patient {
  const field = (name: string): string => fieldOf(form, name).trim();
  const phone = plainNumber(field('phone'));
  const telecom: Patient['telecom'] = [
    ...(phone ? [{ system: 'phone', use: 'mobile', value: phone } as const] : []),
    ...(field('email') ? [{ system: 'email', value: field('email') } as const] : []),
  ];
  return {
    resourceType: 'Patient',
    active: true,
    name: [{ use: 'official', family: field('family'), ...(field('given') && { given: [field('given')] }) }],
    ...(field('birthDate') && { birthDate: field('birthDate') }),
    ...(telecom.length > 0 && { telecom }),
  };
}

/** Who is known already and has this phone number, or this name and birth date. */
export async function alike(medplum: MedplumClient, patient: Patient): Promise<WithId<Patient>[]> {
  const search = (query: Record<string, string>): Promise<readonly WithId<Patient>[]> =>
    medplum.searchResources('Patient', query);
  const [name] = patient.name ?? [];
  const phone = phoneOf(patient);
  const found = await Promise.all([
    ...(phone ? [search({ phone })] : []),
    ...(name?.family && patient.birthDate ? [search({ family: name.family, birthdate: patient.birthDate })] : []),
  ]);
  return [...new Map(found.flat().map((same) => [same.id, same])).values()];
}
