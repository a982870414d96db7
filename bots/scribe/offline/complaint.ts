/** The chief complaint: why the patient is here, in the words of whoever said it first. */

import type { Sentence } from '../types.ts';
import { clean } from './clean.ts';
import type { FoundProblem } from './problems.ts';
import type { Reading } from './reading.ts';
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

export function chiefComplaint(reading: Reading, problems: readonly FoundProblem[]): Sentence[] {
  const said = fromIntroduction(reading);
  if (said) return [said];
  const rank = ({ mentions }: FoundProblem): number =>
    mentions.some(({ introduced }) => introduced) ? 0 : (mentions[0]?.position ?? 1);
  const first = [...problems].sort((a, b) => rank(a) - rank(b))[0];
  if (!first) return [];
  const text = sentence(first.text.split(' '));
  return [{ text, confidence: first.confidence, evidence: first.evidence.map((one) => ({ ...one, statement: text })) }];
}

function fromIntroduction({ utterances, transcript }: Reading): Sentence | undefined {
  const length = Math.max(1, utterances.at(-1)?.end ?? 1);
  for (const { tokens, speaker, start, end } of utterances) {
    if (start / length > EARLY) return undefined;
    if (speaker === 'companion') continue;
    const words = clean(tokens).map(({ word }) => word);
    const reason = REASON.exec(words.join(' '))?.[1]?.replace(LEAD, '').replace(TAIL, '');
    if (!reason || !isReason(reason.split(' '))) continue;
    const text = sentence(reason.split(' '));
    return { text, confidence: 0.7, evidence: [{ statement: text, text: transcript.slice(start, end), start, end }] };
  }
  return undefined;
}

function isReason(words: readonly string[]): boolean {
  const text = words.join(' ');
  if (words.length > WORDS || UNSURE.test(text) || /\b(?:denies|no|not|or)\b/.test(text)) return false;
  return PROBLEMS.find(words).length > 0 || VISIT.test(text);
}
