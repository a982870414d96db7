/** What the patient is allergic to, with what it does to them; that they have no allergies only where they said so. */

import type { Evidence, Sentence } from '../types.ts';
import { polarity } from './answers.ts';
import { assertion } from './assertion.ts';
import { drugWords, findDrugs } from './drugs.ts';
import { PhraseTable } from './phrases.ts';
import type { Reading } from './reading.ts';
import { phrase, sentence } from './render.ts';
import { lastOfTurnBefore, type Utterance } from './sentences.ts';
import { isWord } from './tokens.ts';
import { isOthers } from './whose.ts';

/** What is no drug and people are allergic to. */
const SUBSTANCES = new PhraseTable<string>(
  `sulfa|latex|peanuts|peanut|tree nuts|nuts|shellfish|shrimp|eggs|milk|soy|wheat|gluten|bee stings|bees|wasps|
  cats|dogs|dust|dust mites|pollen|ragweed|grass|mold|iodine|grapefruit|molds|contrast|contrast dye|adhesive|tape|nickel|strawberries|bactrim`
    .split(/\s*\|\s*/)
    .map((name) => [name, name] as const),
);
/** What an allergy does, as it is written. */
const REACTIONS = new PhraseTable<string>([
  ...['hives', 'rash', 'anaphylaxis', 'swelling', 'itching', 'wheezing'].map((name) => [name, name] as const),
  ['break out', 'rash'],
  ['breaks me out', 'rash'],
  ['itchy', 'itching'],
  ['swell up', 'swelling'],
  ['swells up', 'swelling'],
  ['trouble breathing', 'trouble breathing'],
  ["can't breathe", 'trouble breathing'],
  ['throat closes', 'throat swelling'],
]);
const ASKS = /\ballerg(?:y|ies|ic)\b/;
const OTHER = /\b(?:other|else|seasonal|food|besides|family)\b/;
const DENIES =
  /\b(?:no|don't have (?:any|no)) (?:known )?(?:drug |medication )?allergies\b|\bnot allergic to any(?:thing|(?: [a-z]+)?)\b/;
/** "I cannot take sulfa" denies nothing. */
const BARRED = /\b(?:can't|cannot) (?:take|have|tolerate|eat)\b/;
const CONFIDENCE = 0.8;
/** Words between "allergic to" and what it is, and how many substances may be named in a row. */
const REACH = 12;
const NONE = 'No known allergies.';
const NO_DRUGS = 'No known drug allergies.';
const DRUGS = /\b(?:drugs?|medications?|medicines?|meds)\b/;

interface Found {
  readonly substance: string;
  readonly reaction: string | undefined;
  readonly from: Utterance;
}

export function allergies(reading: Reading): Sentence[] {
  const found = new Map<string, Found>();
  let denied: { readonly by: Utterance; readonly text: string } | undefined;
  reading.utterances.forEach((utterance, index) => {
    for (const one of named(reading.utterances, index)) if (!found.has(one.substance)) found.set(one.substance, one);
    const text = denial(reading.utterances, index);
    if (text) denied = { by: utterance, text };
  });
  const spoken = [...found.values()].map(({ substance, reaction, from }) =>
    quoted(reading, sentence([...substance.split(' '), ...(reaction ? [':', ...reaction.split(' ')] : [])]), from),
  );
  return spoken.length > 0 || !denied ? spoken : [quoted(reading, denied.text, denied.by)];
}

/** "I'm allergic to penicillin, I get hives", "a penicillin allergy", and what is answered to "any allergies?". */
function named(utterances: readonly Utterance[], index: number): Found[] {
  const utterance = utterances[index];
  if (!utterance || (utterance.question && !isTold(utterances, index))) return [];
  const tokens = utterance.tokens.filter(isWord);
  const words = tokens.map(({ word }) => word);
  const parts = drugWords(words);
  const at = parts.findIndex((word, i) => /^(?:allergic|allergy|allergies)$/.test(word) && parts[i - 1] !== 'seasonal');
  const answers = at < 0 && isAnswer(utterances, index);
  if (at < 0 && !answers) return [];
  const before = !answers && parts[at] !== 'allergic' && parts[at + 1] !== 'to';
  const [from, to] = answers ? [0, parts.length] : before ? [Math.max(0, at - 3), at] : [at, at + REACH];
  const substances = substancesIn(parts.slice(from, to)).filter(({ end }) => !before || from + end === at);
  const next = utterances[index + 1];
  const going = substances.length === 1 && next?.turn === utterance.turn ? wordsOf(next) : [];
  const reaction = (REACTIONS.find(parts)[0] ?? REACTIONS.find(going)[0])?.value;
  return substances.flatMap(({ name, position }) => {
    const place = from + position;
    const judged = assertion(parts, answers || before ? place : at, place + 1);
    const others = judged.family || isOthers(tokens, Math.min(place, tokens.length), utterance.speaker);
    const negated = judged.negated && !BARRED.test(words.join(' '));
    return negated || judged.hypothetical || others ? [] : [{ substance: name, reaction, from: utterance }];
  });
}

interface Substance {
  readonly name: string;
  readonly position: number;
  readonly end: number;
}

function substancesIn(words: readonly string[]): Substance[] {
  const drugs = findDrugs(words).map(({ name, from, to }) => ({ name, position: from, end: to }));
  const others = SUBSTANCES.find(words).map(({ value, from, to }) => ({ name: value, position: from, end: to }));
  return [...drugs, ...others.filter(({ position }) => drugs.every((drug) => drug.position !== position))];
}

/** Whether allergies are what is spoken of: hives that penicillin brings are none that the patient came with. */
export function speaksOfAllergy(utterances: readonly Utterance[], index: number): boolean {
  const [before, utterance] = [utterances[index - 1], utterances[index]];
  const going = before && before.turn === utterance?.turn && isAllergyTalk(utterances, index - 1);
  return isAllergyTalk(utterances, index) || Boolean(going);
}

function isAllergyTalk(utterances: readonly Utterance[], index: number): boolean {
  const utterance = utterances[index];
  return utterance !== undefined && (/\ballergic to\b/.test(textOf(utterance)) || isAnswer(utterances, index));
}

/** A clinician's question that the patient confirms tells as well: "you're allergic to penicillin, right?" "yes". */
function isTold(utterances: readonly Utterance[], index: number): boolean {
  const next = utterances[index + 1];
  return next !== undefined && next.turn !== utterances[index]?.turn && polarityOf(next) === 'yes';
}

/** Whether this is said in answer to a question for allergies, also when it is not the first sentence of the answer. */
const isAnswer = (utterances: readonly Utterance[], index: number): boolean => questionFor(utterances, index) !== '';

function questionFor(utterances: readonly Utterance[], index: number): string {
  const answer = utterances[index];
  if (!answer || answer.speaker === 'clinician') return '';
  const asked = lastOfTurnBefore(utterances, index);
  const text = asked?.question ? textOf(asked) : '';
  return ASKS.test(text) ? text : '';
}

/** That there are none, as it is written. */
function denial(utterances: readonly Utterance[], index: number): string | undefined {
  const utterance = utterances[index];
  if (!utterance || utterance.speaker === 'clinician') return undefined;
  const own = DENIES.exec(textOf(utterance))?.[0];
  if (own) return DRUGS.test(own) ? NO_DRUGS : NONE;
  const asked = questionFor(utterances, index);
  if (!asked || OTHER.test(asked) || polarityOf(utterance) !== 'no') return undefined;
  return DRUGS.test(asked) ? NO_DRUGS : NONE;
}

const wordsOf = ({ tokens }: Utterance): string[] => tokens.map(({ word }) => word);
const textOf = (utterance: Utterance | undefined): string => (utterance ? wordsOf(utterance).join(' ') : '');
const polarityOf = (utterance: Utterance): 'yes' | 'no' | undefined => polarity(wordsOf(utterance));

function quoted({ transcript }: Reading, text: string, { start, end }: Utterance): Sentence {
  const evidence: Evidence = { statement: text, text: transcript.slice(start, end), start, end };
  return { text: phrase(text.split(' ')), confidence: CONFIDENCE, evidence: [evidence] };
}
