/** What a statement of the plan is: reasoning, a test, a treatment, a referral, advice or the next visit. */

import { namesDrug } from './drugs.ts';

export type Kind = 'reasoning' | 'testing' | 'treatment' | 'referral' | 'education' | 'follow-up';

export const HEADINGS: Readonly<Record<Kind, string>> = {
  reasoning: 'Medical Reasoning',
  testing: 'Additional Testing',
  treatment: 'Medical Treatment',
  referral: 'Specialist Referrals',
  education: 'Patient Education and Counseling',
  'follow-up': 'Follow-up',
};
const TEST =
  /\b(?:x-?rays?|mri|ct|scan|labs?|blood work|panel|a1c|echo\w*|ekg|ecg|ultrasound|tests?|testing|culture|biopsy|urinalysis|cbc|mammogram|colonoscopy|endoscopy|studies|study|levels?|stress test|function tests?|pap smear|sample)\b/;
const ACTS = /\b(?:will|order|repeat|recheck|check|get|obtain|schedule|send|due|need|would like|want|do)\b/;
const TREATS =
  /\b(?:start|continue|increase|decrease|stop|hold|take|prescri\w+|refill|mg|mcg|dose|medications?|therapy|brace|boot|splint|sling|cast|crutches|ice|injections?|surgery|antibiotics?|steroids?|cream|inhaler|insulin|wrap|elevat\w+|bandage|procedure|infusion|transfusion|vaccine|cpap)\b/;
const FUTURE =
  /\b(?:will|want|would like|recommend|going to|should|can|let|continue|start|stop|take|need|prescri\w+)\b/;
const FOLLOWS =
  /\b(?:follow[- ]?up|see (?:him|her|the patient|them) (?:back|again|in)|come (?:back|in)|return|be in touch|give (?:me|us) a call|call (?:me|us|the)|let (?:me|us) know|next (?:visit|appointment))\b/;
const TEACHES =
  /\b(?:avoid|encourag\w+|recommend\w*|advis\w+|should|watch|monitor|keep|drink|diet|exercis\w+|lose|quit|rest|try|make sure|cut|important|stay|limit|discuss\w*|talk\w*|explain\w*|need to|record|log|careful|want (?:him|her|the patient))\b/;

export function kindOf(words: readonly string[]): Kind {
  const text = words.join(' ');
  if (/^(?:order|refill) /.test(text)) return TEST.test(text) ? 'testing' : 'treatment';
  if (/\b(?:refer|referral|consult\w*)\b/.test(text)) return 'referral';
  if (FOLLOWS.test(text)) return 'follow-up';
  if (TEST.test(text) && ACTS.test(text)) return 'testing';
  if (FUTURE.test(text) && (TREATS.test(text) || namesDrug(words))) return 'treatment';
  return TEACHES.test(text) ? 'education' : 'reasoning';
}
