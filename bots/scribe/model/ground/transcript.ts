import { findDrugs } from '../../offline/drugs.ts';
import { MEASURES, PROBLEMS } from '../../offline/terminology.ts';
import { readTurns } from '../../offline/transcript.ts';
import type { Evidence } from '../../types.ts';
import { readingsIn, wordsOf } from './spoken.ts';

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where a statement's quotes were found, and the turns around them: what it may be made of. */
export interface Passage {
  readonly spans: readonly Span[];
  readonly text: string;
}

interface Word extends Span {
  readonly word: string;
}

/** A shorter quote could be found anywhere. */
const LEAST_WORDS = 3;
const MOST_QUOTES = 4;
const MOST_WORDS = 200;
/** Characters around a quote that still belong to it, where a turn is long: a recording's text is a single one. */
const REACH = 300;

/**
 * Speech to a machine and not to a person: instructions to whatever writes the note. Nothing rests on it, so that a
 * model which obeys it has no evidence for what it was told to write.
 */
const INSTRUCTION =
  /\b(?:ignore|disregard|forget|override)\b[^.\n]{0,60}\b(?:instructions?|prompts?|rules|above|guidelines|previous text)\b|\b(?:system|developer) (?:prompt|message|note)\b|\byou are (?:now )?(?:an? )?(?:ai|assistant|language model|chatbot|scribe|llm)\b|\b(?:note|instructions?) (?:to|for) (?:the )?(?:ai|scribe|model|assistant|llm)\b|^\W*(?:system|assistant|developer)\s*[\]:>]|<\/?(?:system|assistant|transcript|instructions?)>/gimu;

/** What was said, made ready to look things up in it. */
export class Said {
  readonly text: string;
  readonly #words: readonly Word[];
  readonly #places = new Map<string, number[]>();
  readonly #turns: readonly Span[];
  readonly #instructions: readonly Span[];
  readonly #vocabulary: ReadonlySet<string>;
  readonly #drugs: ReadonlySet<string>;
  readonly #problems: ReadonlySet<string>;
  readonly #measures: ReadonlySet<string>;

  constructor(text: string) {
    this.text = text;
    this.#words = spelled(text);
    this.#words.forEach(({ word }, index) => {
      const places = this.#places.get(word);
      if (places) {
        places.push(index);
      } else {
        this.#places.set(word, [index]);
      }
    });
    this.#turns = readTurns(text);
    this.#instructions = [...text.matchAll(INSTRUCTION)].map(({ index }) => sentenceAt(text, index));
    const words = wordsOf(this.#instructions.reduce((rest, span) => blanked(rest, span), text));
    this.#vocabulary = new Set(words);
    this.#drugs = new Set(findDrugs(words).flatMap(({ name, code }) => [name, ...(code ? [code.code] : [])]));
    this.#problems = new Set(PROBLEMS.find(words).map(({ value }) => categoryOf(value.code)));
    this.#measures = new Set(MEASURES.find(words).map(({ value }) => value.code));
  }

  /** Looks quotes up: word for word, whatever the marks between the words. Nothing, if none of them was said. */
  passage(quotes: readonly string[]): Passage | undefined {
    const found = quotes.slice(0, MOST_QUOTES).flatMap((quote) => this.#locate(quote) ?? []);
    const spans = [...new Map(found.map((span) => [span.start, span])).values()];
    return spans.length > 0 ? { spans, text: this.#around(spans) } : undefined;
  }

  has(word: string): boolean {
    return this.#vocabulary.has(word);
  }

  names(drug: { readonly name: string; readonly code?: { readonly code: string } }): boolean {
    return this.#drugs.has(drug.name) || (drug.code !== undefined && this.#drugs.has(drug.code.code));
  }

  /** Whether a problem of this ICD-10-CM category was spoken of, in whatever words. */
  speaksOf(icd10: string): boolean {
    return this.#problems.has(categoryOf(icd10));
  }

  measures(loinc: string): boolean {
    return this.#measures.has(loinc);
  }

  /** The evidence that a passage is for a statement: our offsets, and the words that stand there. */
  evidence({ spans }: Passage, statement: string): Evidence[] {
    return spans.map(({ start, end }) => ({ statement, text: this.text.slice(start, end), start, end }));
  }

  #locate(quote: string): Span | undefined {
    const wanted = spelled(quote).map(({ word }) => word);
    if (wanted.length < LEAST_WORDS || wanted.length > MOST_WORDS) {
      return undefined;
    }
    for (const at of this.#places.get(wanted[0] ?? '') ?? []) {
      const first = this.#words[at];
      const last = this.#words[at + wanted.length - 1];
      if (!first || !last || !wanted.every((word, offset) => this.#words[at + offset]?.word === word)) {
        continue;
      }
      const span = { start: first.start, end: last.end };
      if (!this.#instructions.some((instruction) => overlap(instruction, span))) {
        return span;
      }
    }
    return undefined;
  }

  /** The turns that were quoted, with the question before and the answer after; without what speaks to machines. */
  #around(spans: readonly Span[]): string {
    const near = spans.flatMap((span) => {
      const reach = { start: span.start - REACH, end: span.end + REACH };
      return this.#turns.flatMap((turn, index) => {
        const beside = [this.#turns[index - 1], turn, this.#turns[index + 1]];
        if (!overlap(turn, reach) || !beside.some((one) => one && overlap(one, span))) {
          return [];
        }
        return { start: Math.max(turn.start, reach.start), end: Math.min(turn.end, reach.end) };
      });
    });
    return near.map((span) => this.#withoutInstructions(span)).join('\n');
  }

  #withoutInstructions({ start, end }: Span): string {
    const inside = this.#instructions
      .filter((instruction) => overlap(instruction, { start, end }))
      .map((span) => ({ start: span.start - start, end: span.end - start }));
    return inside.reduce((rest, span) => blanked(rest, span), this.text.slice(start, end));
  }
}

/** The category of an ICD-10-CM code: its first three characters. */
export const categoryOf = (code: string): string => code.slice(0, 3);

/** The readings of a passage's numbers. */
export const numbersSaid = ({ text }: Passage): Set<string> => readingsIn(text);

const overlap = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end;

const spelled = (text: string): Word[] =>
  [...text.matchAll(/[\p{L}\p{N}]+/gu)].map((match) => {
    const { 0: word, index } = match;
    return { word: word.toLowerCase(), start: index, end: index + word.length };
  });

function blanked(text: string, { start, end }: Span): string {
  const [from, to] = [Math.max(0, start), Math.min(text.length, end)];
  return `${text.slice(0, from)}${' '.repeat(Math.max(0, to - from))}${text.slice(to)}`;
}

/** An instruction holds to the end of its line: what it asks for often stands in a sentence of its own. */
function sentenceAt(text: string, index: number): Span {
  const newline = text.indexOf('\n', index);
  return { start: index, end: newline < 0 ? text.length : newline };
}
