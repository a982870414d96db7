/** Finds the drugs that a sentence names, with dose, route and frequency where they stand beside the name. */

import type { Code, Quantity } from '../types.ts';
import { DRUG_CLASSES, UNCODED_DRUGS } from './lexicon/drugs.ts';
import { PhraseTable } from './phrases.ts';
import { CODED_DRUGS, RXNORM } from './terminology.ts';

export interface Drug {
  readonly name: string;
  readonly code?: Code;
  /** A class of drugs, such as "antibiotics". */
  readonly generic: boolean;
}

export interface DrugMention extends Drug {
  readonly dose?: Quantity;
  readonly route?: string;
  readonly frequency?: string;
  /** Where its name begins, and the word after it, among the words of the sentence with those in hyphens taken apart. */
  readonly from: number;
  readonly to: number;
}

const DRUGS = new PhraseTable<Drug>([
  ...UNCODED_DRUGS.map((name) => [name, { name, generic: DRUG_CLASSES.has(name) }] as const),
  ...CODED_DRUGS.map(([name, { code, display }]) => {
    return [name, { name, generic: false, code: { system: RXNORM, code, display } }] as const;
  }),
]);

const DOSE_UNIT = /^(?:mg|mcg|g|gram|grams|mL|ml|units?|unit|%|iu|meq)$/;
const FREQUENCY =
  /\b(?:(?:once|twice|one time|two times|three times|four times|2 times|3 times|4 times|1 time)(?: (?:a|per|every|each))? (?:day|daily|week|night)|twice daily|once daily|(?:\d (?:tablets?|puffs?|pills?) )?every (?:\d+|other|single|few)(?:(?: to |-)\d+)? ?(?:hours?|days?|weeks?|day|week|month)|every (?:day|night|morning|evening|week|month|other day)|daily|nightly|weekly|monthly|at (?:night|bedtime)|before bed|in the (?:morning|evening)|(?:\d|a|per) (?:day|week)|a day|as needed|with meals|per day)\b(?: as needed)?/;
const ROUTE =
  /\b(?:by mouth|orally|oral|topical(?:ly)?|intravenous(?:ly)?|iv|inhaled|injection|subcutaneous(?:ly)?|nasal(?:ly)?|cream|ointment|inhaler|eye drops?|patch|shampoo)\b/;
/** How far a dose or frequency may stand behind its drug, and a dose before the first one. */
const REACH = 14;
const LEAD = 5;

/** Whether a sentence names a drug: such sentences are hard to do without. */
export function namesDrug(words: readonly string[]): boolean {
  return DRUGS.find(drugWords(words)).length > 0;
}

/** The words of a sentence as drugs are found among them: "co-trimoxazole" is two. */
export const drugWords = (words: readonly string[]): string[] => words.flatMap((word) => word.split('-'));

export function findDrugs(words: readonly string[]): DrugMention[] {
  const parts = drugWords(words);
  const hits = DRUGS.find(parts);
  const leads = leadingDoses(parts, hits);
  return hits.map(({ value, from, to }, i) => {
    const following = hits[i + 1];
    const next = following ? following.from - (leads[i + 1]?.length ?? 0) : parts.length;
    const after = parts.slice(to, Math.min(next, to + REACH));
    const before = i === 0 ? parts.slice(Math.max(0, from - LEAD), from) : [];
    const dose = leads[i]?.dose ?? doseIn(after) ?? doseIn(before);
    const text = after.join(' ');
    const frequency = regular(FREQUENCY.exec(text)?.[0]);
    const route = ROUTE.exec(`${value.name} ${text}`)?.[0];
    return {
      ...value,
      ...(dose && { dose }),
      ...(frequency && { frequency }),
      ...(route && { route }),
      from,
      to,
    };
  });
}

/** A dose right before the name, and how many words it and its "of" are. */
interface LeadingDose {
  readonly dose: Quantity;
  readonly length: number;
}

/**
 * "20 milligrams of lisinopril and 500 of metformin": whose dose it is that stands between two names depends on how the
 * speaker goes about it. With "of" it is the next one's; without, only if the first name has a dose before it, too.
 */
function leadingDoses(
  parts: readonly string[],
  hits: readonly { readonly from: number }[],
): (LeadingDose | undefined)[] {
  let leads = true;
  return hits.map(({ from }, i) => {
    const linked = /^(?:of|the|your)$/.test(parts[from - 1] ?? '') ? 1 : 0;
    const dose = doseIn(parts.slice(Math.max(0, from - linked - 2), from - linked));
    const own = dose && (i === 0 || leads || parts[from - 1] === 'of') ? { dose, length: 2 + linked } : undefined;
    leads = own !== undefined;
    return own;
  });
}

/** The same rhythm in the same words: "once a day", "a day" and "every day" are daily. */
function regular(frequency: string | undefined): string | undefined {
  return frequency
    ?.replace(/^(?:(?:once|one time|1 time) (?:a|per|every|each) day|once daily|a day|per day|every day)/, 'daily')
    .replace(/^(?:(?:twice|two times|2 times) (?:a|per|every|each) day)/, 'twice daily')
    .replace(/^(?:(?:three|3) times (?:a|per|every|each) day)/, 'three times daily');
}

function doseIn(words: readonly string[]): Quantity | undefined {
  for (let i = 0; i + 1 < words.length; i++) {
    const value = Number((words[i] ?? '').replaceAll(',', ''));
    const unit = words[i + 1] ?? '';
    if (words[i] && Number.isFinite(value) && DOSE_UNIT.test(unit)) return { value, unit: unit === 'ml' ? 'mL' : unit };
    const joined = /^(\d+(?:\.\d+)?)(mg|mcg|ml|g)$/.exec(words[i] ?? '');
    if (joined) return { value: Number(joined[1]), unit: joined[2] ?? '' };
  }
  return undefined;
}
