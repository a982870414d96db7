import type { ActivityDefinition, Communication } from '@medplum/fhirtypes';
import { addressOf, asProvidersTakeIt } from './address.ts';
import { render } from './render.ts';
import type { Rendered } from './render.ts';
import { CHANNELS, channelOf, inLanguageOf, variantsOf } from './template.ts';
import type { Channel, Recipient } from './template.ts';
import { variablesOf } from './variables.ts';
import type { Refused } from './transport.ts';
import type { Context } from './variables.ts';

/** Why a message is not sent: a code of `BASE/CodeSystem/message-status-reason`. */
export interface Unsendable {
  readonly reason: 'no-address' | 'expired' | 'no-content' | 'invalid-template' | Refused;
  /** For a person. */
  readonly text?: string;
}

/** A message with everything that it needs to leave. */
export interface Composed extends Rendered {
  readonly channel: Channel;
  readonly address: string;
}

/** What a message is made of. */
export interface Draft {
  readonly communication: Communication;
  /** Undefined if it names none, or one that there is not. */
  readonly template?: ActivityDefinition;
  readonly recipient?: Recipient;
  /** Channels on which the recipient wants no messages. */
  readonly refused?: readonly Channel[];
  readonly context: Omit<Context, 'recipient'>;
}

/**
 * Finds channel, address and text. The channel is the Communication's; if it names none, the first one of its template
 * (or, of a text without template, SMS before e-mail) on which the recipient has an address.
 */
export function compose(
  { communication, template, recipient, refused = [], context }: Draft,
  now: Date,
): Composed | Unsendable {
  if (!recipient || communication.recipient?.length !== 1) {
    return {
      reason: 'invalid-address',
      text: 'A Communication has one recipient: a patient, related person or practitioner.',
    };
  }
  const variants = template ? variantsOf(template) : [];
  const asked = channelOf(communication.medium);
  const own = communication.payload
    ?.map(({ contentString }) => contentString ?? '')
    .join('\n')
    .trim();
  if (!own && variants.length === 0) {
    const named = (communication.instantiatesCanonical ?? []).length > 0;
    return named
      ? { reason: 'invalid-template', text: 'The template is not there, or it has no text.' }
      : { reason: 'no-content' };
  }
  const offered = own ? CHANNELS.filter((channel) => channel !== 'whatsapp') : variants.map(({ channel }) => channel);
  const channels = asked ? [asked] : offered;
  const wanted = channels.filter((candidate) => !refused.includes(candidate));
  const channel = wanted.find((candidate) => addressOf(recipient, candidate, now));
  const given = channel && addressOf(recipient, channel, now);
  if (!channel || !given) {
    return { reason: wanted.length < channels.length ? 'opted-out' : 'no-address' };
  }
  const address = asProvidersTakeIt(given, channel, context.secrets.CLINIC_COUNTRY);
  if (!address) {
    return { reason: 'invalid-address' };
  }
  if (own) {
    const subject = communication.topic?.text;
    return { channel, address, body: own, ...(subject && { subject }) };
  }
  const variant = inLanguageOf(
    variants.filter((candidate) => candidate.channel === channel),
    recipient,
  );
  if (!variant) {
    return { reason: 'invalid-template', text: `The template has no text for ${channel}.` };
  }
  const rendered = render(variant, variablesOf({ ...context, recipient }, variant.language, channel));
  return 'problem' in rendered
    ? { reason: 'invalid-template', text: rendered.problem }
    : { channel, address, ...rendered };
}
