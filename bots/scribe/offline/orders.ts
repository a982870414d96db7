/** What the clinician means to order: medications with dose, route and frequency; tests, imaging and referrals. */

import type { DraftOrder, Evidence } from '../types.ts';
import { assertion } from './assertion.ts';
import { clean } from './clean.ts';
import { type DrugMention, drugWords, findDrugs } from './drugs.ts';
import { writeNumbers } from './numbers.ts';
import type { Reading } from './reading.ts';
import { phrase } from './render.ts';
import type { Utterance } from './sentences.ts';
import { LOINC, MEASURES } from './terminology.ts';
import { toThirdPerson } from './person.ts';

const GIVES =
  /\b(?:start|continue|increase|decrease|prescrib\w*|prescription|order|add|refill|put|give|giving|take|taking|send|try|switch|change|keep|recommend|use|stay|renew|go (?:up|down)|want you on|call in)\b/;
const STOPS = /\b(?:stop|discontinue|hold|avoid|allerg\w+|come off|coming off|wean|instead of|rather than|used to)\b/;
/** Said after a drug, of that drug. */
const STOPPED =
  /\b(?:stop|discontinue|hold|avoid|come off|get off|wean (?:you )?off)(?: (?:taking|using|of))? (?:it|that|this|them|those)\b|\b(?:is|was|be|been|get|gets) (?:now )?(?:stopped|discontinued|held)\b/;
const TEST =
  /\b(?:x-?rays?|mri|ct(?: scan)?|labs?|blood work|lipid panel|(?:autoimmune|metabolic|thyroid) panel|(?:hemoglobin )?a1c|echocardiogram|echo|ekg|ecg|electrocardiogram|(?:arterial |venous |renal artery |right upper quadrant )?ultrasound|stress test|cardiac catheterization|culture|biopsy|urinalysis|cbc|bmp|mammogram|colonoscopy|endoscopy|pulmonary function tests?|pfts|sleep study|urine (?:test|sample|collection)|pap smear|tsh|lyme titer|western blot|rapid strep test|bone density|holter monitor|upper endoscopy|barium swallow|nerve conduction study|emg)\b/g;
const ASKS_TEST = /\b(?:order|repeat|recheck|check|get|obtain|schedule|send|run|draw|do|need|want|due)\b/;
const REFERRAL =
  /\b(?:refer(?:ral)?|send|consult)\b[a-z ,]{0,25}?\b(?:to|with|for|from)\b (?:see )?(?:a |an |the |our |your |my )*((?:[a-z-]+ ){0,2}(?:therapy|therapist|cardiolog\w+|orthoped\w+|surgeon|surgery|neurolog\w+|gastroenterolog\w+|dermatolog\w+|urolog\w+|nephrolog\w+|endocrinolog\w+|pulmonolog\w+|podiatr\w+|ophthalmolog\w+|rheumatolog\w+|oncolog\w+|psychiatr\w+|nutritionist|dieti[ct]ian|allergist|hematolog\w+|specialist|counseling|rehab|pain management|infectious disease))\b/;
const REFERRED =
  /\b((?:[a-z-]+ ){0,1}(?:cardiology|podiatry|surgical|orthopedic|neurology|physical therapy|nutrition|gi|dermatology)) (?:consult|referral)\b/;
/** A plan, in whatever part of the visit it is said. */
const PLANS =
  /\b(?:i'm going to|i am going to|i'll|i will|let's|let us|we'll|we will|we're going to|we are going to|i'd like to|i would like to|i want to|i'd like you to|i want you to|i(?:'d| would)? also (?:want|like) to|i'm also going to)\b(?: [a-z]+){0,4}? (?:order|prescribe|start|refer|increase|decrease|continue|add|switch|refill|get|check|send|put|use)\b|^(?:for (?:[a-z]+ ){1,5},? ?)?(?:start|continue|increase|decrease) /;
/** How far before a drug the word stands that orders it. */
const LEAD = 8;
const MEDICATION = 0.75;
const SERVICE = 0.7;

export function findOrders(reading: Reading): DraftOrder[] {
  const orders = new Map<string, DraftOrder>();
  const { utterances, spokenPhases } = reading;
  utterances.forEach((utterance, index) => {
    if (utterance.speaker !== 'clinician') return;
    const words = writeNumbers(clean(utterance.tokens).map(({ word }) => word));
    const text = words.join(' ');
    const commanded = /\bdragon\b/.test(text) && /\border\b/.test(text);
    if (spokenPhases[index] !== 'plan' && !commanded && !PLANS.test(text)) return;
    for (const order of [...medications(reading, utterance, words), ...services(reading, utterance, text)]) {
      const key = [...orders.keys()].find((known) => isSame(orders.get(known), order)) ?? `${orders.size}`;
      orders.set(key, merge(orders.get(key), order));
    }
  });
  return [...orders.values()];
}

/** The same drug or test; "an MRI" is the MRI of the knee that was spoken of before. */
function isSame(before: DraftOrder | undefined, { kind, code, text }: DraftOrder): boolean {
  if (before?.kind !== kind) return false;
  if (code ?? before.code) return code?.code === before.code?.code;
  return kind === 'medication'
    ? before.text.split(' ')[0] === text.split(' ')[0]
    : before.text.includes(text) || text.includes(before.text);
}

