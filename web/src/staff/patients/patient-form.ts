import type { Address, ContactPoint, HumanName, Patient } from '@medplum/fhirtypes';
import { contactOf, isWrongPhone, orNone, withContact } from '../../fhir/contact.ts';
import type { Contact } from '../../fhir/contact.ts';

/** What the front desk edits of a patient; empty texts for what there is not. */
export interface PatientForm extends Contact {
  readonly given: string;
  readonly family: string;
  readonly birthDate: string;
  readonly gender: string;
  /** Which of them is tried first. */
  readonly preferred: '' | 'phone' | 'email';
  readonly line: string;
  readonly city: string;
  readonly state: string;
  readonly postalCode: string;
}

/** What there is of a patient, as a form shows it. */
export function formOf(patient: Patient): PatientForm {
  const name = officialOf(patient.name);
  const address = patient.address?.[0];
  const first = patient.telecom?.find(({ rank }) => rank === 1)?.system;
  return {
    given: name?.given?.join(' ') ?? '',
    family: name?.family ?? '',
    birthDate: patient.birthDate ?? '',
    gender: patient.gender ?? '',
    ...contactOf(patient),
    preferred: first === 'phone' || first === 'email' ? first : '',
    line: address?.line?.join(', ') ?? '',
    city: address?.city ?? '',
    state: address?.state ?? '',
    postalCode: address?.postalCode ?? '',
  };
}

/** The patient with what the form says; what it does not show stays as it is. */
export function withForm<T extends Patient>(patient: T, form: PatientForm): T {
  const before = formOf(patient);
  const isChanged = (...fields: readonly (keyof PatientForm)[]): boolean =>
    fields.some((field) => form[field].trim() !== before[field]);
  const reached = withContact(patient, form);
  return {
    ...reached,
    ...(isChanged('given', 'family') && { name: withName(patient.name, form) }),
    ...(isChanged('birthDate') && { birthDate: form.birthDate || undefined }),
    ...(isChanged('gender') && { gender: (form.gender || undefined) as Patient['gender'] }),
    ...(isChanged('phone', 'email', 'preferred') && { telecom: orNone(withFirst(reached, form.preferred)) }),
    ...(isChanged('line', 'city', 'state', 'postalCode') && { address: orNone(withAddress(patient.address, form)) }),
  };
}

/** The form of their version with what was edited in mine: what I did not touch is theirs. */
export function merged(form: PatientForm, base: Patient, theirs: Patient): PatientForm {
  const before = formOf(base);
  const edited = Object.entries(form).filter(([field, value]) => value !== before[field as keyof PatientForm]);
  return { ...formOf(theirs), ...Object.fromEntries(edited) };
}

/** What is wrong with a form, by field, as keys of texts. */
export function problemsOf(
  form: PatientForm,
  patient: Patient,
): Partial<Record<keyof PatientForm, 'familyNeeded' | 'phoneShape'>> {
  return {
    ...(form.family.trim() === '' && { family: 'familyNeeded' as const }),
    ...(isWrongPhone(form.phone, patient) && { phone: 'phoneShape' as const }),
  };
}

const officialOf = (names: readonly HumanName[] = []): HumanName | undefined =>
  names.find(({ use }) => use === 'official') ?? names[0];

function withName(names: readonly HumanName[] = [], { given, family }: PatientForm): HumanName[] {
  const official = officialOf(names);
  // A text beside the parts would be outdated.
  const name: HumanName = {
    ...(official ?? { use: 'official' }),
    text: undefined,
    family: family.trim(),
    given: given.trim() ? given.trim().split(/\s+/) : undefined,
  };
  return official ? names.map((one) => (one === official ? name : one)) : [name];
}

/** The contacts with the one that is tried first marked as such. */
function withFirst(patient: Patient, preferred: PatientForm['preferred']): ContactPoint[] {
  const first = preferred && contactOf(patient)[preferred];
  return (patient.telecom ?? []).map(({ rank, ...contact }) => ({
    ...contact,
    ...(contact.system === preferred && contact.value === first
      ? { rank: 1 }
      : rank !== undefined && rank > 1
        ? { rank }
        : {}),
  }));
}

function withAddress([first, ...others]: readonly Address[] = [], form: PatientForm): Address[] {
  const part = (value: string): string | undefined => value.trim() || undefined;
  const isSameLine = form.line.trim() === (first?.line?.join(', ') ?? '');
  const address = {
    ...first,
    text: undefined,
    ...(!isSameLine && { line: part(form.line) ? [form.line.trim()] : undefined }),
    city: part(form.city),
    state: part(form.state),
    postalCode: part(form.postalCode),
  };
  return Object.values(address).some((value) => value !== undefined) ? [address, ...others] : others;
}
