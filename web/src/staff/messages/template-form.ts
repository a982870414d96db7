import type { WithId } from '@medplum/core';
import type { ActivityDefinition, Extension } from '@medplum/fhirtypes';
import { MESSAGE_TEMPLATE } from '../../../../bots/messages/names.ts';
import type { Channel } from '../../../../bots/messages/template.ts';

/** One text of a template, as it is edited. */
export interface TextForm {
  readonly channel: Channel;
  readonly language: string;
  readonly subject: string;
  readonly body: string;
}

/** The texts of a template, in its order. What cannot be read as one is left out, and stays as it is. */
export const textsOf = ({ extension = [] }: ActivityDefinition): TextForm[] =>
  extension.filter(({ url }) => url === MESSAGE_TEMPLATE).map(textOf);

function textOf({ extension = [] }: Extension): TextForm {
  const part = (name: string): Extension | undefined => extension.find(({ url }) => url === name);
  return {
    channel: (part('channel')?.valueCode ?? 'sms') as Channel,
    language: part('language')?.valueCode ?? '',
    subject: part('subject')?.valueString ?? '',
    body: part('body')?.valueString ?? '',
  };
}

/** The template with these texts; what else a text says (a provider's template) stays with it. */
export function withTexts<T extends ActivityDefinition>(template: T, texts: readonly TextForm[]): T {
  const others = (template.extension ?? []).filter(({ url }) => url !== MESSAGE_TEMPLATE);
  const before = (template.extension ?? []).filter(({ url }) => url === MESSAGE_TEMPLATE);
  return { ...template, extension: [...others, ...texts.map((text) => extensionOf(text, before))] };
}

function extensionOf({ channel, language, subject, body }: TextForm, before: readonly Extension[]): Extension {
  const same = before.find((one) => {
    const text = textOf(one);
    return text.channel === channel && text.language === language;
  });
  const kept = (same?.extension ?? []).filter(({ url }) => !['channel', 'language', 'subject', 'body'].includes(url));
  return {
    url: MESSAGE_TEMPLATE,
    extension: [
      { url: 'channel', valueCode: channel },
      { url: 'language', valueCode: language },
      ...(subject.trim() ? [{ url: 'subject', valueString: subject }] : []),
      { url: 'body', valueString: body },
      ...kept,
    ],
  };
}

/** My texts over their version: what I did not touch is theirs, and what they added stays. */
export function mergedTexts(
  mine: readonly TextForm[],
  base: readonly TextForm[],
  theirs: readonly TextForm[],
): TextForm[] {
  const like = (texts: readonly TextForm[], { channel, language }: TextForm): TextForm | undefined =>
    texts.find((one) => one.channel === channel && one.language === language);
  const isTouched = (text: TextForm): boolean => {
    const was = like(base, text);
    return was?.subject !== text.subject || was.body !== text.body;
  };
  const kept = mine.flatMap((text) => (isTouched(text) ? text : (like(theirs, text) ?? [])));
  return [...kept, ...theirs.filter((text) => !like(base, text) && !like(mine, text))];
}

/** A template that has this text alone, and so says it to whomever it is for. */
export const withOnly = (template: WithId<ActivityDefinition>, text: TextForm): WithId<ActivityDefinition> =>
  withTexts(template, [text]);
