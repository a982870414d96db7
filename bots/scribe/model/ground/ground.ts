import type { Draft, NoteSection, SectionCode, Sentence } from '../../types.ts';
import { nothingDropped } from '../dropped.ts';
import type { Dropped } from '../dropped.ts';
import { HEADINGS } from '../schema.ts';
import type { Heading, ModelAnswer, ModelStatement } from '../schema.ts';
import { confidence } from './confidence.ts';
import { observations } from './observations.ts';
import { orders } from './orders.ts';
import { assertsDenied, problems } from './problems.ts';
import { support } from './statements.ts';
import { Said } from './transcript.ts';

const TITLES: readonly (readonly [SectionCode, string])[] = [
  ['61150-9', 'Subjective'],
  ['61149-1', 'Objective'],
  ['51848-0', 'Assessment'],
  ['18776-5', 'Plan'],
];

/**
 * Keeps of a model's answer what the transcript bears out. Evidence is what we find there, never what the model says is
 * there; drugs, numbers and codes that neither the transcript nor the terminology has are left out and counted.
 */
export function ground(answer: ModelAnswer, transcript: string): { draft: Draft; dropped: Dropped } {
  const said = new Said(transcript);
  const dropped = nothingDropped();
  const written = answer.statements.flatMap((statement) => {
    const sentence = sentenceOf(statement, said);
    if (!sentence) {
      dropped.statements++;
    }
    return sentence ? [{ heading: statement.heading, sentence }] : [];
  });
  const draft: Draft = {
    sections: TITLES.map(([code, title]) => section(code, title, written)),
    problems: problems(answer.problems, said, dropped),
    orders: orders(answer.orders, said, dropped),
    observations: observations(answer.observations, said, dropped),
  };
  return { draft, dropped };
}

function sentenceOf({ text, quotes }: ModelStatement, said: Said): Sentence | undefined {
  // A line break would let one statement pass for several, or for a heading.
  const line = text.replace(/\s+/g, ' ').trim();
  const passage = said.passage(quotes);
  if (passage && assertsDenied(line, passage.spans, said)) {
    return undefined;
  }
  const supported = passage && line ? support(line, passage, said) : undefined;
  return passage && supported !== undefined
    ? { text: line, confidence: confidence(supported), evidence: said.evidence(passage, line) }
    : undefined;
}

interface Written {
  readonly heading: Heading;
  readonly sentence: Sentence;
}

function section(code: SectionCode, title: string, written: readonly Written[]): NoteSection {
  const headings = (Object.keys(HEADINGS) as Heading[]).filter((heading) => HEADINGS[heading] === code);
  const blocks = headings.flatMap((heading) => {
    const sentences = written.filter((one) => one.heading === heading).map(({ sentence }) => sentence);
    return sentences.length > 0 ? [{ heading, sentences }] : [];
  });
  return {
    code,
    title,
    sentences: blocks.flatMap(({ sentences }) => sentences),
    text: blocks
      .map(({ heading, sentences }) => [heading, ...sentences.map(({ text }) => text)].join('\n'))
      .join('\n\n'),
  };
}
