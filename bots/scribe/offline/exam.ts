/** Examination findings, by system and in the short form in which they are written down. */

import type { Sentence } from '../types.ts';
import type { Reading } from './reading.ts';
import type { Placed } from './sections.ts';
import { write } from './write.ts';

const SYSTEMS: readonly (readonly [string, RegExp])[] = [
  ['Constitutional', /\b(?:apparent distress|acute distress|well appearing|appearance|alert|oriented)\b/],
  ['Skin', /\b(?:rash|skin|lesions?|wound|incisions?|scalp|plaques?|ulcer|redness|erythema|scars?)\b/],
  ['Neurological', /\b(?:reflexes|sensation|cranial|neurovascular|neuro\w*|homans?|tingling|numbness|gait)\b/],
  [
    'Musculoskeletal',
    /\b(?:knees?|ankles?|shoulders?|elbows?|wrists?|hips?|fingers?|thumb|toes?|foot|feet|hands?|arms?|legs?|calf|spine|back|paraspinal|extremit\w+|edema|range of motion|effusion|strength|flexion|extension|straight leg|mcmurray\w*|lachman\w*|joint|muscle|metatarsal\w*|tendon|capillary refill)\b/,
  ],
  ['Neck', /\b(?:neck|jugular|jvd|carotid|thyroid|thyromegaly|lymph\w*|bruits?)\b/],
  ['Ears, Nose, Mouth and Throat', /\b(?:eyes?|pupils?|ears?|throat|tonsils?|nose|nasal|mouth|sinus\w*|tympanic)\b/],
  ['Respiratory', /\b(?:lungs?|wheez\w*|rales|rhonchi|crackles|breath sounds?|respiratory|breathing)\b/],
  ['Cardiovascular', /\b(?:heart|murmur|rhythm|gallops?|rubs?|cardiac|pulses?)\b/],
  [
    'Gastrointestinal',
    /\b(?:abdom\w+|belly|bowel sounds?|liver|spleen|rebound|guarding|quadrant|stomach|cva|rectal)\b/,
  ],
  ['Breast', /\b(?:breasts?|nipples?)\b/],
  ['Psychiatric', /\b(?:mood|affect)\b/],
];
/** "on your heart exam …" names the system before the finding does. */
const NAMED = /\bon (?:his |her |their |the |my )?((?:[a-z]+ ){1,3})exam/;

const SHORTER: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:looking at|listening to|feeling|examining|palpating) (?:him|her|the patient|them|his|her|their|the)(?: [a-z]+){0,2} ?, /,
    '',
  ],
  [
    /^(?:(?:and|so|now|then|also) )*(?:on|with|for|of|in) (?:his|her|their|the|my|a|physical|this)? ?(?:[a-z]+ ){0,4}exam(?:ination)? ?(?:of (?:his|her|their|the) [a-z]+ )?,? ?/,
    '',
  ],
  [/^(?:on|with) (?:his|her|their) ([a-z]+(?: [a-z]+)?) ?,? (?=i |there |he |she |the patient )/, '$1: '],
  [
    /\b(?:i|we) (?:do not|did not|cannot|don't|am not|is not)(?: really)? (?:appreciate|hear|see|feel|notice|note|find|appreciating|hearing|seeing|feeling)(?: any| a)?\b/g,
    'no',
  ],
  [
    /^(?:i|we) (?:can |do |am |also |did )*(?:appreciate|hear|see|feel|notice|note|find|appreciating|hearing|seeing|feeling)(?: that)? /,
    '',
  ],
  [/\b(?:he|she|the patient) (?:also )?(?:does not|do not|does n't) (?:have|has) (?:any |a )?/g, 'no '],
  [/(^|^otherwise |: )(?:he|she|the patient) (?:also |still )?(?:has|had|have)(?: got)? /, '$1'],
  [/\bthere (?:is|was|are|were) (?:also )?no(?: evidence of)?\b/g, 'no'],
  [/^(?:and )?there (?:is|was|are|were) (?:also )?/, ''],
  [/^(?:his|her|their|the) (?=[a-z])/, ''],
  [/^(?:it|that) (?:looks|sounds|seems|appears) /, ''],
];

export function shorten(words: readonly string[]): string[] {
  const text = SHORTER.reduce((line, [pattern, written]) => line.replace(pattern, written), words.join(' '));
  return text.split(' ').filter(Boolean);
}

/** Findings in the order of the examination; each says its system when that changes. */
export function examination(reading: Reading, placed: readonly Placed[]): Sentence[] {
  let system: string | undefined;
  return placed.flatMap(({ statement, confidence }) => {
    const text = statement.words.join(' ');
    const own = systemOf(NAMED.exec(text)?.[1] ?? '') ?? systemOf(text) ?? system;
    const words = shorten(statement.words);
    if (words.length < 2) return [];
    const written = write(reading, statement, confidence, words);
    if (!own || own === system) return [written];
    system = own;
    const headed = `${own}: ${written.text}`;
    return [{ ...written, text: headed, evidence: written.evidence.map((one) => ({ ...one, statement: headed })) }];
  });
}

function systemOf(text: string): string | undefined {
  return SYSTEMS.find(([, pattern]) => pattern.test(text))?.[0];
}