/** Said twice, it is one order: what the second leaves out, the first still says. */
function merge(before: DraftOrder | undefined, order: DraftOrder): DraftOrder {
  if (!before) return order;
  const fuller = before.text.length > order.text.length && !order.dose ? before : order;
  return { ...before, ...order, text: fuller.text, evidence: [...before.evidence, ...order.evidence].slice(0, 4) };
}

function medications(reading: Reading, utterance: Utterance, words: readonly string[]): DraftOrder[] {
  const parts = drugWords(words);
  const drugs = findDrugs(words);
  const intents = intentsOf(words, drugs);
  return drugs.flatMap((drug, i) => {
    if (drug.generic || intents[i] !== 'gives' || assertion(parts, drug.from, drug.to).negated) return [];
    return [medication(reading, utterance, drug)];
  });
}

/** What is to be done with each of the drugs that a sentence names. */
export function intentsOf(words: readonly string[], drugs: readonly DrugMention[]): (Intent | undefined)[] {
  const parts = drugWords(words);
  let before: Intent | undefined;
  return drugs.map((drug, i) => {
    const previous = drugs[i - 1]?.to ?? 0;
    const listed = before && isList(parts.slice(previous, drug.from)) ? before : undefined;
    before = intentOf(parts, drug, previous, drugs[i + 1]?.from) ?? listed ?? (drug.dose && 'gives');
    return before;
  });
}

export type Intent = 'gives' | 'stops';

const DOSING =
  /^(?:\d[\d.,/]*|mg|mcg|g|ml|units?|tablets?|pills?|once|twice|times|a|an|per|every|each|day|daily|night|nightly|morning|week|weekly|hours?|at|in|the|as|needed|your|and|or|also|with|plus|then|,)$/;

/** Whether two drugs are named in one breath: "lisinopril 20 mg daily and metformin". */
const isList = (between: readonly string[]): boolean => between.every((word) => DOSING.test(word));

/** What is to be done with a drug, by the words since the one before it ("stop the lisinopril and start losartan"). */
function intentOf(
  parts: readonly string[],
  { from, to }: DrugMention,
  previous: number,
  next: number | undefined,
): Intent | undefined {
  const lead = parts.slice(Math.max(previous, from - LEAD), from).join(' ');
  const rest = parts.slice(to, next ?? parts.length).join(' ');
  if (STOPS.test(lead) || STOPPED.test(rest)) return 'stops';
  return GIVES.test(lead) ? 'gives' : undefined;
}

function medication(reading: Reading, utterance: Utterance, drug: DrugMention): DraftOrder {
  const { name, code, dose, route, frequency } = drug;
  const strength = dose ? `${dose.value} ${dose.unit}` : '';
  const text = phrase(
    [name, strength, route && !name.includes(route) ? route : '', frequency ?? ''].filter(Boolean).join(' ').split(' '),
  );
  return {
    kind: 'medication',
    text,
    ...(code && { code }),
    ...(dose && { dose }),
    ...(route && { route }),
    ...(frequency && { frequency }),
    confidence: dose ? MEDICATION + 0.1 : MEDICATION,
    evidence: [quote(reading, utterance, text)],
  };
}

function services(reading: Reading, utterance: Utterance, text: string): DraftOrder[] {
  const found: DraftOrder[] = [];
  const words = text.split(' ');
  const specialty = REFERRAL.exec(text)?.[1] ?? REFERRED.exec(text)?.[1];
  if (specialty) {
    const order = phrase(toThirdPerson(`referral to ${specialty}`.split(' '), 'clinician', reading.pronouns));
    found.push({ kind: 'service', text: order, confidence: SERVICE, evidence: [quote(reading, utterance, order)] });
  }
  if (!ASKS_TEST.test(text)) return found;
  for (const match of text.matchAll(TEST)) {
    const at = text.slice(0, match.index).split(' ').length - 1;
    if (assertion(words, at, at + 1).negated) continue;
    const measure = MEASURES.find(match[0].split(' '))[0]?.value;
    const order = phrase((measure ? match[0] : withSite(text, match)).split(' '));
    found.push({
      kind: 'service',
      text: order,
      ...(measure && { code: { system: LOINC, code: measure.code, display: measure.display } }),
      confidence: SERVICE,
      evidence: [quote(reading, utterance, order)],
    });
  }
  return found;
}

const SITE =
  '(?:(?:right|left|both|lower|upper|lumbar|thoracic|cervical) )*(?:chest|head|brain|neck|shoulders?|elbows?|wrists?|hands?|fingers?|thumb|back|spine|hips?|pelvis|knees?|legs?|ankles?|foot|feet|toes?|heel|abdomen|belly|kidneys?|liver|heart|thyroid|breasts?|sinuses|arm)';
const SITE_BEFORE = new RegExp(`\\b(${SITE}) $`);
const SITE_AFTER = new RegExp(`^ (?:of|on|for) (?:the|your|his|her|that|this) (${SITE})\\b`);

/** "an MRI of your left knee", "a chest x-ray": a picture is of something. */
function withSite(text: string, { 0: test, index }: { readonly 0: string; readonly index: number }): string {
  const before = SITE_BEFORE.exec(text.slice(0, index))?.[1];
  if (before) return `${before} ${test}`;
  const after = SITE_AFTER.exec(text.slice(index + test.length))?.[1];
  return after ? `${test} of the ${after}` : test;
}

function quote({ transcript }: Reading, { start, end }: Utterance, statement: string): Evidence {
  return { statement, text: transcript.slice(start, end), start, end };
}
