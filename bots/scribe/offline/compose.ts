/** Puts placed statements together as the four sections of a note, each with the headings that clinicians use. */

import type { Reading } from './reading.ts';
import { sentence } from './render.ts';
import type { Placed } from './sections.ts';
import type { Evidence, NoteSection, SectionCode, Sentence } from '../types.ts';

/** Sentences under one sub-heading of a section. */
export interface Block {
  readonly heading: string;
  readonly sentences: readonly Sentence[];
}

export function composeNote(reading: Reading, placed: readonly Placed[]): NoteSection[] {
  const part = (name: string): Sentence[] =>
    placed.filter((one) => one.part === name).map((one) => write(reading, one));
  return [
    section('61150-9', 'Subjective', [{ heading: 'HISTORY OF PRESENT ILLNESS', sentences: part('subjective') }]),
    section('61149-1', 'Objective', [
      { heading: 'PHYSICAL EXAM', sentences: part('exam') },
      { heading: 'RESULTS', sentences: part('results') },
    ]),
    section('51848-0', 'Assessment', []),
    section('18776-5', 'Plan', [{ heading: 'PLAN', sentences: part('plan') }]),
  ];
}

function section(code: SectionCode, title: string, blocks: readonly Block[]): NoteSection {
  const filled = blocks.filter(({ sentences }) => sentences.length);
  return {
    code,
    title,
    sentences: filled.flatMap(({ sentences }) => sentences),
    text: filled
      .map(({ heading, sentences }) => [heading, ...sentences.map(({ text }) => text)].join('\n'))
      .join('\n\n'),
  };
}

function write(reading: Reading, { statement, confidence }: Placed): Sentence {
  const text = sentence(statement.words);
  const evidence = statement.spans.map(({ start, end }): Evidence => {
    return { statement: text, text: reading.transcript.slice(start, end), start, end };
  });
  return { text, evidence, confidence };
}
