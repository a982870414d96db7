/** What the problem classifier sees of everything that was said about one problem. */

import type { Mention } from './mentions.ts';
import { regionOf } from './regions.ts';
import { isSymptom } from './terminology.ts';
import type { Concept } from './terminology.ts';

export interface Candidate {
  readonly concept: Concept;
  /** Those that hold for the patient; never empty. */
  readonly mentions: readonly Mention[];
}

/** One candidate per problem that is said of the patient at least once; what is denied or somebody else's is none. */
export function candidatesOf(mentions: readonly Mention[]): Candidate[] {
  const byCode = new Map<string, Mention[]>();
  for (const mention of mentions) {
    if (mention.negated || mention.family || mention.question || mention.hypothetical) continue;
    const same = byCode.get(mention.concept.code);
    if (same) same.push(mention);
    else byCode.set(mention.concept.code, [mention]);
  }
  return [...byCode.values()].flatMap((group) => (group[0] ? [{ concept: group[0].concept, mentions: group }] : []));
}

/** What passes: infections, injuries, stones. Of an old one there is nothing left to code. */
const PASSING = /^(?:A|B(?!18|20)|J(?:[01]|2[0-2])|S|T|N39|H66|K35|L0[0-8])/;

/** Whether somebody said that it is over, and nobody spoke of it as of something that goes on after that. */
export function isOver({ concept, mentions }: Candidate): boolean {
  const ended =
    mentions.at(-1)?.resolved === true || (mentions.some(({ resolved }) => resolved) && mentions.length < 3);
  return ended || (PASSING.test(concept.code) && mentions.every(({ past }) => past));
}

/** Pain, cough, numbness and their like: what a disease of the same part of the body brings along. */
const ROUTINE = /^(?:J02\.9|J34\.89|H92\.0|M25\.5|M54|M79\.[16]|R0[567]|R09|R1[01]|R20|R3[01]|R51)/;

/**
 * Whether a disease that a clinician named without doubt explains a symptom: then only the disease is coded
 * (ICD-10-CM Official Guidelines for Coding and Reporting, section I.B.5).
 * @param sure - The problems that are proposed.
 */
export function isExplained({ concept }: Candidate, sure: readonly Candidate[]): boolean {
  const region = ROUTINE.test(concept.code) && regionOf(concept.code);
  return sure.some(
    (other) =>
      region &&
      !isSymptom(other.concept) &&
      !ROUTINE.test(other.concept.code) &&
      regionOf(other.concept.code) === region &&
      other.mentions.some(({ speaker, uncertain, past }) => speaker === 'clinician' && !uncertain && !past),
  );
}

export function problemFeatures(candidate: Candidate, all: readonly Candidate[]): string[] {
  const { concept, mentions } = candidate;
  const symptom = isSymptom(concept);
  const kind = symptom ? 'symptom' : /^Z/.test(concept.code) ? 'status' : 'disease';
  const explained = all.some((other) => other !== candidate && !isSymptom(other.concept) && inPlan(other));
  const region = regionOf(concept.code);
  const near = all.filter(
    (other) => other !== candidate && !isSymptom(other.concept) && region && regionOf(other.concept.code) === region,
  );
  const said = (test: (mention: Mention) => boolean): boolean => mentions.some(test);
  const times = Math.min(4, mentions.length);
  const flags: Record<string, boolean> = {
    plan: inPlan(candidate),
    introduced: said(({ introduced }) => introduced),
    clinician: said(({ speaker }) => speaker === 'clinician'),
    patient: said(({ speaker }) => speaker === 'patient'),
    early: said(({ position }) => position < 0.2),
    late: said(({ position }) => position > 0.65),
    exam: said(({ phase }) => phase === 'exam'),
    results: said(({ phase }) => phase === 'results'),
    past: mentions.every(({ past }) => past),
    uncertain: mentions.every(({ uncertain }) => uncertain),
    yours: said(({ before }) => before.includes('your')),
    problem: said(({ before }) => /\b(?:problem|issue|concern|standpoint|regards?|terms)\b/.test(before.join(' '))),
    have: said(
      ({ before, speaker }) =>
        speaker === 'clinician' &&
        /\b(?:have|diagnosis|diagnosed|consistent|called|known|suffered|is)\b/.test(before.join(' ')),
    ),
    asked: said(({ asked }) => asked),
    explained,
    'explained-here': near.length > 0,
    'explained-here-plan': near.some(inPlan),
  };
  const set = Object.entries(flags).flatMap(([name, on]) => (on ? [name, `${kind} ${name}`] : []));
  const phrases = [...new Set(mentions.map(({ phrase }) => `said=${phrase}`))];
  return [
    ...set,
    ...phrases,
    `kind=${kind}`,
    `code=${concept.code.slice(0, 3)}`,
    `chapter=${concept.code.slice(0, 1)}`,
    `times=${times}`,
    `${kind} times=${times}`,
    `plan-early=${flags.plan} ${flags.early} ${kind}`,
    `plan-introduced=${flags.plan} ${flags.introduced} ${kind}`,
    `explained-plan=${explained} ${flags.plan} ${kind}`,
    `explained-here=${near.some(inPlan)} ${flags.plan} ${kind}`,
  ];
}

function inPlan({ mentions }: Candidate): boolean {
  return mentions.some(({ phase, speaker }) => phase === 'plan' && speaker === 'clinician');
}
