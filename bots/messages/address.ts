import type { ContactPoint, Period } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { e164 } from './phone.ts';
import type { Channel, Recipient } from './template.ts';

/**
 * Where a recipient is reached on a channel: the best-ranked contact point that is in use, a mobile number before
 * another one.
 */
export function addressOf(recipient: Recipient, channel: Channel, now: Date): string | undefined {
  return (recipient.telecom ?? [])
    .filter((contact) => fits(contact, channel) && contact.use !== 'old' && isCurrent(contact, now))
    .sort((a, b) => order(a) - order(b))
    .map(({ value }) => value?.trim())
    .find((value) => value);
}

/** The same, as a provider takes it. */
export function addressFor(
  recipient: Recipient,
  channel: Channel,
  run: Pick<Run, 'now' | 'secrets'>,
): string | undefined {
  const given = addressOf(recipient, channel, run.now);
  return given && asProvidersTakeIt(given, channel, run.secrets.CLINIC_COUNTRY);
}

/** An e-mail address as it is, a number in E.164; undefined for what is none. A provider may still refuse it. */
export function asProvidersTakeIt(address: string, channel: Channel, country: string | undefined): string | undefined {
  if (channel !== 'email') {
    return e164(address, country);
  }
  return /^[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+$/.test(address) ? address : undefined;
}

function fits({ system }: ContactPoint, channel: Channel): boolean {
  return channel === 'email' ? system === 'email' : system === 'phone' || (system === 'sms' && channel === 'sms');
}

/** Whether what has a period counts now. An end that is a day (UTC), a month or a year includes all of that. */
export function isCurrent({ period }: { readonly period?: Period }, now: Date): boolean {
  const { start, end = '' } = period ?? {};
  const isOver = end.includes('T') ? new Date(end) < now : now.toISOString().slice(0, end.length) > end;
  return !(start && new Date(start) > now) && !isOver;
}

/** FHIR: rank 1 is tried first. A phone that is not mobile may be no place for a text. */
function order({ rank, use, system }: ContactPoint): number {
  const kind = system === 'sms' || use === 'mobile' ? 0 : 0.5;
  return (rank ?? 1000) + kind;
}
