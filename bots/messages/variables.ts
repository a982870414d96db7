import { formatAddress, formatHumanName, isDefined } from '@medplum/core';
import type { Appointment, HumanName, Location } from '@medplum/fhirtypes';
import { DateTime } from 'luxon';
import { holdExpires } from '../scheduling/appointment-states.ts';
import type { Channel, Recipient } from './template.ts';
import type { Visit } from './visit.ts';
import { zoneOf } from './visit.ts';

/** What a template is filled with. Every value is a plain text, ready for its place in a message. */
export interface Variables {
  readonly patient: { readonly name: string; readonly given: string; readonly family: string };
  readonly appointment?: {
    readonly date: string;
    readonly time: string;
    readonly zone: string;
    /** Of a hold: until when, with its date. */
    readonly heldUntil?: string;
  };
  readonly practitioner?: { readonly name: string };
  readonly location?: { readonly name: string; readonly address: string; readonly phone: string };
}

/** What the variables are made of. */
export interface Context {
  readonly recipient: Recipient;
  readonly appointment?: Appointment;
  readonly visit: Visit;
  /** Where patients go: the location itself, or the site that it is a part of. */
  readonly site?: Location;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Long names are cut: nothing that stands in a record may push the message itself out of sight. */
const MAX_LENGTH = 120;

/**
 * The variables of a message, in its language, with wall-clock times of the place of the visit.
 * @param channel - What a value must not contain depends on it: WhatsApp has marks for bold and italics.
 */
export function variablesOf(context: Context, language: string, channel: Channel): Variables {
  const { recipient, appointment, visit, site, secrets } = context;
  const safe = (value: string | undefined): string => escaped(value ?? '', channel);
  const name = nameOf(recipient.name);
  const practitioner = visit.practitioner ? fullName(visit.practitioner.name) : visit.role?.practitioner?.display;
  const zone = zoneOf(visit, secrets);
  const start = appointment?.start ? DateTime.fromISO(appointment.start, { zone }).setLocale(language) : undefined;
  const expires = appointment?.status === 'pending' ? holdExpires(appointment) : undefined;
  const held = expires && DateTime.fromJSDate(expires, { zone }).setLocale(language);
  const phone = site?.telecom?.find(({ system }) => system === 'phone')?.value;
  return {
    patient: {
      name: safe(fullName(recipient.name)),
      given: safe(name?.given?.[0]),
      family: safe(name?.family),
    },
    ...(start && {
      appointment: {
        date: safe(start.toLocaleString(DateTime.DATE_HUGE)),
        time: safe(start.toLocaleString(DateTime.TIME_SIMPLE)),
        zone: safe(zone),
        ...(held && { heldUntil: safe(held.toLocaleString(DateTime.DATETIME_MED)) }),
      },
    }),
    ...(practitioner && { practitioner: { name: safe(practitioner) } }),
    ...(site && {
      location: {
        name: safe(site.name),
        address: safe(site.address && formatAddress(site.address)),
        phone: safe(phone),
      },
    }),
  };
}

const nameOf = (names: readonly HumanName[] | undefined): HumanName | undefined =>
  names?.find(({ use }) => use === 'official' || use === 'usual') ?? names?.[0];

const fullName = (names: readonly HumanName[] | undefined): string | undefined => {
  const name = nameOf(names);
  return name && [formatHumanName(name, { prefix: true })].filter(isDefined).join('');
};

/**
 * A value as it may stand in a message: one line without control and formatting characters, so that a name cannot add
 * a header, a paragraph or a mark-up of its own. Liquid does not look at it again.
 */
export function escaped(value: string, channel: Channel): string {
  const line = value
    .normalize('NFC')
    // Line breaks of every kind, control characters, and what turns the direction of writing or stays invisible.
    .replace(/[\s\p{Zl}\p{Zp}\p{Cc}]+/gu, ' ')
    .replace(/\p{Cf}/gu, '')
    .trim();
  const plain = channel === 'whatsapp' ? line.replace(/[*_~`]/g, '') : line;
  return [...plain].slice(0, MAX_LENGTH).join('');
}
