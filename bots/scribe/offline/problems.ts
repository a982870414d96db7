/** The visit's problems, coded where the terminology knows them. */

import type { DraftProblem, Evidence } from '../types.ts';
import { type LinearModel, probability } from './linear.ts';
import { findMentions, type Mention } from './mentions.ts';
import addressedModel from './model/addressed.json' with { type: 'json' };
import codedModel from './model/problems.json' with { type: 'json' };
import { type Candidate, candidatesOf, isExplained, isOver, problemFeatures } from './problem-features.ts';
import { CLINICAL_NAMES, MEASURED } from './lexicon/clinical-names.ts';
import type { Reading } from './reading.ts';
import { phrase } from './render.ts';
import { type Concept, isPaired, type Side, sided, writtenName, isSymptom } from './terminology.ts';

/** Chosen by cross-validation on the training visits, and on the validation visits. */
const THRESHOLD = 0.6;
const ADDRESSED = 0.5;
const FAINT = 0.15;
/** What a clinician says outright that the patient has, and does something about, is at least this sure. */
const TAKEN = 0.65;
/** Allergies: told in a visit, never what it takes up. */
export const ALLERGY = /^Z(?:88|91\.0)/;
/** Mentions that are quoted as evidence: the first, and those that come nearest to a decision. */
const QUOTED = 3;

/** What one problem rests on, with the order in which the visit took it up. */
export interface FoundProblem extends DraftProblem {
  readonly mentions: readonly Mention[];
  readonly concept: Concept;
  /** It is over, or a disease that is proposed explains it: then it is not coded, however sure it is. */
  readonly settled: boolean;
}

/** Whether a problem is sure enough to be proposed, and neither over nor the sign of another. */
export function isProposed({ confidence, settled }: FoundProblem): boolean {
  return confidence >= THRESHOLD && !settled;
}

/** What weighs a problem: whether a clinician would code it, and whether it was taken up in the visit. */
export interface ProblemTables {
  readonly coded: LinearModel;
  readonly addressed: LinearModel;
}

const TABLES: ProblemTables = { coded: codedModel, addressed: addressedModel };

/** Every problem that is said of the patient and may matter: what is too faint to propose is still history. */
export function weighProblems(reading: Reading, { coded, addressed } = TABLES): FoundProblem[] {
  const candidates = candidatesOf(findMentions(reading));
  const weighed = candidates.map((candidate) => {
    const features = problemFeatures(candidate, candidates);
    const taken = isTaken(candidate);
    const confidence = Math.max(probability(coded, features), taken ? TAKEN : 0);
    return { candidate, taken: taken || probability(addressed, features) >= ADDRESSED, confidence };
  });
  const sure = weighed
    .filter(({ candidate, confidence }) => confidence >= THRESHOLD && !isOver(candidate))
    .map(({ candidate }) => candidate);
  return weighed.flatMap(({ candidate, taken, confidence }) => {
    const told = candidate.mentions.some(({ asked }) => asked);
    if (confidence < FAINT && !told) return [];
    const settled = isOver(candidate) || isExplained(candidate, sure);
    const isAddressed = taken && confidence >= THRESHOLD && !settled && !ALLERGY.test(candidate.concept.code);
    const role = isAddressed ? ('addressed' as const) : ('history' as const);
    return [{ ...describe(reading, candidate, confidence, role), settled }];
  });
}

function isTaken({ concept, mentions }: Candidate): boolean {
  return !isSymptom(concept) && mentions.some(({ taken, uncertain, past }) => taken && !uncertain && !past);
}

function describe(
  reading: Reading,
  { concept, mentions }: Candidate,
  confidence: number,
  role: DraftProblem['role'],
): Omit<FoundProblem, 'settled'> {
  const beside = sideBeside(reading, concept, mentions);
  const side = agreedSide(mentions) ?? beside?.side;
  const coded = sided(concept, side);
  const name = naming(mentions).split(' ');
  // A symptom is what is felt: what is in doubt is its cause.
  const doubt = isDoubtful(mentions) && !isSymptom(concept) ? ['possible'] : [];
  const text = phrase([...doubt, ...sideWords(side, name, concept, coded), ...name]);
  const spans = [
    ...quoted(mentions).flatMap(({ start, end, correction: put }) => [{ start, end }, ...(put ? [put] : [])]),
    ...(beside && side === beside.side ? [beside] : []),
  ];
  const evidence = spans.map(({ start, end }): Evidence => {
    return { statement: text, text: reading.transcript.slice(start, end), start, end };
  });
  return { text, icd10: coded.code, display: coded.display, confidence, evidence, role, mentions, concept };
}

