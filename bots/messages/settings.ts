import { IANAZone } from 'luxon';
import { isSupportedCountry } from 'libphonenumber-js';
import { readQuietHours } from './quiet-hours.ts';

type Secrets = Readonly<Record<string, string | undefined>>;

const CHECKS: readonly (readonly [name: string, isRight: (value: string) => boolean, rule: string])[] = [
  ['QUIET_HOURS', (value) => readQuietHours(value) !== undefined, 'hours such as 21:00-08:00; messages leave at night'],
  ['MESSAGES_PER_DAY', (value) => Number(value) >= 1, 'a number from 1; there is no limit'],
  [
    'CLINIC_TIMEZONE',
    (value) => IANAZone.isValidZone(value),
    'an IANA zone such as Europe/Berlin; times may be in UTC',
  ],
  ['CLINIC_COUNTRY', isSupportedCountry, 'two letters such as AT; numbers without a country code are not reached'],
];

/**
 * What the clinic has set and cannot be read, so that it counts as not set.
 * @returns One sentence for each, with the name of the setting and without its value.
 */
export const settingProblems = (secrets: Secrets): string[] =>
  CHECKS.flatMap(([name, isRight, rule]) => {
    const value = secrets[name]?.trim();
    return value && !isRight(value) ? [`${name} has to be ${rule} until then.`] : [];
  });
