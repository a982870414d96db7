import { formatHumanName } from '@medplum/core';
import type { HumanName, Reference } from '@medplum/fhirtypes';
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';

/** Dates and times as the reader's language writes them, on the clock of a place. */
export interface Format {
  /** `09:30`, `9:30 AM` */
  readonly time: (instant: string | Date, zone?: string) => string;
  /** A time of every day, `HH:mm`, which has no zone: `9:30 AM`. */
  readonly clock: (time: string) => string;
  /** `Mon, 2 Mar 2026` */
  readonly date: (instant: string | Date, zone?: string) => string;
  /** A FHIR date, which has no zone: `4 May 1967`. */
  readonly day: (date: string) => string;
  /** A FHIR date with its weekday, in short: `Mon 2`. */
  readonly weekday: (date: string) => string;
  /** A FHIR date with its weekday: `Monday, 2 March`. */
  readonly fullDay: (date: string) => string;
  /** Date and time. */
  readonly moment: (instant: string | Date, zone?: string) => string;
  readonly number: (value: number) => string;
  /** Of a share from 0 to 1: `85 %`. */
  readonly percent: (share: number) => string;
}

/** In the language of the pages; with the region of the browser where it is of that language (`en-GB`). */
export function useFormat(): Format {
  const { i18n } = useTranslation();
  return formatFor(localeOf(i18n.language));
}

/** The same for a given locale, such as `de` or `en-US`. */
export function formatFor(locale: string): Format {
  const shown = (instant: string | Date, options: Intl.DateTimeFormatOptions, timeZone?: string): string =>
    new Intl.DateTimeFormat(locale, { ...options, ...(timeZone && { timeZone }) }).format(new Date(instant));
  const date = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
  const time = { hour: 'numeric', minute: '2-digit' } as const;
  return {
    time: (instant, zone) => shown(instant, time, zone),
    clock: (value) => (/^\d\d:\d\d/.test(value) ? shown(`2000-01-01T${value.slice(0, 5)}:00Z`, time, 'UTC') : value),
    date: (instant, zone) => shown(instant, date, zone),
    day: (value) => shown(...wholeDay(value), 'UTC'),
    weekday: (value) => shown(`${value}T12:00:00Z`, { weekday: 'short', day: 'numeric' }, 'UTC'),
    fullDay: (value) => shown(`${value}T12:00:00Z`, { weekday: 'long', day: 'numeric', month: 'long' }, 'UTC'),
    moment: (instant, zone) => shown(instant, { ...date, ...time }, zone),
    percent: (share) => new Intl.NumberFormat(locale, { style: 'percent' }).format(share),
    number: (value) => new Intl.NumberFormat(locale).format(value),
  };
}

/** A FHIR date may be a year, or a month of a year, and says no more than that. */
function wholeDay(value: string): [string, Intl.DateTimeFormatOptions] {
  const [year = '', month, day] = value.slice(0, 10).split('-');
  const parts: Intl.DateTimeFormatOptions = {
    ...(day && { day: 'numeric' }),
    ...(month && { month: 'long' }),
    year: 'numeric',
  };
  return [`${year}-${month ?? '01'}-${day ?? '01'}T12:00:00Z`, parts];
}

/** The browser's own variant of a language where it has one. */
export function localeOf(language: string): string {
  return navigator.languages.find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? language;
}

/** The official name, else the first; never empty. */
export function nameOf(resource: { readonly name?: readonly HumanName[] } | undefined): string {
  const names = resource?.name ?? [];
  const name = names.find(({ use }) => use === 'official') ?? names[0];
  return (name && formatHumanName(name)) || i18next.t('unknownName', { ns: 'common' });
}

/** How a reference names what it refers to. */
export function displayOf(reference: Reference | undefined): string {
  return reference?.display ?? i18next.t('unknownName', { ns: 'common' });
}
