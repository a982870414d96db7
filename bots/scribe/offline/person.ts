/** First and second person into the third: "i have my inhaler" is "she has her inhaler". */

import { conjugate, isPresent } from './verbs.ts';

export interface Pronouns {
  readonly subject: string;
  readonly object: string;
  readonly possessive: string;
  readonly reflexive: string;
}

export const PRONOUNS = {
  female: { subject: 'she', object: 'her', possessive: 'her', reflexive: 'herself' },
  male: { subject: 'he', object: 'him', possessive: 'his', reflexive: 'himself' },
  unknown: { subject: 'the patient', object: 'the patient', possessive: 'their', reflexive: 'themselves' },
} as const satisfies Record<string, Pronouns>;

const CONTRACTED = new Map<string, readonly string[]>(
  Object.entries({
    "'m": ['is'],
    "'re": ['is'],
    "'ve": ['has'],
    "'ll": ['will'],
    "'d": ['would'],
  }),
);
const AGREES = new Map<string, string>(
  Object.entries({
    am: 'is',
    are: 'is',
    were: 'was',
    have: 'has',
    do: 'does',
    "don't": 'does not',
    "aren't": 'is not',
    "haven't": 'has not',
    "weren't": 'was not',
  }),
);
/** What follows "they". */
const PLURAL = new Map<string, string>(Object.entries({ am: 'are', was: 'were', "wasn't": 'were not' }));
/** "I read online that": past, though it looks like the present. */
const READ_THEN = /^(?:online|somewhere|that|about|on|in|it)$/;
/** Words that may stand between the subject and its verb. */
const BETWEEN = new Set(
  'also still usually always never often sometimes currently probably really just only even already now recently mostly typically generally'.split(
    ' ',
  ),
);
/** "can you lift": the verb has been bent already. */
const INVERTED = new Set('can could do did does will would should may might must are were is'.split(' '));
const BEFORE_OBJECT = new Set(
  'to for with of from at on in by about gives gave told tell tells give help helps helped helping bothers bothering bothered see seen put sent made make makes had hits hit asked let giving getting get got keep keeps hurts hurting and start started follow call want like than take send refer'.split(
    ' ',
  ),
);

/** What the speaker calls themself, and what they call the other. */
export type Voice = 'patient' | 'clinician' | 'companion';

/**
 * Rewrites one utterance. The patient's "i" and the clinician's "you" are the patient; the clinician's "i" and "we"
 * stay, as clinicians write their own notes.
 */
export function toThirdPerson(words: readonly string[], voice: Voice, pronouns: Pronouns): string[] {
  const self = voice === 'patient' ? 'i' : 'you';
  const possessive = voice === 'patient' ? 'my' : 'your';
  const out: string[] = [];
  let agrees = false;
  let plural = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const contraction = /^(i|you|we)('(?:m|re|ve|ll|d))$/.exec(word);
    const bare = contraction?.[1] ?? word;
    const isPatient = bare === self || (voice === 'patient' && bare === 'we');
    if (isPatient && !(word === 'you' && isObject(words, i))) {
      plural = bare === 'we' || isNamed(out, pronouns);
      out.push(...(plural ? ['they'] : pronouns.subject.split(' ')));
      out.push(...(plural ? clinicians : expand)(contraction?.[2]?.replace(/m$/, plural ? 're' : 'm'), words[i + 1]));
      agrees = !contraction && !INVERTED.has(words[i - 1] ?? '');
    } else if (voice === 'patient' ? word === 'me' || word === 'us' : bare === 'you') {
      out.push(isNamed(out, pronouns) ? 'them' : pronouns.object);
    } else if (word === possessive || (voice === 'patient' && word === 'our')) out.push(pronouns.possessive);
    else if (word === `${possessive}self` || word === 'yourself') out.push(pronouns.reflexive);
    else if (word === (voice === 'patient' ? 'mine' : 'yours'))
      out.push(pronouns.possessive === 'her' ? 'hers' : pronouns.possessive);
    else if (contraction) out.push(bare, ...clinicians(contraction[2], words[i + 1]));
    else if (agrees && plural) {
      out.push(...(PLURAL.get(word) ?? plain(word, words[i + 1]).join(' ')).split(' '));
      agrees = BETWEEN.has(word);
    } else if (agrees && word === 'read' && READ_THEN.test(words[i + 1] ?? '')) {
      out.push(word);
      agrees = false;
    } else if (agrees) {
      out.push(...(AGREES.get(word) ?? (isPresent(word) ? conjugate(word) : word)).split(' '));
      agrees = BETWEEN.has(word);
    } else out.push(...plain(word, words[i + 1]));
  }
  return out;
}

/** "the patient" once in a sentence; after that, "they". */
function isNamed(out: readonly string[], { subject }: Pronouns): boolean {
  return subject === PRONOUNS.unknown.subject && out.includes('patient');
}

function expand(contraction: string | undefined, next: string | undefined): readonly string[] {
  if (contraction === "'d") return next === 'been' || next === 'had' ? ['had'] : ['would'];
  return CONTRACTED.get(contraction ?? '') ?? [];
}

function clinicians(contraction: string | undefined, next: string | undefined): readonly string[] {
  if (contraction === "'m") return ['am'];
  if (contraction === "'re") return ['are'];
  if (contraction === "'ve") return ['have'];
  return expand(contraction, next);
}

const AFTER_OBJECT =
  /^(?:on|to|a|an|some|the|with|for|in|at|off|up|back|over|about|any|another|out|and|or|your|today|here|down|through|from|as|that|this|two|one|again|this|every|of|,)?$/;

/** "for you", "i want you to", "start you on": an object, not a subject. */
function isObject(words: readonly string[], at: number): boolean {
  const next = words[at + 1] ?? '';
  if (AFTER_OBJECT.test(next))
    return at > 0 && !/^(?:if|when|that|because|so|and|but|as|since|where|,)$/.test(words[at - 1] ?? '');
  const before = words[at - 1] ?? '';
  return (
    BEFORE_OBJECT.has(before) &&
    !/^(?:do|does|are|have|will|can|should|may|feel|need|want|can|would|had|did|were|could|notice|said|mentioned|told|got)$/.test(
      next,
    )
  );
}

const SHORT = new Map<string, string>(
  Object.entries({
    "don't": 'do not',
    "doesn't": 'does not',
    "didn't": 'did not',
    "isn't": 'is not',
    "wasn't": 'was not',
    "aren't": 'are not',
    "weren't": 'were not',
    "hasn't": 'has not',
    "haven't": 'have not',
    "hadn't": 'had not',
    "can't": 'cannot',
    "couldn't": 'could not',
    "won't": 'will not',
    "wouldn't": 'would not',
    "shouldn't": 'should not',
    "it's": 'it is',
    "he's": 'he is',
    "she's": 'she is',
    "that's": 'that is',
    "there's": 'there is',
    "they're": 'they are',
    "they've": 'they have',
    "could've": 'could have',
    "should've": 'should have',
    "would've": 'would have',
    "might've": 'might have',
    "there've": 'there have',
    "it'll": 'it will',
    "he'll": 'he will',
    "she'll": 'she will',
    "they'll": 'they will',
    "that'll": 'that will',
    "let's": 'we will',
    "what's": 'what is',
  }),
);

function plain(word: string, next: string | undefined): readonly string[] {
  // "it's been" has been, "it's sore" is.
  if (/^(?:it|that|he|she|there)'s$/.test(word) && /^(?:been|gotten|had|got|gone|become)$/.test(next ?? ''))
    return [word.slice(0, -2), 'has'];
  return (SHORT.get(word) ?? word).split(' ');
}
