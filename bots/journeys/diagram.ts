import type { Duration } from '@medplum/fhirtypes';
import type { JourneyDefinition, StageDefinition, StepDefinition } from './definition.ts';
import type { Due } from './relation.ts';
import type { Repeat } from './stage-timing.ts';

/** What a drawing says in words; the pages have it in the reader's language. */
export interface DiagramWords {
  readonly begin: string;
  /** Leads into the first stage, if nothing else does; and into another one. */
  readonly start: string;
  readonly byHand: string;
  readonly or: string;
  readonly event: (name: string) => string;
  readonly when: (condition: string) => string;
  readonly onlyIf: (condition: string) => string;
  /** @param entry - What `stage-entry` is the beginning of. */
  readonly due: (due: Due, entry: string) => string;
  readonly repeat: (repeat: Repeat) => string;
  /** When a step is due, and under which conditions. */
  readonly step: (step: StepDefinition) => string;
}

/** The words of a definition itself: its codes and units. */
const PLAIN: DiagramWords = {
  begin: 'start',
  start: 'when it starts',
  byHand: 'by hand',
  or: ' or ',
  event: (name) => name,
  when: (condition) => `when ${condition}`,
  onlyIf: (condition) => `only if ${condition}`,
  due: timeOf,
  repeat: ({ count, every }) => `${count} times, every ${lengthOf(every)}`,
  step: ({ due, conditions }) => {
    const when = timeOf(due, 'entry');
    const asked = conditions.length > 0 ? `if ${conditions.join(' and ')}` : '';
    return [when && `(${when})`, asked].filter(Boolean).join(' ');
  },
};

/**
 * A definition as a Mermaid flowchart: a box for each stage with its steps and their times, and arrows that say what
 * leads from the stage before (or, by a time, from the one that it is counted from) to it.
 */
export function diagramOf({ source, stages }: JourneyDefinition, words: DiagramWords = PLAIN): string {
  const lines = [
    ...(source.title ? ['---', `title: ${JSON.stringify(source.title)}`, '---'] : []),
    'flowchart TD',
    `  begin((${escaped(words.begin)}))`,
    ...stages.map((stage, index) => `  s${index}["${boxOf(stage, words)}"]`),
    ...stages.flatMap((stage, index) => arrowsTo(stage, index, stages, words)),
  ];
  return `${lines.join('\n')}\n`;
}

function boxOf({ title, repeat, conditions, steps }: StageDefinition, words: DiagramWords): string {
  const lines = [
    `<b>${escaped(title)}</b>`,
    ...(repeat ? [escaped(words.repeat(repeat))] : []),
    ...conditions.map((condition) => escaped(words.onlyIf(condition))),
    ...steps.map((step) => `• ${escaped(step.title ?? step.id)} ${escaped(words.step(step))}`.trim()),
  ];
  return lines.join('<br/>');
}

function arrowsTo(
  stage: StageDefinition,
  index: number,
  stages: readonly StageDefinition[],
  words: DiagramWords,
): string[] {
  const before = index === 0 ? 'begin' : `s${index - 1}`;
  const causes = [...stage.triggers.map(words.event), ...stage.whens.map(words.when)];
  const related = stages.findIndex(({ id }) => id !== undefined && id === stage.time?.stage);
  const timed = stage.time && words.due(stage.time, stages[related]?.title ?? 'entry');
  const arrows = [
    ...(causes.length > 0 ? [arrow(before, causes.join(words.or), index)] : []),
    ...(timed ? [arrow(related >= 0 ? `s${related}` : before, timed, index)] : []),
  ];
  return arrows.length > 0 ? arrows : [arrow(before, index === 0 ? words.start : words.byHand, index)];
}

const arrow = (from: string, label: string, to: number): string => `  ${from} -->|"${escaped(label)}"| s${to}`;

function timeOf({ anchor, direction, offset }: Due, entry: string): string {
  if (anchor === 'stage-entry') {
    return offset?.value ? `${lengthOf(offset)} after ${entry}` : '';
  }
  const edge = anchor === 'appointment-start' ? 'the appointment' : 'the end of the appointment';
  return offset?.value ? `${lengthOf(offset)} ${direction} ${edge}` : `at ${edge}`;
}

const lengthOf = ({ value, code, unit }: Duration): string => `${value} ${code ?? unit}`;

/** Mermaid reads quotes, brackets and entities in a label; a title must not change the drawing. */
const escaped = (text: string): string =>
  text.replace(/[^\p{L}\p{N} .,:;%'()=/+-]/gu, (char) => (/\s/.test(char) ? ' ' : `#${char.codePointAt(0)};`));
