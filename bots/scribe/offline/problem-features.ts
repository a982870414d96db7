/** What the problem classifier sees of everything that was said about one problem. */

import type { Mention } from './mentions.ts';
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
    if (mention.negated || mention.family || mention.question) continue;
    const same = byCode.get(mention.concept.code);
    if (same) same.push(mention);
    else byCode.set(mention.concept.code, [mention]);
  }
  return [...byCode.values()].flatMap((group) => (group[0] ? [{ concept: group[0].concept, mentions: group }] : []));
}

/** A sign or symptom, and not a disease: it is coded only where nothing explains it. */
export function isSymptom({ code }: Concept): boolean {
  return /^(?:R|M25\.5|M54|M79\.6)/.test(code);
}

export function problemFeatures(candidate: Candidate, all: readonly Candidate[]): string[] {
  const { concept, mentions } = candidate;
  const symptom = isSymptom(concept);
  const kind = symptom ? 'symptom' : /^Z/.test(concept.code) ? 'status' : 'disease';
  const explained = all.some((other) => other !== candidate && !isSymptom(other.concept) && inPlan(other));
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
    explained,
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
  ];
}

function inPlan({ mentions }: Candidate): boolean {
  return mentions.some(({ phase, speaker }) => phase === 'plan' && speaker === 'clinician');
}
