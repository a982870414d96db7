import icd10cm from '../../../../resources/terminology/icd10cm.json' with { type: 'json' };
import { findMentions } from '../../offline/mentions.ts';
import type { Mention } from '../../offline/mentions.ts';
import { read } from '../../offline/reading.ts';
import { PROBLEMS } from '../../offline/terminology.ts';
import type { Concept } from '../../offline/terminology.ts';
import type { DraftProblem } from '../../types.ts';
import type { ModelProblem } from '../schema.ts';
import type { Dropped } from '../dropped.ts';
import { wordsOf } from './spoken.ts';
import { confidence } from './confidence.ts';
import { support } from './statements.ts';
import { categoryOf } from './transcript.ts';
import type { Said } from './transcript.ts';

const CODES: ReadonlyMap<string, Concept> = new Map((icd10cm.concept as Concept[]).map((row) => [row.code, row]));

/** The problems that were said of the patient, each with a code only if the terminology has one for what was said. */
export function problems(found: readonly ModelProblem[], said: Said, dropped: Dropped): DraftProblem[] {
  const mentions = found.length > 0 ? findMentions(read(said.text)) : [];
  const kept = new Map<string, DraftProblem>();
  for (const problem of found) {
    const grounded = ground(problem, mentions, said, dropped);
    const key = grounded && (grounded.icd10 ?? grounded.text.toLowerCase());
    if (!grounded) {
      dropped.problems++;
    } else if (key && !kept.has(key)) {
      kept.set(key, grounded);
    }
  }
  return [...kept.values()];
}

function ground(
  { name, icd10, role, quotes }: ModelProblem,
  mentions: readonly Mention[],
  said: Said,
  dropped: Dropped,
): DraftProblem | undefined {
  const passage = said.passage(quotes);
  const supported = passage && support(name, passage, said);
  const concept = PROBLEMS.find(wordsOf(name))[0]?.value;
  if (!passage || supported === undefined || (concept && isDenied(concept, mentions))) {
    return undefined;
  }
  const coded = codeOf(icd10, concept);
  if (icd10 && coded?.code !== icd10) {
    dropped.codes++;
  }
  return {
    text: name.trim(),
    ...(coded && { icd10: coded.code, display: coded.display }),
    confidence: confidence(supported),
    evidence: said.evidence(passage, name.trim()),
    role,
  };
}

/** The model's code if it is one of what the words mean; else the terminology's own for them; else none. */
function codeOf(icd10: string | null, concept: Concept | undefined): Concept | undefined {
  const proposed = icd10 ? CODES.get(icd10) : undefined;
  return proposed && concept && categoryOf(proposed.code) === categoryOf(concept.code) ? proposed : concept;
}

/** Whether nobody ever said that the patient has it: each time it was denied, or a relative's. */
function isDenied(concept: Concept, mentions: readonly Mention[]): boolean {
  const same = mentions.filter((mention) => categoryOf(mention.concept.code) === categoryOf(concept.code));
  return same.length > 0 && same.every(({ negated, family }) => negated || family);
}
