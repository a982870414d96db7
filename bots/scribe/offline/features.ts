/** What the section classifier sees of a statement and of what stands around it. */

import type { Phase } from './phases.ts';
import type { Statement } from './statements.ts';

const ANATOMY =
  /^(?:arm|leg|knee|ankle|foot|feet|toe|hand|wrist|elbow|shoulder|hip|back|neck|head|chest|heart|lungs?|abdomen|belly|stomach|eyes?|ears?|throat|nose|skin|spine|finger|thumb|calf|thigh|breast|kidneys?|liver|thyroid|nodes?)$/;
const CHANGE =
  /^(?:mg|mcg|daily|tablet|tablets|pill|pills|dose|twice|milligrams?|prescribe|prescription|refill|puffs?)$/;
const TEST =
  /^(?:x-?rays?|mri|ct|scan|labs?|ekg|ecg|echocardiogram|echo|ultrasound|a1c|panel|biopsy|test|results?|cbc|hemoglobin|creatinine|lipid)$/;

const PERSON: ReadonlyMap<string, string> = new Map(
  Object.entries({ she: 'he', her: 'his', him: 'his', their: 'his', hers: 'his', herself: 'himself' }),
);

/** The same words whoever the patient is: she, he or "the patient". */
function neutral(words: readonly string[]): string[] {
  return words.flatMap((word, i) => {
    if (word === 'the' && words[i + 1] === 'patient') return [];
    return word === 'patient' && words[i - 1] === 'the' ? ['he'] : [PERSON.get(word) ?? word];
  });
}

export function statementFeatures(statements: readonly Statement[], phases: readonly Phase[], at: number): string[] {
  const statement = statements[at];
  if (!statement) return [];
  const { speaker, origin, position } = statement;
  const words = neutral(statement.words);
  const who = speaker === 'clinician' ? 'c' : 'p';
  const phase = phases[at] ?? 'talk';
  const place = Math.min(9, Math.floor(position * 10));
  const found = new Set<string>([
    `who=${who}`,
    `origin=${origin}`,
    `phase=${phase}`,
    `who-phase=${who} ${phase}`,
    `place=${place}`,
    `who-place=${who} ${place}`,
    `size=${Math.min(6, Math.floor(words.length / 4))}`,
    `who-size=${who} ${Math.min(6, Math.floor(words.length / 4))}`,
    `first=${words[0]}`,
    `first2=${words[0]} ${words[1]}`,
    `first3=${words[0]} ${words[1]} ${words[2]}`,
    `last=${words.at(-1)}`,
  ]);
  words.forEach((word, i) => {
    const token = /\d/.test(word) ? '#' : word;
    found.add(`w=${token}`);
    found.add(`${who}${phase[0]}=${token}`);
    if (i > 0) found.add(`b=${words[i - 1]} ${token}`);
    if (ANATOMY.test(word)) found.add(`anatomy ${who} ${phase}`);
    if (CHANGE.test(word)) found.add(`drug ${who} ${phase}`);
    if (TEST.test(word)) found.add(`test ${who} ${phase}`);
  });
  for (const step of [-1, 1]) {
    const near = statements[at + step];
    if (!near) continue;
    found.add(`near${step}=${near.speaker[0]} ${near.origin[0]}`);
    for (const word of neutral(near.words)) if (word.length > 4) found.add(`n${step}=${word}`);
  }
  return [...found];
}
