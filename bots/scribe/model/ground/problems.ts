import { assertion } from '../../offline/assertion.ts';
import type { Span } from '../../offline/instructions.ts';
import type { Mention } from '../../offline/mentions.ts';
import { PROBLEMS, sided } from '../../offline/terminology.ts';
import type { Concept } from '../../offline/terminology.ts';
import type { DraftProblem } from '../../types.ts';
import type { ModelProblem } from '../schema.ts';
import type { Dropped } from '../dropped.ts';
import { wordsOf } from './spoken.ts';
import { confidence } from './confidence.ts';
import { sidesOf, support } from './statements.ts';
import { categoryOf } from './transcript.ts';
import type { Passage, Said } from './transcript.ts';

/** The problems that were said of the patient, each with a code only if the terminology has one for what was said. */
export function problems(found: readonly ModelProblem[], said: Said, dropped: Dropped): DraftProblem[] {
  const kept = new Map<string, DraftProblem>();
  for (const problem of found) {
    const grounded = ground(problem, said, dropped);
    const key = grounded && (grounded.icd10 ?? grounded.text.toLowerCase());
    if (!grounded) {
      dropped.problems++;
    } else if (key && !kept.has(key)) {
      kept.set(key, grounded);
    }
  }
  return [...kept.values()];
}

function ground({ name, icd10, role, quotes }: ModelProblem, said: Said, dropped: Dropped): DraftProblem | undefined {
  const passage = said.passage(quotes);
  const supported = passage && support(name, passage, said);
  const concept = PROBLEMS.find(wordsOf(name))[0]?.value;
  if (!passage || supported === undefined || (concept && isDenied(concept, said.mentions))) {
    return undefined;
  }
  const coded = codeOf(icd10, name, concept, passage);
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

/**
 * The terminology's code for the problem's words, on the side that they name. The model's own only if the terminology
 * finds it for words of the passage: "type 2 diabetes" says nothing of the kidneys.
 */
function codeOf(
  icd10: string | null,
  name: string,
  concept: Concept | undefined,
  passage: Passage,
): Concept | undefined {
  const side = sidesOf(name)[0];
  const spoken = PROBLEMS.find(wordsOf(passage.text)).map(({ value }) => sided(value, side));
  const proposed =
    concept && spoken.find(({ code }) => code === icd10 && categoryOf(code) === categoryOf(concept.code));
  return proposed ?? (concept && sided(concept, side));
}

/** Whether nobody ever said that the patient has it: each time it was denied, asked, feared or a relative's. */
function isDenied(concept: Concept, mentions: readonly Mention[]): boolean {
  const same = mentions.filter((mention) => categoryOf(mention.concept.code) === categoryOf(concept.code));
  return same.length > 0 && same.every(isUntrue);
}

const isUntrue = ({ negated, family, hypothetical, question }: Mention): boolean =>
  negated || family || hypothetical || question;

/** A statement that says itself that it is not so, or that it may come. */
const HEDGED =
  /\b(?:if|in case|return|call|warn\w*|precautions?|risks?|ask\w*|discuss\w*|negative|absent|rul\w+ out|feared?)\b/i;

/** Whether a statement gives as so what was only denied, asked or feared where it quotes. */
export function assertsDenied(text: string, spans: readonly Span[], said: Said): boolean {
  const words = wordsOf(text);
  return PROBLEMS.find(words).some(({ value, from, to }) => {
    const quoted = said.mentions.filter(({ start, end }) => spans.some((span) => start < span.end && span.start < end));
    const { negated, family, hypothetical, uncertain } = assertion(words, from, to);
    return isDenied(value, quoted) && !negated && !family && !hypothetical && !uncertain && !HEDGED.test(text);
  });
}
