import { describe, expect, test } from '@jest/globals';
import type { Composition } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { EVIDENCE, grounds } from '../../bots/scribe/fhir/evidence.ts';
import { withText } from '../../web/src/staff/scribe/note.ts';
import { litWords, piecesOf } from '../../web/src/staff/scribe/passages.ts';

const evidence = (statement: string, start = 0, end = 5) => ({ statement, text: 'words', start, end });
const section = (...statements: string[]) => ({
  extension: grounds({ confidence: 0.9, evidence: statements.map((statement) => evidence(statement)) }),
});

describe('statements and the words that they rest on', () => {
  test('a statement is a piece of its own; what nobody gave evidence for is text', () => {
    expect(piecesOf('Has a cough. Denies fever. Told to rest.', section('Denies fever.', 'Has a cough.'))).toEqual([
      { text: 'Has a cough.', passages: [{ start: 0, end: 5 }] },
      { text: ' ', passages: [] },
      { text: 'Denies fever.', passages: [{ start: 0, end: 5 }] },
      { text: ' Told to rest.', passages: [] },
    ]);
  });

  test('a statement that the scribe is not sure of stands out', () => {
    const sure = { ...evidence('Has a cough.'), confidence: 0.9 };
    const unsure = { ...evidence('Denies fever.'), confidence: 0.6 };
    const pieces = piecesOf('Has a cough. Denies fever.', {
      extension: grounds({ confidence: 0.8, evidence: [sure, unsure] }),
    });
    expect(pieces.map(({ text, doubtful }) => [text, doubtful])).toEqual([
      ['Has a cough.', undefined],
      [' ', undefined],
      ['Denies fever.', true],
    ]);
  });

  test('no word of a text is lost or doubled, whatever the statements', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), fc.array(fc.nat(40)), (text, others, cuts) => {
        const inside = cuts.map((cut) => text.slice(cut, cut + 5));
        expect(
          piecesOf(text, section(...others, ...inside))
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });

  test('no word of a transcript is lost or doubled, and exactly the passages are lit', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.record({ start: fc.integer({ min: -5, max: 60 }), end: fc.nat(60) })),
        (text, passages) => {
          const words = litWords(text, passages);
          expect(words.map((word) => word.text).join('')).toBe(text);
          const lit = words.flatMap((word) => [...Array<boolean>(word.text.length)].fill(word.lit));
          const expected = Array.from({ length: text.length }, (_at, at) =>
            passages.some(({ start, end }) => start <= at && at < end),
          );
          expect(lit).toEqual(expected);
        },
      ),
    );
  });

  test('evidence goes with the statement that was edited away, and stays with the others', () => {
    const note: Composition = {
      resourceType: 'Composition',
      status: 'preliminary',
      type: {},
      date: '2026-03-02T09:00:00Z',
      author: [],
      title: 'Note',
      section: [section('Denies fever.', 'Has a cough.')],
    };
    const [edited] = withText(note, 0, 'Has a cough. Fever since Monday.').section ?? [];
    expect(edited?.extension?.filter(({ url }) => url === EVIDENCE)).toHaveLength(1);
    expect(edited?.text?.div).toContain('Fever since Monday.');
  });
});
