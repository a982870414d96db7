import type { SearchableToken, TypedValue } from '@medplum/core';
import { convertToSearchableTokens } from '@medplum/core';
import type { CodeableConcept, Identifier } from '@medplum/fhirtypes';

/**
 * The tokens of a value. Medplum finds a concept's text by a token search too (`code=some text`), but not its displays:
 * those are for `:text`.
 */
export function tokensOf(typed: TypedValue): SearchableToken[] {
  const { type } = typed;
  const value: unknown = typed.value;
  if (type === 'CodeableConcept') {
    const { text, coding } = value as CodeableConcept;
    const tokens: SearchableToken[] = (Array.isArray(coding) ? coding : []).map(({ system, code }) => ({
      system,
      value: code,
    }));
    return text ? [...tokens, { system: undefined, value: text }] : tokens;
  }
  if (type === 'Coding') {
    const { system, code } = value as { system?: string; code?: string };
    return [{ system, value: code }];
  }
  if (type === 'Identifier') {
    const { system, value: identifier } = value as Identifier;
    return [{ system, value: identifier }];
  }
  return convertToSearchableTokens([typed]);
}
