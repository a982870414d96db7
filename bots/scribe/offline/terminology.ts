/** The code systems that the scribe knows, read from what the project ships; each row says there what confirms it. */

import icd10cm from '../../../resources/terminology/icd10cm.json' with { type: 'json' };
import loinc from '../../../resources/terminology/loinc.json' with { type: 'json' };
import rxnorm from '../../../resources/terminology/rxnorm.json' with { type: 'json' };
import { spokenForms } from './lexicon/forms.ts';
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

/** Whose it is, and on which side: said between the words of a problem, and no part of its name. */
const OWNERS = 'my your his her their our the this that'.split(' ');
const SIDES = 'right left both bilateral'.split(' ');
/** How much, said between them as well: "my throat really hurts". */
const DEGREES = 'really very so extremely pretty quite just still super'.split(' ');
const BETWEEN = new Set([...OWNERS, ...SIDES, ...DEGREES]);

const designations = icdRows.flatMap((row) => (row.designation ?? []).map(({ value }) => [bare(value), row] as const));
const forms = designations.flatMap(([name, row]) => spokenForms(name).map((form) => ({ form, name, row })));

/** Lay and clinical words for problems, each with the code that names no side. What is listed comes before what is formed. */
export const PROBLEMS = new PhraseTable<Concept>(
  [...designations, ...forms.map(({ form, row }) => [form, row] as const)],
  BETWEEN,
);

const NAME_OF = new Map(forms.map(({ form, name }) => [form, name]));

/** A problem as it is written, from how it was said: "pain in your left knee" is knee pain. */
export function writtenName(phrase: string): string {
  const words = phrase.split(' ').filter((word) => !BETWEEN.has(word));
  return writtenPart(
    NAME_OF.get(words.join(' ')) ?? (phrase.match(/ (?:my|your|his|her|their|our) /) ? bare(phrase) : phrase),
  );
}

/** Parts of the body by the names that they are written under. */
const writtenPart = (name: string): string =>
  name
    .replace(/\bbig toe\b/, 'great toe')
    .replace(/\bbelly\b(?! button)/, 'abdominal')
    .replace(/\bpinky\b/, 'little finger');

/** "pain in my knee" as it is listed is "pain in knee", and found whosever knee it is. */
function bare(designation: string): string {
  const words = designation.split(' ');
  const kept = words.filter((word, i) => i === 0 || i === words.length - 1 || !OWNERS.includes(word));
  return kept.join(' ');
}

/** Whether ICD-10-CM tells the sides of it apart. */
export const isPaired = ({ code }: Concept): boolean => variants.has(code);

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

/** A sign or symptom, and not a disease: it is coded only where nothing explains it. */
export function isSymptom({ code }: Concept): boolean {
  return /^(?:R|M25\.5|M54|M79\.6)/.test(code);
}
