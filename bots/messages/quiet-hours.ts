import { getExtensionValue, TimezoneExtensionURI } from '@medplum/core';
import { DateTime, IANAZone } from 'luxon';
import type { Recipient } from './template.ts';

/** Hours of the night, in minutes after midnight of the wall clock. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads the setting `QUIET_HOURS`, such as `21:00-08:00`.
 * @returns Undefined where there are none: nothing set, or nothing that can be read.
 */
export function readQuietHours(setting: string | undefined): QuietHours | undefined {
  const match = /^\s*([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)\s*$/.exec(setting ?? '');
  if (!match) {
    return undefined;
  }
  const [, fromHour, fromMinute, toHour, toMinute] = match.map(Number) as [number, number, number, number, number];
  const hours = { from: fromHour * 60 + fromMinute, to: (toHour * 60 + toMinute) % (24 * 60) };
  return hours.from === hours.to ? undefined : hours;
}

/**
 * When quiet hours that are on end.
 * @param zone - IANA: in which the hours are counted. An end that a DST change skips is the next time that there is.
 * @returns Undefined outside them.
 */
export function quietUntil({ from, to }: QuietHours, zone: string, now: Date): Date | undefined {
  const local = DateTime.fromJSDate(now, { zone });
  const minute = local.hour * 60 + local.minute;
  const isQuiet = from < to ? minute >= from && minute < to : minute >= from || minute < to;
  if (!isQuiet) {
    return undefined;
  }
  const day = minute < to ? local : local.plus({ days: 1 });
  const end = day.set({ hour: Math.floor(to / 60), minute: to % 60, second: 0, millisecond: 0 });
  // On the day on which a wall-clock time comes twice the first one may be past.
  return end.toJSDate() > now ? end.toJSDate() : end.plus({ hours: 1 }).toJSDate();
}

/**
 * The zone that a recipient lives in: their own (HL7's timezone extension), else that of the visit or the clinic.
 * @param elsewhere - What counts where theirs is not known.
 */
export function zoneOfRecipient(recipient: Recipient, elsewhere: string): string {
  const own = getExtensionValue(recipient, TimezoneExtensionURI);
  return typeof own === 'string' && IANAZone.isValidZone(own) ? own : elsewhere;
}
