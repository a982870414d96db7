import type { ActivityDefinition } from '@medplum/fhirtypes';
import { getExtensions } from '@medplum/core';
import { MESSAGE_TEMPLATE } from './names.ts';
import { isPlain, textProblems } from './render.ts';
import { CHANNELS, readVariant } from './template.ts';
import type { Variant } from './template.ts';
import { VARIABLES } from './variable-names.ts';

/** Whether an ActivityDefinition is meant as a template of messages. */
export const isTemplate = (source: ActivityDefinition): boolean =>
  source.kind === 'CommunicationRequest' || getExtensions(source, MESSAGE_TEMPLATE).length > 0;

/** What is wrong with a template, whoever its messages will be for: one sentence each, with the text that it is about. */
export function templateProblems(template: ActivityDefinition): string[] {
  const texts = getExtensions(template, MESSAGE_TEMPLATE);
  const variants = texts.map(readVariant);
  const seen = variants.map((variant) => variant && `${variant.channel} ${variant.language}`);
  return [
    ...(texts.length === 0 ? ['it has no text.'] : []),
    ...variants.flatMap((variant, index) => {
      if (!variant) {
        return [
          `text ${index + 1}: it needs a channel (${CHANNELS.join(', ')}), a language (such as en or en-US) and a body.`,
        ];
      }
      const name = `text ${index + 1} (${variant.channel}, ${variant.language})`;
      const isDouble = seen.indexOf(seen[index]) !== index;
      const problems = [...(isDouble ? ['it stands there twice.'] : []), ...variantProblems(variant)];
      return problems.map((problem) => `${name}: ${problem}`);
    }),
  ];
}

function variantProblems({ channel, body, subject, providerTemplate }: Variant): string[] {
  const problems = [...textProblems(body, VARIABLES), ...(subject ? textProblems(subject, VARIABLES) : [])];
  if (problems.length > 0 || !providerTemplate) {
    return problems;
  }
  return [
    ...(channel === 'email' ? ['e-mail has no providerTemplate.'] : []),
    ...(isPlain(body) ? [] : ['with a providerTemplate it may have outputs {{ }}, but no tags {% %}.']),
  ];
}
