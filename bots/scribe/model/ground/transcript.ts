import { findDrugs } from '../../offline/drugs.ts';
import { blanked, instructionsIn } from '../../offline/instructions.ts';
import type { Span } from '../../offline/instructions.ts';
import { findMentions } from '../../offline/mentions.ts';
import type { Mention } from '../../offline/mentions.ts';
import { read } from '../../offline/reading.ts';
import { MEASURES, PROBLEMS } from '../../offline/terminology.ts';
import { clean } from '../../offline/clean.ts';
import { writeNumbers } from '../../offline/numbers.ts';
import { readUtterances } from '../../offline/sentences.ts';
import type { Utterance } from '../../offline/sentences.ts';
import { readTurns } from '../../offline/transcript.ts';
import type { Speaker, Turn } from '../../offline/transcript.ts';
import type { Evidence } from '../../types.ts';
import { readingsIn, wordsOf } from './spoken.ts';

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

/** What was said, made ready to look things up in it. */
export class Said {
  readonly text: string;
  readonly #words: readonly Word[];
  readonly #places = new Map<string, number[]>();
  readonly #turns: readonly Turn[];
  #utterances: readonly Utterance[] | undefined;
  #mentions: readonly Mention[] | undefined;
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
    this.#instructions = instructionsIn(text);
    const words = wordsOf(this.#instructions.reduce(blanked, text));
    this.#vocabulary = new Set(words);
    this.#drugs = new Set(findDrugs(words).flatMap(({ name, code }) => [name, ...(code ? [code.code] : [])]));
    this.#problems = new Set(PROBLEMS.find(words).map(({ value }) => categoryOf(value.code)));
    this.#measures = new Set(MEASURES.find(words).map(({ value }) => value.code));
  }

  /**
   * Looks quotes up: word for word, whatever the marks between the words. Nothing, if none of them was said, or none by
   * whom it must have been.
   */
  passage(quotes: readonly string[], by?: Speaker): Passage | undefined {
    const found = quotes.slice(0, MOST_QUOTES).flatMap((quote) => this.#locate(quote) ?? []);
    const spans = [...new Map(found.map((span) => [span.start, span])).values()];
    const told = by === undefined || spans.some((span) => this.#turns.some((one) => isBy(one, by, span)));
    return spans.length > 0 && told ? { spans, text: this.#around(spans) } : undefined;
  }

  /** Sentence by sentence, as the offline scribe reads it; a long visit takes seconds, so only when it is needed. */
  get utterances(): readonly Utterance[] {
    return (this.#utterances ??= readUtterances(this.#instructions.reduce(blanked, this.text)));
  }

  /** Every problem that the visit names. */
  get mentions(): readonly Mention[] {
    return (this.#mentions ??= findMentions(read(this.text)));
  }

  /** Which sentences of clinicians were quoted, questions left out. */
  told({ spans }: Passage): number[] {
    return this.utterances.flatMap((one, index) =>
      !one.question && spans.some((span) => isBy(one, 'clinician', span)) ? [index] : [],
    );
  }

  /** The words of a sentence, its numbers in digits. */
  written(index: number): string[] {
    return writeNumbers(clean(this.utterances[index]?.tokens ?? []).map(({ word }) => word));
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

const isBy = (said: Span & { readonly speaker: Speaker }, speaker: Speaker, span: Span): boolean =>
  said.speaker === speaker && overlap(said, span);

const overlap = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end;

const spelled = (text: string): Word[] =>
  [...text.matchAll(/[\p{L}\p{N}]+/gu)].map((match) => {
    const { 0: word, index } = match;
    return { word: word.toLowerCase(), start: index, end: index + word.length };
  });
