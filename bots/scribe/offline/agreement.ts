/** Whether the patient agreed to the plan, in words that say so. */

import type { Sentence } from '../types.ts';
import type { Reading } from './reading.ts';

const ASSENT =
  /\b(?:sounds? (?:good|great|fine|like a (?:good )?plan)|perfect|that works|works for me|i (?:agree|understand|can do that)|that'?s fine|that would be (?:great|good|fine)|i appreciate|absolutely|great|of course|yes|sure|okay|thank you)\b/;
const TEXT = 'The patient understands and agrees with the recommended medical treatment plan.';
const ASKED = /\b(?:sound|okay|alright|all right|questions?|agree|make sense|understand)\b/;

/** Rests on an answer of assent that follows the plan; without one the note does not claim it. */
export function agreement({ transcript, utterances, spokenPhases }: Reading): Sentence[] {
  const from = utterances.findLastIndex(({ speaker }, i) => speaker === 'clinician' && spokenPhases[i] === 'plan');
  if (from < 0) return [];
  const assents = utterances.flatMap((utterance, i) => {
    if (utterance.speaker !== 'patient' || spokenPhases[i] !== 'plan') return [];
    const words = utterance.tokens.map(({ word }) => word).join(' ');
    const asked = utterances[i - 1];
    const before =
      asked?.tokens
        .slice(-6)
        .map(({ word }) => word)
        .join(' ') ?? '';
    return ASSENT.test(words) && ASKED.test(before) && !/\b(?:no|not|don't)\b/.test(words) ? [utterance] : [];
  });
  const last = assents.at(-1);
  if (!last) return [];
  const { start, end } = last;
  return [
    { text: TEXT, confidence: 0.6, evidence: [{ statement: TEXT, text: transcript.slice(start, end), start, end }] },
  ];
}
