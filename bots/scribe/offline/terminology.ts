/** The code systems that the scribe knows, read from what the project ships; each row says there what confirms it. */

import icd10cm from '../../../resources/terminology/icd10cm.json' with { type: 'json' };
import loinc from '../../../resources/terminology/loinc.json' with { type: 'json' };
import rxnorm from '../../../resources/terminology/rxnorm.json' with { type: 'json' };
import { PhraseTable } from './phrases.ts';

export interface Concept {
  readonly code: string;
  readonly display: string;
}

export type Side = 'right' | 'left' | 'bilateral';

interface Row extends Concept {
  readonly designation?: readonly { readonly value: string }[];
  readonly property?: readonly { readonly code: string; readonly valueCode?: string }[];
}

const property = (row: Row, code: string): string | undefined =>
  row.property?.find((one) => one.code === code)?.valueCode;

const icdRows: readonly Row[] = icd10cm.concept;
const byCode = new Map(icdRows.map((row) => [row.code, row]));
const variants = new Map<string, Row[]>();
for (const row of icdRows) {
  const head = property(row, 'variant-of');
  if (head) variants.set(head, [...(variants.get(head) ?? []), row]);
}

/** Lay and clinical words for problems, each with the code that names no side. */
export const PROBLEMS = new PhraseTable<Concept>(
  icdRows.flatMap((row) => (row.designation ?? []).map(({ value }) => [value, row] as const)),
);

/** The code of a problem on the side that was said, where ICD-10-CM has one. */
export function sided(concept: Concept, side: Side | undefined): Concept {
  if (!side) return concept;
  const own = byCode.get(concept.code);
  const family = own ? [own, ...(variants.get(concept.code) ?? [])] : [];
  return family.find((row) => property(row, 'side') === side) ?? concept;
}

export const RXNORM = rxnorm.url;
/** Names of drugs that RxNorm codes, generic and brand. */
export const CODED_DRUGS: readonly (readonly [string, Concept])[] = (rxnorm.concept as readonly Row[]).flatMap((row) =>
  [row.display.toLowerCase(), ...(row.designation ?? []).map(({ value }) => value)].map((name) => [name, row] as const),
);

export const LOINC = loinc.url;
export interface Measure extends Concept {
  readonly unit?: string;
}
export const MEASURES = new PhraseTable<Measure>(
  (loinc.concept as readonly Row[]).flatMap((row) => {
    const unit = property(row, 'unit');
    const measure: Measure = { code: row.code, display: row.display, ...(unit && { unit }) };
    return (row.designation ?? []).map(({ value }) => [value, measure] as const);
  }),
);
