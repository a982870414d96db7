/** Puts what was found together as the four sections of a note, with the headings that clinicians use. */

import type { NoteSection, SectionCode, Sentence } from '../types.ts';
import { agreement } from './agreement.ts';
import { allergies } from './allergies.ts';
import { chiefComplaint } from './complaint.ts';
import { examination } from './exam.ts';
import { medicalHistory } from './history.ts';
import { type Group, groupPlan, linesOf } from './plan.ts';
import type { FoundProblem } from './problems.ts';
import type { Reading } from './reading.ts';
import { reviewOfSystems } from './ros.ts';
import type { Part, Placed } from './sections.ts';
import { vitalLines } from './vitals.ts';
import { write } from './write.ts';

/** What stands under one heading: lines as they read, and the sentences that they are made of. */
interface Block {
  readonly heading: string;
  readonly lines: readonly string[];
  readonly sentences: readonly Sentence[];
}

export function composeNote(
  reading: Reading,
  placed: readonly Placed[],
  problems: readonly FoundProblem[],
): NoteSection[] {
  const of = (part: Part): Placed[] => placed.filter((one) => one.part === part);
  const plain = (part: Part): Sentence[] =>
    of(part).map(({ statement, confidence }) => write(reading, statement, confidence));
  const groups = groupPlan(reading, of('plan'), problems);
  return [
    section('61150-9', 'Subjective', [
      list('CHIEF COMPLAINT', chiefComplaint(reading, problems)),
      list('HISTORY OF PRESENT ILLNESS', plain('subjective')),
      list('MEDICAL HISTORY', medicalHistory(problems)),
      list('ALLERGIES', allergies(reading)),
      list('REVIEW OF SYSTEMS', reviewOfSystems(reading)),
    ]),
    section('61149-1', 'Objective', [
      list('VITALS', vitalLines(reading)),
      list('PHYSICAL EXAM', examination(reading, of('exam'))),
      list('RESULTS', plain('results')),
    ]),
    section('51848-0', 'Assessment', [assessment(groups)]),
    section('18776-5', 'Plan', [plan(groups), list('PATIENT AGREEMENTS', agreement(reading))]),
  ];
}

function assessment(groups: readonly Group[]): Block {
  let number = 0;
  const lines = groups.flatMap((group) => {
    const reasons = linesOf(group, ['reasoning']);
    return group.problem ? [`${++number}. ${group.problem.text}`, ...reasons] : reasons;
  });
  const sentences = groups.flatMap(({ problem, items }) => [
    ...(problem ? [problem] : []),
    ...items.filter(({ kind }) => kind === 'reasoning').map((item) => item.sentence),
  ]);
  return { heading: 'ASSESSMENT', lines, sentences };
}

function plan(groups: readonly Group[]): Block {
  const lines = groups.flatMap((group) => {
    const steps = linesOf(group);
    return steps.length && group.problem ? [group.problem.text, ...steps] : steps;
  });
  const sentences = groups.flatMap(({ items }) =>
    items.filter(({ kind }) => kind !== 'reasoning').map((item) => item.sentence),
  );
  return { heading: 'PLAN', lines, sentences };
}

function list(heading: string, sentences: readonly Sentence[]): Block {
  return { heading, lines: sentences.map(({ text }) => text), sentences };
}

function section(code: SectionCode, title: string, blocks: readonly Block[]): NoteSection {
  const filled = blocks.filter(({ lines }) => lines.length);
  return {
    code,
    title,
    sentences: filled.flatMap(({ sentences }) => sentences),
    text: filled.map(({ heading, lines }) => [heading, ...lines].join('\n')).join('\n\n'),
  };
}
