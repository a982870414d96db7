/** The chief complaint: why the patient is here, in the words of whoever said it first. */

import type { Sentence } from '../types.ts';
import { clean } from './clean.ts';
import { ALLERGY, type FoundProblem } from './problems.ts';
import type { Reading } from './reading.ts';
import { MEASURED } from './lexicon/clinical-names.ts';
import { toThirdPerson } from './person.ts';
import { sentence } from './render.ts';
import { PROBLEMS } from './terminology.ts';

const REASON =
  /\b(?:(?:here|in|back|seen|visit)(?: today| with me| with us)?(?: today)? (?:for|with|because of)|presents? (?:today )?(?:for|with|to the clinic (?:for|with))|presenting (?:for|with)|chief complaint is|complain(?:s|ing) of|complaints? of|evaluation (?:of|for)|follow[- ]up (?:of|for|on)|experiencing|concerned about|having (?:some )?)\s+(.+)$/;
const LEAD =
  /^(?:(?:a|an|the|some|this|your|his|her|my|their|today|routine|evaluation|of|for|like|ongoing|you know|having|kind|complaints)\s+)+/;
const TAIL =
  /\s+(?:(?:and|who|that|which|because|since|so|but|also|today|after|when|where|has|have|is|it's|it|i|she|he|you)\b.*|,.*)$/;
/** A complaint is a few words; what is longer is a story. */
const WORDS = 7;
const EARLY = 0.3;
const VISIT =
  /\b(?:visit|exam|follow|labs?|findings?|pain|problems?|injury|physical|checkup|evaluation|ulcer|infections?|consult)\b/;
const UNSURE = /\b(?:what|did|do|can|could|said|how|tell|know|think|this|that|your your|i|you|he|she|any)\b/;

/** What is asked for and is no complaint: it is the reason all the same. */
const QUITS = /\b(?:quit|quitting|stop|stopping|give up|giving up) (?:smoking|cigarettes|tobacco)\b/;
const PART =
  /^(?:(?:right|left|bilateral|both) )(?:(?:lower|upper) )?(?:shoulder|elbow|wrist|hand|finger|thumb|hip|knee|ankle|foot|toe|neck|back|ear|eye|heel|arm|leg)s?$/;
/** A status, a vaccine, an accident: seldom why somebody comes. */
const SELDOM = /^(?:Z(?!0[01])|[V-Y])/;

export function chiefComplaint(reading: Reading, problems: readonly FoundProblem[]): Sentence[] {
  const said = fromIntroduction(reading);
  if (said) return [said];
  const told = problems.filter(({ concept }) => !ALLERGY.test(concept.code));
  const first = told.sort((a, b) => rank(a) - rank(b))[0];
  if (!first) return [];
  const text = sentence(first.text.split(' '));
  return [{ text, confidence: first.confidence, evidence: first.evidence.map((one) => ({ ...one, statement: text })) }];
}

/** The lower, the likelier it is why the patient came: what the visit was introduced with, then what was said first. */
function rank({ mentions, concept }: FoundProblem): number {
  const old = mentions.every(({ past, asked, resolved }) => past || asked || resolved);
  const measured = mentions.every(({ phrase }) => MEASURED.has(phrase));
  const place = mentions.some(({ introduced, past }) => introduced && !past) ? 0 : (mentions[0]?.position ?? 1);
  return place + (old || measured || SELDOM.test(concept.code) ? 1 : 0);
}

function fromIntroduction({ utterances, transcript, pronouns }: Reading): Sentence | undefined {
  const length = Math.max(1, utterances.at(-1)?.end ?? 1);
  for (const { tokens, speaker, start, end } of utterances) {
    if (start / length > EARLY) return undefined;
    if (speaker === 'companion') continue;
    const words = clean(tokens).map(({ word }) => word);
    const spoken = words.join(' ');
    const reason = QUITS.test(spoken) ? CESSATION : reasonIn(spoken);
    if (!reason) continue;
    const text = sentence(toThirdPerson(reason.split(' '), speaker, pronouns));
    return { text, confidence: 0.7, evidence: [{ statement: text, text: transcript.slice(start, end), start, end }] };
  }
  return undefined;
}

const CESSATION = 'smoking cessation';

function reasonIn(spoken: string): string | undefined {
  const words = REASON.exec(spoken)?.[1]?.replace(LEAD, '').replace(TAIL, '').replace(/-$/, '').split(' ') ?? [];
  if (!isReason(words)) return undefined;
  // "… right eye twitch karen": what follows the problem is not part of it.
  const last = PROBLEMS.find(words).at(-1);
  return (last && !VISIT.test(words.slice(last.to).join(' ')) ? words.slice(0, last.to) : words).join(' ');
}

function isReason(words: readonly string[]): boolean {
  const text = words.join(' ');
  if (!text || words.length > WORDS || UNSURE.test(text) || /\b(?:denies|no|not|or)\b/.test(text)) return false;
  return (
    PROBLEMS.find(words).some(({ from, to }) => !MEASURED.has(words.slice(from, to).join(' '))) ||
    VISIT.test(text) ||
    PART.test(text)
  );
}
