import type { ActivityDefinition, Communication } from '@medplum/fhirtypes';
import { addressOf, asProvidersTakeIt } from './address.ts';
import { MESSAGE_RENDERED } from './names.ts';
import { render } from './render.ts';
import type { Rendered } from './render.ts';
import { CHANNELS, channelOf, inLanguageOf, variantsOf } from './template.ts';
import type { Channel, Recipient, Variant } from './template.ts';
import { variablesOf } from './variables.ts';
import type { Refused } from './transport.ts';
import type { Context } from './variables.ts';

/** Why a message is not sent: a code of `BASE/CodeSystem/message-status-reason`. */
export interface Unsendable {
  readonly reason: 'no-address' | 'expired' | 'obsolete' | 'no-content' | 'invalid-template' | Refused;
  /** For a person. */
  readonly text?: string;
}

/** A message with everything that it needs to leave. */
export interface Composed extends Rendered {
  readonly channel: Channel;
  readonly address: string;
  /** Of a message whose channel was left open: what is tried after this channel, in order. */
  readonly others: readonly Channel[];
  /** Whether the text was filled in from a template. */
  readonly isRendered: boolean;
}

/** What a message is made of. */
export interface Draft {
  readonly communication: Communication;
  /** Undefined if it names none, or one that there is not. */
  readonly template?: ActivityDefinition;
  readonly recipient?: Recipient;
  /** Channels on which the recipient wants no messages. */
  readonly refused?: readonly Channel[];
  /** Channels that have a provider; none where everything stays in the outbox. */
  readonly provided?: readonly Channel[];
  /** Whether the recipient wrote by WhatsApp within the last 24 hours: only then it takes a free text. */
  readonly mayWriteFreely?: boolean;
  /** Whether it was made for a visit that has been called off since. */
  readonly isObsolete?: boolean;
  readonly context: Omit<Context, 'recipient'>;
}

const NO_FREE_TEXT =
  'WhatsApp takes a text of its own for 24 hours after the recipient wrote; before and after that it needs a template with a providerTemplate.';

/**
 * Finds channel, address and text. The channel is the Communication's; if it names none, the first one of its template
 * (or, of a text without template, SMS before e-mail) on which the recipient is reached.
 */
export function compose(draft: Draft, now: Date): Composed | Unsendable {
  const { communication, template, recipient } = draft;
  if (!recipient || communication.recipient?.length !== 1) {
    return {
      reason: 'invalid-address',
      text: 'A Communication has one recipient: a patient, related person or practitioner.',
    };
  }
  const variants = template ? variantsOf(template) : [];
  const own = ownText(communication);
  if (!own && variants.length === 0) {
    const named = (communication.instantiatesCanonical ?? []).length > 0;
    return named
      ? { reason: 'invalid-template', text: 'The template is not there, or it has no text.' }
      : { reason: 'no-content' };
  }
  const chosen = chooseChannel(draft, recipient, own ? undefined : variants, now);
  if ('reason' in chosen) {
    return chosen;
  }
  const { channel, address, others } = chosen;
  if (own) {
    const subject = communication.topic?.text;
    return { channel, address, others, isRendered: false, body: own, ...(subject && { subject }) };
  }
  const filled = composeFor(draft, channel);
  return 'reason' in filled ? filled : { ...filled, address, others, isRendered: true };
}

/** The text of a template for a channel, whether the recipient is reached by that or not. */
export function composeFor(
  { template, recipient, context }: Draft,
  channel: Channel,
): (Rendered & { readonly channel: Channel }) | Unsendable {
  const variant = template && recipient && variantFor(variantsOf(template), channel, recipient);
  if (!variant) {
    return { reason: 'invalid-template', text: `The template has no text for ${channel}.` };
  }
  const rendered = filled(variant, { ...context, recipient });
  return 'problem' in rendered ? { reason: 'invalid-template', text: rendered.problem } : { channel, ...rendered };
}

/** Whatever goes wrong with a text is the template's: a message that throws would stay in preparation for ever. */
function filled(variant: Variant, context: Context): Rendered | { readonly problem: string } {
  try {
    return render(variant, variablesOf(context, variant.language, variant.channel));
  } catch {
    return { problem: `The text for ${variant.channel} in ${variant.language} cannot be filled.` };
  }
}

/** The text that a client wrote. One that was filled in from a template is filled in again: what it says may have changed. */
function ownText({ payload = [] }: Communication): string {
  return payload
    .filter(({ extension }) => !extension?.some(({ url }) => url === MESSAGE_RENDERED))
    .map(({ contentString }) => contentString ?? '')
    .join('\n')
    .trim();
}

/** @param variants - Undefined for a text of its own. */
function chooseChannel(
  { communication, refused = [], provided = [], mayWriteFreely = false, context }: Draft,
  recipient: Recipient,
  variants: readonly Variant[] | undefined,
  now: Date,
): { channel: Channel; address: string; others: Channel[] } | Unsendable {
  const asked = channelOf(communication.medium);
  const offered = variants ? [...new Set(variants.map(({ channel }) => channel))] : CHANNELS;
  const channels = asked ? [asked] : offered.filter((channel) => isOffered(channel, provided));
  const wanted = channels.filter((channel) => !refused.includes(channel));
  const isTaken = (channel: Channel): boolean =>
    channel !== 'whatsapp' ||
    !provided.includes('whatsapp') ||
    mayWriteFreely ||
    variantFor(variants ?? [], channel, recipient)?.providerTemplate !== undefined;
  const given = wanted.map((channel) => ({ channel, text: addressOf(recipient, channel, now) }));
  const reached = given.flatMap(({ channel, text }) => {
    const address = text && asProvidersTakeIt(text, channel, context.secrets.CLINIC_COUNTRY);
    return address ? [{ channel, address }] : [];
  });
  const [first, ...others] = reached.filter(({ channel }) => isTaken(channel));
  if (first) {
    return { ...first, others: others.map(({ channel }) => channel) };
  }
  if (reached.length > 0) {
    return { reason: 'provider-refused', text: NO_FREE_TEXT };
  }
  if (given.some(({ text }) => text)) {
    return { reason: 'invalid-address' };
  }
  return { reason: wanted.length < channels.length ? 'opted-out' : 'no-address' };
}

/**
 * Which channels a message may choose from. Where the clinic has a provider, a channel without one reaches nobody; and
 * nobody is known to be at WhatsApp by having a number.
 */
const isOffered = (channel: Channel, provided: readonly Channel[]): boolean =>
  provided.length > 0 ? provided.includes(channel) : channel !== 'whatsapp';

const variantFor = (variants: readonly Variant[], channel: Channel, recipient: Recipient): Variant | undefined =>
  inLanguageOf(
    variants.filter((variant) => variant.channel === channel),
    recipient,
  );
