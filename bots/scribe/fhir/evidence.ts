import { getExtensionValue, getExtensions } from '@medplum/core';
import type { CompositionSection, Extension } from '@medplum/fhirtypes';
import { extensionUrl } from '../../runtime/contract.ts';
import type { Evidence } from '../types.ts';
import { plainText } from './narrative.ts';

export const CONFIDENCE = extensionUrl('confidence');
export const EVIDENCE = extensionUrl('evidence');

/** Something that the scribe states, with how sure it is (0–1) and the words that it rests on. */
interface Grounded {
  readonly confidence: number;
  readonly evidence: readonly Evidence[];
}

/** The extensions that every drafted thing carries: `confidence` once, `evidence` for each passage. */
export function grounds({ confidence, evidence }: Grounded): Extension[] {
  return [
    { url: CONFIDENCE, valueDecimal: rounded(confidence) },
    ...evidence.map(({ statement, text, start, end, confidence: own }): Extension => ({
      url: EVIDENCE,
      extension: [
        { url: 'statement', valueString: statement },
        { url: 'text', valueString: text },
        { url: 'start', valueInteger: start },
        { url: 'end', valueInteger: end },
        ...(own === undefined ? [] : [{ url: 'confidence', valueDecimal: rounded(own) }]),
      ],
    })),
  ];
}

/** The passages that a drafted resource, or a section of a note, carries. */
export function evidenceOf(element: { extension?: Extension[] }): Evidence[] {
  return getExtensions(element, EVIDENCE).map((extension) => {
    const confidence: unknown = getExtensionValue(extension, 'confidence');
    return {
      statement: getExtensionValue(extension, 'statement') as string,
      text: getExtensionValue(extension, 'text') as string,
      start: getExtensionValue(extension, 'start') as number,
      end: getExtensionValue(extension, 'end') as number,
      ...(typeof confidence === 'number' && { confidence }),
    };
  });
}

/** The same element without what the scribe added about it: for what a clinician now answers for. */
export function withoutGrounds<T extends { extension?: Extension[] }>(element: T): T {
  const { extension = [], ...rest } = element;
  const others = extension.filter(({ url }) => url !== CONFIDENCE && url !== EVIDENCE);
  return { ...rest, ...(others.length > 0 && { extension: others }) } as T;
}

/**
 * A section of a note without the evidence of what it does not say any more: a clinician may have taken a sentence out or
 * put another in its place. A statement is still there if one line has all of its words.
 */
export function withApplicableEvidence(section: CompositionSection): CompositionSection {
  const { extension = [], ...rest } = section;
  const lines = plainText(section.text).split('\n').map(wordsOf);
  const applies = (statement: unknown): boolean => {
    const words = [...wordsOf(String(statement))];
    return lines.some((line) => words.every((word) => line.has(word)));
  };
  const kept = extension.filter((one) => one.url !== EVIDENCE || applies(getExtensionValue(one, 'statement')));
  return { ...rest, ...(kept.length > 0 && { extension: kept }) };
}

const wordsOf = (text: string): Set<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);

/** Two decimals, within 0–1: more would pretend to a precision that nobody has. */
const rounded = (confidence: number): number => Math.round(Math.min(1, Math.max(0, confidence)) * 100) / 100;
