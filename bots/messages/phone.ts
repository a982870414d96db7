import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { CountryCode } from 'libphonenumber-js';

/**
 * A phone number in the one format that providers take, E.164.
 * @param country - Two letters (`CLINIC_COUNTRY`): where a number without a country code is at home.
 * @returns Undefined for what cannot be a number; one without a country code is none where the country is not known.
 */
export function e164(value: string, country?: string): string | undefined {
  const number = parsePhoneNumberFromString(value, country?.toUpperCase() as CountryCode | undefined);
  return number?.isPossible() ? number.number : undefined;
}
