import { getExtensions, getExtensionValue } from '@medplum/core';
import type {
  ActivityDefinition,
  CodeableConcept,
  Extension,
  Patient,
  Practitioner,
  RelatedPerson,
} from '@medplum/fhirtypes';
import { codeSystem } from '../runtime/contract.ts';
import { refuse } from '../runtime/outcome.ts';
import { MESSAGE_AT_ANY_HOUR, MESSAGE_TEMPLATE } from './names.ts';

/** Ways on which a message goes out. */
export const CHANNELS = ['sms', 'whatsapp', 'email'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Whoever a message can be for. */
export type Recipient = Patient | RelatedPerson | Practitioner;

/** One text of a template: for a channel, in a language. */
export interface Variant {
  readonly channel: Channel;
  /** BCP 47, such as `en` or `es-MX`. */
  readonly language: string;
  readonly subject?: string;
  readonly body: string;
  /** The provider's id of an approved text (Twilio's ContentSid), whose placeholders are the body's, in order. */
  readonly providerTemplate?: string;
}

const MODE = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationMode';
const MEDIA: Readonly<Record<Channel, { system: string; code: string; display: string }>> = {
  sms: { system: MODE, code: 'SMSWRIT', display: 'SMS message' },
  email: { system: MODE, code: 'EMAILWRIT', display: 'email' },
  whatsapp: { system: codeSystem('channel'), code: 'whatsapp', display: 'WhatsApp' },
};

/** A channel as a `Communication.medium`. */
export const mediumOf = (channel: Channel): CodeableConcept => ({ coding: [MEDIA[channel]] });

/** The channel that a medium names, if it is one of ours. */
export function channelOf(media: readonly CodeableConcept[] | undefined): Channel | undefined {
  const codings = (media ?? []).flatMap(({ coding }) => coding ?? []);
  return CHANNELS.find((channel) =>
    codings.some(({ system, code }) => system === MEDIA[channel].system && code === MEDIA[channel].code),
  );
}

/**
 * The channel that a parameter names.
 * @throws Refusal `value` for what is none.
 */
export const channelNamed = (name: string): Channel =>
  CHANNELS.find((channel) => channel === name) ??
  refuse('value', 'channel', `channel must be one of ${CHANNELS.join(', ')}.`);

/** The texts of a template, in its order, which is also the order of preference among channels. */
export function variantsOf(template: ActivityDefinition): Variant[] {
  return getExtensions(template, MESSAGE_TEMPLATE).flatMap((text) => readVariant(text) ?? []);
}

/** One text of a template; undefined for one without a known channel, a language that there can be, or a body. */
export function readVariant({ extension = [] }: Extension): Variant | undefined {
  const part = (name: string): Extension | undefined => extension.find(({ url }) => url === name);
  const channel = CHANNELS.find((known) => known === part('channel')?.valueCode);
  const language = part('language')?.valueCode;
  const body = part('body')?.valueString;
  const subject = part('subject')?.valueString;
  const providerTemplate = part('providerTemplate')?.valueString;
  return channel && language && isLanguage(language) && body
    ? { channel, language, body, ...(subject && { subject }), ...(providerTemplate && { providerTemplate }) }
    : undefined;
}

/** Whether a text is a language tag as BCP 47 has them: times are told in it. */
function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

/** Whether a template's messages may go out in quiet hours, too. */
export const isAtAnyHour = (template: ActivityDefinition): boolean =>
  getExtensionValue(template, MESSAGE_AT_ANY_HOUR) === true;

/**
 * The variant for a recipient: exactly their language, else the same language of another region, else the template's
 * first one for the channel.
 */
export function inLanguageOf(variants: readonly Variant[], recipient: Recipient): Variant | undefined {
  const wanted = languagesOf(recipient);
  const primary = (language: string): string => language.toLowerCase().split('-')[0] ?? '';
  for (const language of wanted) {
    const exact = variants.find((variant) => variant.language.toLowerCase() === language.toLowerCase());
    const near = variants.find((variant) => primary(variant.language) === primary(language));
    if (exact ?? near) {
      return exact ?? near;
    }
  }
  return variants[0];
}

/** The languages that a person speaks, the preferred one first. */
function languagesOf(recipient: Recipient): string[] {
  if (recipient.resourceType === 'Practitioner') {
    return (recipient.communication ?? []).flatMap(({ coding }) => coding ?? []).flatMap(({ code }) => code ?? []);
  }
  const spoken = [...(recipient.communication ?? [])].sort(
    (a, b) => Number(b.preferred ?? false) - Number(a.preferred ?? false),
  );
  return spoken.flatMap(({ language }) => language?.coding ?? []).flatMap(({ code }) => code ?? []);
}
