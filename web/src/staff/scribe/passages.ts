import type { Extension } from '@medplum/fhirtypes';
import { getExtensionValue } from '@medplum/core';
import { CONFIDENCE, evidenceOf } from '../../../../bots/scribe/fhir/evidence.ts';

/** A passage of the transcript, as UTF-16 offsets; `end` is behind it. */
export interface Passage {
  readonly start: number;
  readonly end: number;
}

/** A piece of a section's text, with the passages that it rests on if the scribe wrote it. */
export interface Piece {
  readonly text: string;
  readonly passages: readonly Passage[];
  /** Whether the scribe is not sure of it. */
  readonly doubtful?: true;
}

/** A piece of the transcript, and whether what is looked at rests on it. */
export interface Word {
  readonly text: string;
  readonly lit: boolean;
}

interface Grounded {
  readonly extension?: Extension[];
}

/** The passages that a drafted thing rests on. */
export const passagesOf = (drafted: Grounded): Passage[] =>
  evidenceOf(drafted).map(({ start, end }) => ({ start, end }));

/** How sure the scribe is, 0–1. */
export const confidenceOf = (drafted: Grounded): number | undefined =>
  getExtensionValue(drafted, CONFIDENCE) as number | undefined;

/** Below this, the bench shows about every third problem to be wrong: somebody should look twice. */
const LOW_CONFIDENCE = 0.7;
export const isDoubtful = (drafted: Grounded): boolean => (confidenceOf(drafted) ?? 1) < LOW_CONFIDENCE;

/** Cuts a section's text into the statements that the scribe gave evidence for, and what stands between them. */
export function piecesOf(text: string, section: Grounded): Piece[] {
  const byStatement = Map.groupBy(evidenceOf(section), ({ statement }) => statement);
  const found = [...byStatement]
    .map(([statement, evidence]) => ({ statement, evidence, at: text.indexOf(statement) }))
    .filter(({ statement, at }) => statement !== '' && at >= 0)
    .toSorted((a, b) => a.at - b.at || b.statement.length - a.statement.length);
  const pieces: Piece[] = [];
  let done = 0;
  for (const { statement, evidence, at } of found) {
    // A statement inside of one that was cut out already stands there.
    if (at >= done) {
      pieces.push({ text: text.slice(done, at), passages: [] });
      const isLow = evidence.some(({ confidence = 1 }) => confidence < LOW_CONFIDENCE);
      const passages = evidence.map(({ start, end }) => ({ start, end }));
      pieces.push({ text: statement, passages, ...(isLow && { doubtful: true }) });
      done = at + statement.length;
    }
  }
  pieces.push({ text: text.slice(done), passages: [] });
  return pieces.filter((piece) => piece.text !== '');
}

/** Cuts the transcript at the passages; what overlaps is lit once. Offsets outside of the text light nothing. */
export function litWords(transcript: string, passages: readonly Passage[]): Word[] {
  const sorted = passages
    .map(({ start, end }) => ({ start: Math.max(0, start), end: Math.min(transcript.length, end) }))
    .filter(({ start, end }) => start < end)
    .toSorted((a, b) => a.start - b.start);
  const words: Word[] = [];
  let done = 0;
  for (const { start, end } of sorted) {
    const from = Math.max(start, done);
    if (from >= end) {
      continue;
    }
    words.push({ text: transcript.slice(done, from), lit: false }, { text: transcript.slice(from, end), lit: true });
    done = end;
  }
  words.push({ text: transcript.slice(done), lit: false });
  return words.filter(({ text }) => text !== '');
}
