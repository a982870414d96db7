/** Turns of speech as a note has them: "i am going to order" is "will order", "he does have" is "he has". */

import { conjugate, isPresent } from './verbs.ts';

type Rule = readonly [pattern: RegExp, written: string];

const RULES: readonly Rule[] = [
  [/\b(?:i|we) (?:am|are) (?:also )?(?:going to|gonna) (?:be )?(?:go )?/g, 'we will '],
  [
    /\b(?:i|we) (?:also )?(?:want|would like|like) to (?:also )?(?:go )?(?=order|get|start|check|see|refer|prescribe|repeat|increase|decrease|continue|send|put|have|give|do|make|add|schedule|try)/g,
    'we will ',
  ],
  [
    /\b(?:i|we)(?: will|'ll) (?:also )?(?:go )?(?=order|get|start|check|refer|prescribe|repeat|increase|decrease|continue|send|put|give|add|schedule|try)/g,
    'we will ',
  ],
  [/\blet me (?=order|prescribe|refer)/g, 'we will '],
  [/\bwe will be ordering\b/g, 'we will order'],
  [/\b(?:does|do) have\b/g, 'has'],
  [/\b([a-z]{3,})'s (been|gotten)\b/g, '$1 has $2'],
  [/\b([a-z]{3,})'s ([a-z]{3,}ing)\b/g, '$1 is $2'],
  [/^number \d+ ?,? ?/, ''],
  [/\bdid have\b/g, 'had'],
  [/\b(?:i|we) do (think|want|believe|recommend|see|feel|appreciate|hear)\b/g, 'i $1'],
  [/\bhas got\b/g, 'has'],
  [/\bhave got\b/g, 'have'],
  [/\bdue to the fact that\b/g, 'because'],

  [/\bcause\b(?= (?:he|she|it|they|the patient|i|we) )/g, 'because'],
  [/\bthe patient the patient\b/g, 'the patient'],
  [/\bthat that\b/g, 'that'],
  [/\b(he|she|they|it|the patient) ,? ?\1\b/g, '$1'],
  [
    /^(?:for|from|with|as for|and) (?:his|her|their|the|the patient's) (?:first|second|third|fourth|next|last|final|other|1st|2nd) (?:problem|issue|concern|diagnosis|thing|one)?s? ?(?:of |is )?,? ?/,
    'for ',
  ],
  [/^for (?:for|,|i|we) /, ''],
  [/^(?:is that|was that|which is|which was|that is) (?=[a-z])/g, ''],
];

/** Rewrites a statement; the meaning, the drugs and the numbers stay. */
export function polish(words: readonly string[]): string[] {
  const text = RULES.reduce((line, [pattern, written]) => line.replace(pattern, written), words.join(' '));
  const bent = text.replace(/\bdoes ([a-z]+)\b/g, (all, verb: string) => (isPresent(verb) ? conjugate(verb) : all));
  return bent.split(' ').filter(Boolean);
}
