/** A statement as a sentence of the note, with the words of the transcript that it rests on. */

import type { Evidence, Sentence } from '../types.ts';
import type { Reading } from './reading.ts';
import { sentence } from './render.ts';
import type { Statement } from './statements.ts';

export function write(reading: Reading, statement: Statement, confidence: number, words = statement.words): Sentence {
  const text = sentence(words);
  return { text, evidence: evidenceOf(reading, statement, text), confidence };
}

export function evidenceOf({ transcript }: Reading, { spans }: Statement, text: string): Evidence[] {
  return spans.map(({ start, end }) => ({ statement: text, text: transcript.slice(start, end), start, end }));
}
