import type { Duration } from '@medplum/fhirtypes';
import type { JourneyDefinition, StageDefinition, StepDefinition } from './definition.ts';
import type { Due } from './relation.ts';

/**
 * A definition as a Mermaid flowchart: a box for each stage with its steps and their times, and arrows that say what
 * leads from the stage before (or, by a time, from the one that it is counted from) to it.
 */
export function diagramOf({ source, stages }: JourneyDefinition): string {
  const lines = [
    ...(source.title ? ['---', `title: ${JSON.stringify(source.title)}`, '---'] : []),
    'flowchart TD',
    '  begin((start))',
    ...stages.map((stage, index) => `  s${index}["${boxOf(stage)}"]`),
    ...stages.flatMap((stage, index) => arrowsTo(stage, index, stages)),
  ];
  return `${lines.join('\n')}\n`;
}

function boxOf({ title, repeat, conditions, steps }: StageDefinition): string {
  const lines = [
    `<b>${escaped(title)}</b>`,
    ...(repeat ? [`${repeat.count} times, every ${lengthOf(repeat.every)}`] : []),
    ...conditions.map((condition) => `only if ${escaped(condition)}`),
    ...steps.map((step) => `• ${escaped(step.title ?? step.id)} ${escaped(whenOf(step))}`.trim()),
  ];
  return lines.join('<br/>');
}

function whenOf({ due, conditions }: StepDefinition): string {
  const when = timeOf(due, 'entry');
  const asked = conditions.length > 0 ? `if ${conditions.join(' and ')}` : '';
  return [when && `(${when})`, asked].filter(Boolean).join(' ');
}

function arrowsTo(stage: StageDefinition, index: number, stages: readonly StageDefinition[]): string[] {
  const before = index === 0 ? 'begin' : `s${index - 1}`;
  const causes = [...stage.triggers, ...stage.whens.map((when) => `when ${when}`)];
  const related = stages.findIndex(({ id }) => id !== undefined && id === stage.time?.stage);
  const timed = stage.time && timeOf(stage.time, stages[related]?.title ?? 'entry');
  const arrows = [
    ...(causes.length > 0 ? [arrow(before, causes.join(' or '), index)] : []),
    ...(timed ? [arrow(related >= 0 ? `s${related}` : before, timed, index)] : []),
  ];
  return arrows.length > 0 ? arrows : [arrow(before, index === 0 ? 'when it starts' : 'by hand', index)];
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
