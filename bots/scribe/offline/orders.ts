/** What the clinician means to order: medications with dose, route and frequency; tests, imaging and referrals. */

import type { DraftOrder, Evidence } from '../types.ts';
import { assertion } from './assertion.ts';
import { clean } from './clean.ts';
import { type DrugMention, findDrugs } from './drugs.ts';
import { writeNumbers } from './numbers.ts';
import type { Reading } from './reading.ts';
import { phrase } from './render.ts';
import type { Utterance } from './sentences.ts';
import { LOINC, MEASURES } from './terminology.ts';
import { toThirdPerson } from './person.ts';

const GIVES =
  /\b(?:start|continue|increase|decrease|prescrib\w*|prescription|order|add|refill|put|give|giving|take|taking|send|try|switch|change|keep|recommend|use|stay|renew|go (?:up|down)|want you on|call in)\b/;
const STOPS = /\b(?:stop|discontinue|hold|avoid|allerg\w+|come off|coming off|wean|instead of|rather than|used to)\b/;
const TEST =
  /\b(?:x-?rays?|mri|ct(?: scan)?|labs?|blood work|lipid panel|(?:autoimmune|metabolic|thyroid) panel|(?:hemoglobin )?a1c|echocardiogram|echo|ekg|ecg|electrocardiogram|(?:arterial |venous |renal artery |right upper quadrant )?ultrasound|stress test|cardiac catheterization|culture|biopsy|urinalysis|cbc|bmp|mammogram|colonoscopy|endoscopy|pulmonary function tests?|pfts|sleep study|urine (?:test|sample|collection)|pap smear|tsh|lyme titer|western blot|rapid strep test|bone density|holter monitor|upper endoscopy|barium swallow|nerve conduction study|emg)\b/g;
const ASKS_TEST = /\b(?:order|repeat|recheck|check|get|obtain|schedule|send|run|draw|do|need|want|due)\b/;
const REFERRAL =
  /\b(?:refer(?:ral)?|send|consult)\b[a-z ,]{0,25}?\b(?:to|with|for|from)\b (?:see )?(?:a |an |the |our |your |my )*((?:[a-z-]+ ){0,2}(?:therapy|therapist|cardiolog\w+|orthoped\w+|surgeon|surgery|neurolog\w+|gastroenterolog\w+|dermatolog\w+|urolog\w+|nephrolog\w+|endocrinolog\w+|pulmonolog\w+|podiatr\w+|ophthalmolog\w+|rheumatolog\w+|oncolog\w+|psychiatr\w+|nutritionist|dieti[ct]ian|allergist|hematolog\w+|specialist|counseling|rehab|pain management|infectious disease))\b/;
const REFERRED =
  /\b((?:[a-z-]+ ){0,1}(?:cardiology|podiatry|surgical|orthopedic|neurology|physical therapy|nutrition|gi|dermatology)) (?:consult|referral)\b/;
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
    if (
      spokenPhases[index] !== 'plan' &&
      !commanded &&
      !/\b(?:i(?:'m| am) going to|i'll|i will|let's) (?:go ahead )?(?:and )?(?:order|prescribe|start|refer)/.test(text)
    )
      return;
    for (const order of [...medications(reading, utterance, words), ...services(reading, utterance, text)]) {
      orders.set(keyOf(order), merge(orders.get(keyOf(order)), order));
    }
  });
  return [...orders.values()];
}

const keyOf = ({ kind, text, code }: DraftOrder): string => `${kind} ${code?.code ?? text.split(' ')[0]}`;

/** Said twice, it is one order: what the second leaves out, the first still says. */
function merge(before: DraftOrder | undefined, order: DraftOrder): DraftOrder {
  if (!before) return order;
  const fuller = before.text.length > order.text.length && !order.dose ? before : order;
  return { ...before, ...order, text: fuller.text, evidence: [...before.evidence, ...order.evidence].slice(0, 4) };
}

function medications(reading: Reading, utterance: Utterance, words: readonly string[]): DraftOrder[] {
  const text = words.join(' ');
  if (STOPS.test(text)) return [];
  return findDrugs(words).flatMap((drug) => {
    const at = words.indexOf(drug.words[0] ?? '');
    const given = GIVES.test(words.slice(Math.max(0, at - LEAD), Math.max(0, at)).join(' '));
    if (drug.generic || (!given && !drug.dose)) return [];
    if (assertion(words, Math.max(0, at), at + drug.words.length).negated) return [];
    return [medication(reading, utterance, drug)];
  });
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
    const order = phrase(match[0].split(' '));
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

function quote({ transcript }: Reading, { start, end }: Utterance, statement: string): Evidence {
  return { statement, text: transcript.slice(start, end), start, end };
}
