/**
 * Scores drafted notes against clinicians' notes: overlap (ROUGE) and truth (drugs, numbers, complaints, codes).
 *
 * Overlap alone rewards a fluent note about the wrong patient, so the two are always read together.
 */

import { drugsIn, spokenNumbers, writtenNumbers } from './grounding.ts';
import { rougeLsum, rougeN, wordsOf } from './rouge.ts';

export interface GoldProblem {
  readonly icd10: string;
  readonly acceptable?: readonly string[];
  readonly role: 'addressed' | 'history';
}

export interface GoldVisit {
  readonly id: string;
  readonly dialogue: string;
  readonly note: string;
  readonly complaints: readonly string[];
  readonly problems?: readonly GoldProblem[];
}

export interface DraftedVisit {
  readonly note: string;
  readonly problems?: readonly { readonly icd10?: string }[];
}

/** All figures in per cent, unrounded; undefined where there was nothing to count. */
export interface Scores {
  readonly notes: number;
  readonly visits: number;
  readonly r1: number;
  readonly r1Error: number;
  readonly r2: number;
  readonly rLsum: number;
  readonly drugPrecision: number | undefined;
  readonly drugRecall: number | undefined;
  readonly drugF1: number;
  readonly drugsNotSaid: number | undefined;
  readonly numbersGrounded: number | undefined;
  readonly numbersKept: number | undefined;
  readonly complaintsFound: number | undefined;
  readonly icdPrecision?: number | undefined;
  readonly icdRecall?: number | undefined;
  readonly icdF1?: number;
}

/** True positives, false positives, false negatives. */
interface Hits {
  tp: number;
  fp: number;
  fn: number;
}

const share = (part: number, whole: number): number | undefined => (whole ? (100 * part) / whole : undefined);
const f1 = ({ tp, fp, fn }: Hits): number => (tp ? (200 * tp) / (2 * tp + fp + fn) : 0);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function standardError(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

export function score(visits: readonly GoldVisit[], drafts: ReadonlyMap<string, DraftedVisit>): Scores {
  const overlaps = visits.map(({ id, note }) => {
    const given = drafts.get(id)?.note ?? '';
    return { r1: rougeN(note, given, 1), r2: rougeN(note, given, 2), rLsum: rougeLsum(note, given) };
  });
  const drugs: Hits = { tp: 0, fp: 0, fn: 0 };
  const codes: Hits = { tp: 0, fp: 0, fn: 0 };
  const sums = { alien: 0, written: 0, grounded: 0, sayable: 0, kept: 0, complaints: 0, found: 0 };
  for (const visit of visits) {
    const draft = drafts.get(visit.id) ?? { note: '' };
    countDrugs(visit, draft, drugs, sums);
    countNumbers(visit, draft, sums);
    countComplaints(visit, draft, sums);
    countCodes(visit, draft, codes);
  }
  return {
    notes: visits.filter(({ id }) => drafts.get(id)?.note).length,
    visits: visits.length,
    r1: 100 * mean(overlaps.map(({ r1 }) => r1)),
    r1Error: 100 * standardError(overlaps.map(({ r1 }) => r1)),
    r2: 100 * mean(overlaps.map(({ r2 }) => r2)),
    rLsum: 100 * mean(overlaps.map(({ rLsum }) => rLsum)),
    drugPrecision: share(drugs.tp, drugs.tp + drugs.fp),
    drugRecall: share(drugs.tp, drugs.tp + drugs.fn),
    drugF1: f1(drugs),
    drugsNotSaid: share(sums.alien, drugs.tp + drugs.fp),
    numbersGrounded: share(sums.grounded, sums.written),
    numbersKept: share(sums.kept, sums.sayable),
    complaintsFound: share(sums.found, sums.complaints),
    ...(visits.some(({ problems }) => problems) && {
      icdPrecision: share(codes.tp, codes.tp + codes.fp),
      icdRecall: share(codes.tp, codes.tp + codes.fn),
      icdF1: f1(codes),
    }),
  };
}

function countDrugs({ note, dialogue }: GoldVisit, draft: DraftedVisit, hits: Hits, sums: { alien: number }): void {
  const expected = drugsIn(note);
  const given = drugsIn(draft.note);
  const heard = drugsIn(dialogue);
  for (const drug of given) {
    if (expected.has(drug)) hits.tp++;
    else hits.fp++;
    if (!heard.has(drug)) sums.alien++;
  }
  hits.fn += [...expected].filter((drug) => !given.has(drug)).length;
}

function countNumbers(
  { note, dialogue }: GoldVisit,
  draft: DraftedVisit,
  sums: { written: number; grounded: number; sayable: number; kept: number },
): void {
  const said = new Set([...writtenNumbers(dialogue), ...spokenNumbers(dialogue)]);
  const written = writtenNumbers(draft.note);
  const sayable = [...writtenNumbers(note)].filter((number) => said.has(number));
  sums.written += written.size;
  sums.grounded += [...written].filter((number) => said.has(number)).length;
  sums.sayable += sayable.length;
  sums.kept += sayable.filter((number) => written.has(number)).length;
}

/** Words of a complaint that do not tell one from another. */
const COMMON = new Set(
  'a an the and or of to in on at for with is are was type two one follow up chronic history hx left right nan'.split(
    ' ',
  ),
);
const stem = (word: string): string => word.replace(/(ations?|ings?|edly|ed|ies|es|s|ly)$/, '').slice(0, 7);

function countComplaints(visit: GoldVisit, draft: DraftedVisit, sums: { complaints: number; found: number }): void {
  const present = new Set(wordsOf(draft.note).map(stem));
  for (const complaint of visit.complaints) {
    const words = wordsOf(complaint).filter((word) => !COMMON.has(word));
    if (!words.length) continue;
    sums.complaints++;
    sums.found += words.filter((word) => present.has(stem(word))).length / words.length;
  }
}

const category = (code: string): string => code.slice(0, 3).toUpperCase();

/** A problem of the patient's history neither counts for a draft that codes it nor against it. */
function countCodes({ problems = [] }: GoldVisit, draft: DraftedVisit, hits: Hits): void {
  const given = new Set((draft.problems ?? []).flatMap(({ icd10 }) => (icd10 ? [category(icd10)] : [])));
  const used = new Set<string>();
  for (const { icd10, acceptable = [], role } of problems) {
    const match = [icd10, ...acceptable].map(category).find((code) => given.has(code));
    if (role === 'addressed') {
      if (!match) hits.fn++;
      else if (!used.has(match)) hits.tp++;
    }
    if (match) used.add(match);
  }
  hits.fp += [...given].filter((code) => !used.has(code)).length;
}
