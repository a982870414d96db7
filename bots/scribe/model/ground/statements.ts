import { findDrugs } from '../../offline/drugs.ts';
import { PROBLEMS } from '../../offline/terminology.ts';
import type { Side } from '../../offline/terminology.ts';
import { numbersIn, wordsOf } from './spoken.ts';
import { numbersSaid } from './transcript.ts';
import type { Passage, Said } from './transcript.ts';

/** Endings by which the names of drugs are known that no table has (WHO, stem book 2018 and its later lists). */
const DRUG_STEM =
  /.(?:mab|pril|prilat|sartan|statin|olol|dipine|azole|cillin|mycin|cycline|floxacin|gliptin|gliflozin|glutide|prazole|tidine|setron|triptan|oxetine|azepam|azolam|codone|morphone|profen|coxib|parin|xaban|gatran|tinib|ciclib|vir|lukast|terol|sone|solone|thiazide|semide)$/;

/** Words too common to show that a statement is about what it quotes. */
const COMMON = new Set(
  'about after also been before being could does from have into just more most much only other over patient patients reports reported denies denied states stated some such than that their them then there these they this those very what when which will with without would your year years old history present noted continue'.split(
    ' ',
  ),
);
/** Of the words that matter, as many must stand in the passage; clinical words for lay ones count as said. */
const LEAST_SUPPORT = 0.2;
/** Words are compared by their first letters: "coughing" supports "cough". */
const STEM = 5;

/** How well a text that a model wrote is supported: 0–1, or nothing if it states something that was not said. */
export function support(text: string, passage: Passage, said: Said): number | undefined {
  const words = wordsOf(text);
  const borneOut = namesOnlyWhatWasSaid(words, said) && numbersAreSaid(text, passage) && sidesAreSaid(text, passage);
  return borneOut ? share(words, passage, said) : undefined;
}

/** The sides that a text names. */
export function sidesOf(text: string): Side[] {
  const words = wordsOf(
    text.replace(/\b(?:all|is|are|was|look\w*|feel\w*) right\b|\bright (?:now|away|after|before|here)\b/gi, ' '),
  );
  return words.flatMap((word) => SIDES.get(word) ?? []);
}
const SIDES: ReadonlyMap<string, Side> = new Map([
  ['right', 'right'],
  ['left', 'left'],
  ['bilateral', 'bilateral'],
  ['bilaterally', 'bilateral'],
  ['both', 'bilateral'],
]);

/** Whether every side of a text stands in its passage; both are as good as one and the other. */
function sidesAreSaid(text: string, passage: Passage): boolean {
  const said = new Set(sidesOf(passage.text));
  const named = sidesOf(text.replace(/\bboth\b/gi, ' '));
  const both = said.has('bilateral') || (said.has('right') && said.has('left'));
  return named.every((side) => said.has(side) || (side === 'bilateral' && both));
}

/** Whether every number of a text stands in its passage. */
export function numbersAreSaid(text: string, passage: Passage): boolean {
  const said = numbersSaid(passage);
  return [...numbersIn(text)].every((number) => said.has(number));
}

/** Drugs must have been named anywhere in the visit, problems too, in whatever words the terminology knows for them. */
function namesOnlyWhatWasSaid(words: readonly string[], said: Said): boolean {
  return (
    findDrugs(words).every((drug) => drug.generic || said.names(drug)) &&
    PROBLEMS.find(words).every(({ value }) => said.speaksOf(value.code)) &&
    words.every((word) => !DRUG_STEM.test(word) || said.has(word))
  );
}

function share(words: readonly string[], passage: Passage, said: Said): number | undefined {
  const near = new Set(wordsOf(passage.text).map((word) => word.slice(0, STEM)));
  const known = new Set<number>();
  for (const { from, to, value } of PROBLEMS.find(words)) {
    for (let at = from; at < to && said.speaksOf(value.code); at++) {
      known.add(at);
    }
  }
  const telling = words.flatMap((word, at) => (word.length >= 4 && !COMMON.has(word) ? [{ word, at }] : []));
  if (telling.length === 0) {
    return 1;
  }
  const supported = telling.filter(({ word, at }) => known.has(at) || near.has(word.slice(0, STEM))).length;
  const found = supported / telling.length;
  return found >= LEAST_SUPPORT ? found : undefined;
}
