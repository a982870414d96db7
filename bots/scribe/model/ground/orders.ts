import { assertion } from '../../offline/assertion.ts';
import { drugWords, findDrugs } from '../../offline/drugs.ts';
import { intentsOf } from '../../offline/orders.ts';
import type { DraftOrder, Quantity } from '../../types.ts';
import type { Dropped } from '../dropped.ts';
import type { ModelOrder } from '../schema.ts';
import { confidence } from './confidence.ts';
import { wordsOf } from './spoken.ts';
import { numbersAreSaid, support } from './statements.ts';
import { numbersSaid } from './transcript.ts';
import type { Passage, Said } from './transcript.ts';

/** The orders that were said, each with as much of dose, route and frequency as was said with it. */
export function orders(found: readonly ModelOrder[], said: Said, dropped: Dropped): DraftOrder[] {
  const kept = new Map<string, DraftOrder>();
  for (const order of found) {
    const grounded = order.kind === 'medication' ? medication(order, said, dropped) : service(order, said);
    if (!grounded) {
      dropped.orders++;
    } else if (!kept.has(grounded.text.toLowerCase())) {
      kept.set(grounded.text.toLowerCase(), grounded);
    }
  }
  return [...kept.values()];
}

/** A drug of the tables by what was said of it in the passage; one that they do not know must stand there as it is. */
function medication(order: ModelOrder, said: Said, dropped: Dropped): DraftOrder | undefined {
  const passage = said.passage(order.quotes, 'clinician');
  const words = wordsOf(order.name);
  const supported = passage && support(order.name, passage, said);
  if (!passage || supported === undefined || words.length === 0) {
    return undefined;
  }
  const [drug] = findDrugs(words).filter(({ generic }) => !generic);
  const spoken = wordsOf(passage.text);
  if (!(drug ? findDrugs(spoken).some(({ name, code }) => isSame(drug, { name, code })) : follows(words, spoken))) {
    return undefined;
  }
  if (drug && said.told(passage).every((index) => !gives(said.written(index), drug))) {
    return undefined;
  }
  const dose = order.dose && isDose(order.dose, passage) ? written(order.dose) : undefined;
  const route = order.route && isSaid(order.route, passage) ? order.route.trim() : undefined;
  const frequency = order.frequency && isSaid(order.frequency, passage) ? order.frequency.trim() : undefined;
  dropped.details += [order.dose && !dose, order.route && !route, order.frequency && !frequency].filter(Boolean).length;
  const name = order.name.trim();
  const strength = dose && `${dose.value} ${dose.unit}`;
  const text = [name, strength, route, frequency].filter(Boolean).join(' ');
  return {
    kind: 'medication',
    text,
    ...(drug?.code && { code: drug.code }),
    ...(dose && { dose }),
    ...(route && { route }),
    ...(frequency && { frequency }),
    confidence: confidence(supported),
    evidence: said.evidence(passage, text),
  };
}

function service({ name, quotes }: ModelOrder, said: Said): DraftOrder | undefined {
  const passage = said.passage(quotes, 'clinician');
  const supported = passage && support(name, passage, said);
  if (!passage || supported === undefined || name.trim() === '') {
    return undefined;
  }
  const text = name.trim();
  return { kind: 'service', text, confidence: confidence(supported), evidence: said.evidence(passage, text) };
}

/** Whether a clinician's sentence gives the drug: it is neither stopped nor refused there, nor somebody else's. */
function gives(sentence: readonly string[], drug: Named): boolean {
  const drugs = findDrugs(sentence);
  return intentsOf(sentence, drugs).some((intent, at) => {
    const mention = drugs[at];
    if (!mention || !isSame(drug, mention) || intent !== 'gives') {
      return false;
    }
    const { negated, family } = assertion(drugWords(sentence), mention.from, mention.to);
    return !negated && !family;
  });
}

interface Named {
  readonly name: string;
  readonly code?: { readonly code: string } | undefined;
}
const isSame = (a: Named, b: Named): boolean =>
  a.name === b.name || (a.code !== undefined && a.code.code === b.code?.code);

/** Units as they are said, by how they are written. */
const UNITS: Readonly<Record<string, RegExp>> = {
  mg: /^(?:mg|milligrams?)$/,
  mcg: /^(?:mcg|ug|µg|micrograms?)$/,
  g: /^(?:g|grams?)$/,
  mL: /^(?:ml|milliliters?|cc)$/,
  units: /^(?:units?|iu)$/,
  '%': /^(?:%|percent)$/,
};
const unitOf = (unit: string): string | undefined =>
  Object.entries(UNITS).find(([, spoken]) => spoken.test(unit.trim().toLowerCase()))?.[0];

/** Number and unit stand together in what was said: ten of something else is no dose. */
function isDose({ value, unit }: Quantity, passage: Passage): boolean {
  const symbol = unitOf(unit);
  const isUnit = (word: string): boolean =>
    symbol
      ? (UNITS[symbol]?.test(word) ?? false)
      : word.replace(/s$/, '') === unit.trim().toLowerCase().replace(/s$/, '');
  const separated = passage.text.replace(/(\d)(?=[a-zµ%])/gi, '$1 ');
  const words = separated.toLowerCase().match(/[\p{L}\p{N}.,'-]+|%/gu) ?? [];
  return words.some((word, at) => {
    const before = words.slice(Math.max(0, at - DOSE_WORDS), at).join(' ');
    return isUnit(word) && numbersSaid({ spans: [], text: before }).has(String(value));
  });
}
/** "one hundred and twenty five point five" before the unit. */
const DOSE_WORDS = 7;

const written = ({ value, unit }: Quantity): Quantity => ({ value, unit: unitOf(unit) ?? unit.trim() });

/** What stands for the same: a model writes "daily" where "once a day" or "every day" was said. */
const RHYTHMS: readonly (readonly [RegExp, RegExp])[] = [
  [
    /^(?:once (?:a day|daily)|daily|every day)$/,
    /\b(?:daily|(?:once|a|per|every|each) (?:a |per )?day|every (?:morning|evening|night))\b/,
  ],
  [/^(?:twice (?:a day|daily)|bid|2 times (?:a day|daily))$/, /\b(?:twice|two times|2 times)\b/],
  [/^(?:three times (?:a day|daily)|tid|3 times (?:a day|daily))$/, /\b(?:three times|3 times)\b/],
  [/^(?:as needed|prn)$/, /\bas needed|when you need|if you need\b/],
  [/^(?:by mouth|oral|orally|po)$/, /\b(?:by mouth|orally|oral|pills?|tablets?|capsules?)\b/],
];

function isSaid(detail: string, passage: Passage): boolean {
  const text = passage.text.toLowerCase();
  const wanted = detail.trim().toLowerCase();
  if (RHYTHMS.some(([form, spoken]) => form.test(wanted) && spoken.test(text))) {
    return true;
  }
  const spoken = new Set(wordsOf(text));
  const words = wordsOf(wanted).filter((word) => !/^\d/.test(word));
  return numbersAreSaid(detail, passage) && words.every((word) => spoken.has(word));
}

const follows = (words: readonly string[], spoken: readonly string[]): boolean =>
  spoken.some((_word, at) => words.every((word, offset) => spoken[at + offset] === word));
