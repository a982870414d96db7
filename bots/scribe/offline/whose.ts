/** Whom a sentence is about, where its speaker speaks of somebody else: "Carlos has gout", "he had a stroke last year". */

import type { Utterance } from './sentences.ts';
import type { Token } from './tokens.ts';
import type { Speaker } from './transcript.ts';

const SOMEBODY = new Set(['he', 'she', "he's", "she's", 'his', 'hers']);
const SELF = new Set(['i', "i'm", "i've", "i'd", "i'll", 'my', 'me', 'myself', 'mine', 'we', 'our']);
/** Verbs by which a name tells of whoever is named. */
const TELLS = new Set('has had takes took got gets was is uses used suffers needs'.split(' '));
const NO_NAME =
  /^(?:i|it|he|she|they|we|you|this|that|these|those|there|what|which|who|everything|everybody|everyone|something|somebody|nothing|nobody|one|today|yesterday|mine|and|but|so|then|when|where|how|no|yes|well|my|the|a|an|all)$/;
/** Relatives and friends by the pronoun that stands for them. */
const HE = 'father dad brother son husband grandfather grandpa uncle nephew boyfriend stepfather half-brother'.split(
  ' ',
);
const SHE = 'mother mom sister daughter wife grandmother grandma aunt niece girlfriend stepmother half-sister'.split(
  ' ',
);
const EITHER =
  'friend buddy cousin neighbor coworker roommate kid child partner sibling boss doctor nurse surgeon specialist dentist therapist'.split(
    ' ',
  );
const REFERS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['he', new Set([...HE, ...EITHER])],
  ['she', new Set([...SHE, ...EITHER])],
]);
/** How many sentences back the one may stand who "he" is. */
const LOOK_BACK = 4;

const named = (tokens: readonly Token[], at: number): boolean => {
  const { word = '', capital = false } = tokens[at] ?? {};
  return capital && TELLS.has(tokens[at + 1]?.word ?? '') && !NO_NAME.test(word);
};

/**
 * Whether what stands at `at` is said of somebody who is not the patient. A patient calls themself "I", so that "he" and
 * names are others; a companion's "I" is the companion.
 */
export function isOthers(tokens: readonly Token[], at: number, speaker: Speaker): boolean {
  if (speaker === 'clinician') return false;
  for (let i = at - 1; i >= 0; i--) {
    const { word = '' } = tokens[i] ?? {};
    if (SELF.has(word)) return speaker === 'companion';
    if (speaker !== 'patient') continue;
    // A capital where a sentence begins says nothing.
    if (SOMEBODY.has(word) || (i > 0 && named(tokens, i))) return true;
  }
  return false;
}

/** Who "he" or "she" is in what a patient says, and where that was said. */
export interface Referent {
  /** "brother" of the patient, or a name. */
  readonly word: string;
  readonly relative: boolean;
  readonly start: number;
  readonly end: number;
}

/** The last one that the same speaker spoke of, whom the pronoun can stand for. */
export function referentOf(
  utterances: readonly Utterance[],
  index: number,
  pronoun: 'he' | 'she',
): Referent | undefined {
  const speaker = utterances[index]?.speaker;
  for (let at = index - 1; at >= Math.max(0, index - LOOK_BACK); at--) {
    const { tokens, start, end, speaker: other } = utterances[at] ?? { tokens: [], start: 0, end: 0 };
    if (other !== speaker) continue;
    const found = tokens.findLast(({ word }, i) => REFERS.get(pronoun)?.has(word) || named(tokens, i));
    if (found) return { word: found.word, relative: REFERS.get(pronoun)?.has(found.word) ?? false, start, end };
  }
  return undefined;
}
