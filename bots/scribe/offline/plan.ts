/** Assessment and plan: the statements of the last part of the visit under the problem that they are about. */

import type { Sentence } from '../types.ts';
import { namesDrug } from './drugs.ts';
import type { FoundProblem } from './problems.ts';
import type { Reading } from './reading.ts';
import { sentence } from './render.ts';
import type { Placed } from './sections.ts';
import { write } from './write.ts';

export type Kind = 'reasoning' | 'testing' | 'treatment' | 'referral' | 'education' | 'follow-up';

export const HEADINGS: Readonly<Record<Kind, string>> = {
  reasoning: 'Medical Reasoning',
  testing: 'Additional Testing',
  treatment: 'Medical Treatment',
  referral: 'Specialist Referrals',
  education: 'Patient Education and Counseling',
  'follow-up': 'Follow-up',
};
/** The order in which they stand under a problem. */
const ORDER: readonly Kind[] = ['testing', 'treatment', 'referral', 'education', 'follow-up'];

const TEST =
  /\b(?:x-?rays?|mri|ct|scan|labs?|blood work|panel|a1c|echo\w*|ekg|ecg|ultrasound|tests?|testing|culture|biopsy|urinalysis|cbc|mammogram|colonoscopy|endoscopy|studies|study|levels?|stress test|function tests?|pap smear|sample)\b/;
const ACTS = /\b(?:will|order|repeat|recheck|check|get|obtain|schedule|send|due|need|would like|want|do)\b/;
const TREATS =
  /\b(?:start|continue|increase|decrease|stop|hold|take|prescri\w+|refill|mg|mcg|dose|medications?|therapy|brace|boot|splint|sling|cast|crutches|ice|injections?|surgery|antibiotics?|steroids?|cream|inhaler|insulin|wrap|elevat\w+|bandage|procedure|infusion|transfusion|vaccine|cpap)\b/;
const FUTURE = /\b(?:will|want|would like|recommend|going to|should|can|let|continue|start|stop|take|need|prescri\w+)\b/;
const FOLLOWS = /\b(?:follow[- ]?up|see (?:him|her|the patient|them) (?:back|again|in)|come (?:back|in)|return|be in touch|give (?:me|us) a call|call (?:me|us|the)|let (?:me|us) know|next (?:visit|appointment))\b/;
const TEACHES =
  /\b(?:avoid|encourag\w+|recommend\w*|advis\w+|should|watch|monitor|keep|drink|diet|exercis\w+|lose|quit|rest|try|make sure|cut|important|stay|limit|discuss\w*|talk\w*|explain\w*|need to|record|log|careful|want (?:him|her|the patient))\b/;

export function kindOf(words: readonly string[]): Kind {
  const text = words.join(' ');
  if (/\b(?:refer|referral|consult\w*)\b/.test(text)) return 'referral';
  if (FOLLOWS.test(text)) return 'follow-up';
  if (TEST.test(text) && ACTS.test(text)) return 'testing';
  if (FUTURE.test(text) && (TREATS.test(text) || namesDrug(words))) return 'treatment';
  return TEACHES.test(text) ? 'education' : 'reasoning';
}

interface Item {
  readonly kind: Kind;
  readonly sentence: Sentence;
}

export interface Group {
  /** The problem's line; none for what was said before any problem was named. */
  readonly problem: Sentence | undefined;
  readonly items: readonly Item[];
}

/** One group per problem, in the order in which the plan takes them up. */
export function groupPlan(reading: Reading, placed: readonly Placed[], problems: readonly FoundProblem[]): Group[] {
  const addressed = problems.filter(({ role }) => role === 'addressed');
  const groups = new Map<FoundProblem | undefined, Item[]>([[undefined, []]]);
  let current: FoundProblem | undefined = addressed.length === 1 ? addressed[0] : undefined;
  for (const { statement, confidence } of placed) {
    current = named(statement.spans[0], addressed) ?? current;
    const items = groups.get(current) ?? [];
    groups.set(current, [...items, { kind: kindOf(statement.words), sentence: write(reading, statement, confidence) }]);
  }
  for (const problem of addressed) if (!groups.has(problem)) groups.set(problem, []);
  return [...groups].flatMap(([problem, items]) => (problem || items.length ? [{ problem: problem && headline(problem), items }] : []));
}

function named(span: { start: number; end: number } | undefined, problems: readonly FoundProblem[]): FoundProblem | undefined {
  if (!span) return undefined;
  return problems.find(({ mentions }) => mentions.some(({ start, end }) => start < span.end && end > span.start));
}

function headline({ text, confidence, evidence }: FoundProblem): Sentence {
  const line = sentence(text.split(' '));
  return { text: line, confidence, evidence: evidence.map((one) => ({ ...one, statement: line })) };
}

/** The lines of one group that belong to the given kinds, each kind under its name. */
export function linesOf({ items }: Group, kinds: readonly Kind[] = ORDER): string[] {
  return kinds.flatMap((kind) => {
    const own = items.filter((item) => item.kind === kind).map((item) => item.sentence.text);
    return own.length ? [`- ${HEADINGS[kind]}: ${own[0]}`, ...own.slice(1)] : [];
  });
}
