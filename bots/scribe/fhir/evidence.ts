import { getExtensionValue, getExtensions } from '@medplum/core';
import type { Extension } from '@medplum/fhirtypes';
import { extensionUrl } from '../../runtime/contract.ts';
import type { Evidence } from '../types.ts';

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
    ...evidence.map(({ statement, text, start, end }): Extension => ({
      url: EVIDENCE,
      extension: [
        { url: 'statement', valueString: statement },
        { url: 'text', valueString: text },
        { url: 'start', valueInteger: start },
        { url: 'end', valueInteger: end },
      ],
    })),
  ];
}

/** The passages that a drafted resource, or a section of a note, carries. */
export function evidenceOf(element: { extension?: Extension[] }): Evidence[] {
  return getExtensions(element, EVIDENCE).map((extension) => ({
    statement: getExtensionValue(extension, 'statement') as string,
    text: getExtensionValue(extension, 'text') as string,
    start: getExtensionValue(extension, 'start') as number,
    end: getExtensionValue(extension, 'end') as number,
  }));
}

/** The same element without what the scribe added about it: for what a clinician now answers for. */
export function withoutGrounds<T extends { extension?: Extension[] }>(element: T): T {
  const { extension = [], ...rest } = element;
  const others = extension.filter(({ url }) => url !== CONFIDENCE && url !== EVIDENCE);
  return { ...rest, ...(others.length > 0 && { extension: others }) } as T;
}

/** Two decimals, within 0–1: more would pretend to a precision that nobody has. */
const rounded = (confidence: number): number => Math.round(Math.min(1, Math.max(0, confidence)) * 100) / 100;
