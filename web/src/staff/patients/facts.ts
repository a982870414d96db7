import type { ContactPoint, Patient } from '@medplum/fhirtypes';

/** How old somebody is: whole years, and of small children whole months. */
export interface Age {
  readonly unit: 'years' | 'months';
  readonly count: number;
}

/**
 * The age on a day.
 * @param birthDate - A FHIR date; one without a day gives no age.
 * @param today - `YYYY-MM-DD`, on the clinic's calendar.
 */
export function ageOn(birthDate: string | undefined, today: string): Age | undefined {
  const born = /^(\d{4})-(\d\d)-(\d\d)$/.exec(birthDate ?? '');
  const now = /^(\d{4})-(\d\d)-(\d\d)$/.exec(today);
  if (!born || !now) {
    return undefined;
  }
  const [years = 0, months = 0, days = 0] = [1, 2, 3].map((part) => Number(now[part]) - Number(born[part]));
  const total = years * 12 + months - (days < 0 ? 1 : 0);
  if (total < 0) {
    return undefined;
  }
  return total < 24 ? { unit: 'months', count: total } : { unit: 'years', count: Math.floor(total / 12) };
}

/** What a language is called: `es` is Spanish to an English reader. */
export function languageName(code: string, reader: string): string {
  try {
    return new Intl.DisplayNames([reader], { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** Phone numbers and e-mail addresses that are in use, the preferred one first. */
export function contactsOf({ telecom = [] }: Patient): ContactPoint[] {
  return telecom
    .filter(({ use, value }) => use !== 'old' && value)
    .toSorted((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity));
}
