/** The visit's problems, coded where the terminology knows them. */

import type { DraftProblem, Evidence } from '../types.ts';
import { probability } from './linear.ts';
import { findMentions, type Mention } from './mentions.ts';
import addressedModel from './model/addressed.json' with { type: 'json' };
import codedModel from './model/problems.json' with { type: 'json' };
import { type Candidate, candidatesOf, problemFeatures } from './problem-features.ts';
import { CLINICAL_NAMES } from './lexicon/clinical-names.ts';
import type { Reading } from './reading.ts';
import { phrase } from './render.ts';
import { type Concept, type Side, sided } from './terminology.ts';

/** Chosen on the validation visits. */
const THRESHOLD = 0.45;
const ADDRESSED = 0.5;
const FAINT = 0.25;
/** Mentions that are quoted as evidence: the first, and those that come nearest to a decision. */
const QUOTED = 3;

/** What one problem rests on, with the order in which the visit took it up. */
export interface FoundProblem extends DraftProblem {
  readonly mentions: readonly Mention[];
  readonly concept: Concept;
}

/** Whether a problem is sure enough to be proposed. */
export function isProposed({ confidence }: DraftProblem): boolean {
  return confidence >= THRESHOLD;
}

/** Every problem that is said of the patient and may matter: what is too faint to propose is still history. */
export function weighProblems(reading: Reading): FoundProblem[] {
  const candidates = candidatesOf(findMentions(reading));
  return candidates.flatMap((candidate) => {
    const features = problemFeatures(candidate, candidates);
    const confidence = probability(codedModel, features);
    if (confidence < FAINT) return [];
    const taken = confidence >= THRESHOLD && probability(addressedModel, features) >= ADDRESSED;
    const role = taken ? ('addressed' as const) : ('history' as const);
    return [describe(reading, candidate, confidence, role)];
  });
}

function describe(
  reading: Reading,
  { concept, mentions }: Candidate,
  confidence: number,
  role: DraftProblem['role'],
): FoundProblem {
  const side = agreedSide(mentions);
  const coded = sided(concept, side);
  const name = naming(mentions).split(' ');
  const text = phrase(side && !name.includes(side) && coded !== concept ? [side, ...name] : name);
  const evidence = quoted(mentions).map(({ start, end }): Evidence => {
    return { statement: text, text: reading.transcript.slice(start, end), start, end };
  });
  return { text, icd10: coded.code, display: coded.display, confidence, evidence, role, mentions, concept };
}

/** The side that was said; the last word counts where it was corrected, and none where both knees were named in turn. */
function agreedSide(mentions: readonly Mention[]): Side | undefined {
  const sides = mentions.flatMap(({ side }) => side ?? []);
  const last = sides.at(-1);
  return sides.filter((side) => side === last).length * 2 >= sides.length ? last : undefined;
}

/** The clinician's own word for it, the fullest one. */
function naming(mentions: readonly Mention[]): string {
  const clinicians = mentions.filter(({ speaker }) => speaker === 'clinician');
  const phrases = (clinicians.length ? clinicians : mentions).map(
    ({ phrase: said }) => CLINICAL_NAMES.get(said) ?? said,
  );
  return phrases.reduce((fullest, one) => (one.length > fullest.length ? one : fullest), '');
}

function quoted(mentions: readonly Mention[]): Mention[] {
  const planned = mentions.filter(({ phase }) => phase === 'plan');
  return [...new Set([...mentions.slice(0, 1), ...planned, ...mentions.slice(1)])].slice(0, QUOTED);
}