/** What has a right and a left in one body part, and no code of its own for either. */
const ONE_SIDED = /^(?:R0[79]|R1[0-9]|R51|M54|N2[03])/;

/** "right", "bilateral" before what there are two of, "left-sided" before what has two sides. */
function sideWords(side: Side | undefined, name: readonly string[], concept: Concept, coded: Concept): string[] {
  if (!side || name.some((word) => word.startsWith(side))) return [];
  if (coded !== concept) return [side];
  if (side === 'bilateral') return isPaired(concept) ? [side] : [];
  return ONE_SIDED.test(concept.code) ? [`${side}-sided`] : [];
}

/** The side that was said; the last word counts where it was corrected, and none where both knees were named in turn. */
function agreedSide(mentions: readonly Mention[]): Side | undefined {
  const sides = mentions.flatMap(({ side }) => side ?? []);
  const last = sides.at(-1);
  return sides.filter((side) => side === last).length * 2 >= sides.length ? last : undefined;
}

const PART =
  /^(?:shoulder|elbow|wrist|hand|finger|thumb|hip|knee|ankle|foot|toe|heel|ear|eye|arm|leg|calf|breast|groin|testicle)$/;
/** Of the other side, of what is well, or of what was and is no more. */
const OTHERWISE =
  /\b(?:other|no|not|normal|fine|okay|good|well|before|ago|last year|used to|replaced|replacement|surgery)\b|n't\b/;

/**
 * The side of a part of the body, where nobody names it with the problem and everybody who names it means the same one:
 * "my knee hurts" – "which one?" – "the right knee".
 */
function sideBeside(
  { utterances }: Reading,
  concept: Concept,
  mentions: readonly Mention[],
): { readonly side: Side; readonly start: number; readonly end: number } | undefined {
  const part = isPaired(concept)
    ? naming(mentions)
        .split(' ')
        .find((word) => PART.test(word))
    : undefined;
  if (!part || mentions.some(({ side }) => side)) return undefined;
  const told = utterances.flatMap(({ tokens, question, agreed, speaker, start, end }) => {
    const text = tokens.map(({ word }) => word).join(' ');
    const said = new RegExp(`\\b(right|left) ${part}\\b`).exec(text)?.[1] as Side | undefined;
    if (!said || speaker === 'companion' || (question && !agreed)) return [];
    return [{ side: said, start, end, other: OTHERWISE.test(text) }];
  });
  const [first] = told.filter(({ other }) => !other);
  return first && told.every(({ side }) => side === first.side) ? first : undefined;
}

/** Whether nobody was sure of it: the clinicians, if they spoke of it at all. */
function isDoubtful(mentions: readonly Mention[]): boolean {
  const clinicians = mentions.filter(({ speaker }) => speaker === 'clinician');
  return (clinicians.length > 0 ? clinicians : mentions).every(({ uncertain }) => uncertain);
}

/** The clinician's own word for it, the fullest one. */
function naming(mentions: readonly Mention[]): string {
  const clinicians = mentions.filter(({ speaker }) => speaker === 'clinician');
  const own = clinicians.length ? clinicians : mentions;
  const named = own.filter(({ phrase: said }) => !MEASURED.has(said));
  const phrases = (named.length ? named : own).map(({ phrase: said }) =>
    (CLINICAL_NAMES.get(said) ?? writtenName(said)).replace(/-$/, ''),
  );
  return phrases.reduce((fullest, one) => (one.length > fullest.length ? one : fullest), '');
}

function quoted(mentions: readonly Mention[]): Mention[] {
  const planned = mentions.filter(({ phase }) => phase === 'plan');
  return [...new Set([...mentions.slice(0, 1), ...planned, ...mentions.slice(1)])].slice(0, QUOTED);
}
