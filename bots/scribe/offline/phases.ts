/** Which part of the visit an utterance falls into, by the phrases with which clinicians move on. */

import { assertion } from './assertion.ts';
import { PROBLEMS } from './terminology.ts';
import type { Speaker } from './transcript.ts';

export type Phase = 'talk' | 'exam' | 'results' | 'plan';

const OPENINGS: readonly (readonly [Phase, RegExp])[] = [
  [
    'plan',
    /\b(?:assessment and (?:my |a |the )?plan|my (?:assessment|impression|plan)|(?:for|from) (?:your|the|her|his) (?:first|1st|second|next|last)|(?:for|from) (?:your|the) .{0,40}standpoint|here's what (?:we|i)|what (?:i'd|i would) (?:like|recommend)|the plan is|what we(?:'re| are) going to do|i'm going to (?:prescribe|order|start|refer|have you)|treatment options?|so what does (?:all )?(?:that|this) mean)\b/,
  ],
  [
    'results',
    /\b(?:show me (?:the|your)|let's (?:look at|take a look at|go over|review) (?:some of )?your (?:results|labs|x-?ray|mri|blood)|(?:looking at|look at|looked at|reviewed?) (?:your|the|some of your) (?:[a-z]+ )?(?:results|labs?|x-?rays?|mri|ct|scan|blood work|ekg|ecg|echo(?:cardiogram)?|ultrasound)|(?:your|the) (?:[a-z]+ )?(?:x-?rays?|mri|ct scan|labs?|ekg|ultrasound|biopsy) (?:shows?|showed|looks?|came|reveals?))\b/,
  ],
  [
    'exam',
    /\b(?:physical exam(?:ination)?|examine you|(?:quick|brief) exam|check out your (?:heart|lungs)|listen to your|take a (?:quick )?(?:look|listen) at (?:your|that|the)|vital signs|vitals|on (?:your|the) (?:[a-z]+ ){0,3}exam|press(?:ing)? (?:here|on|right)|take a deep breath|calling out (?:some of )?my)\b/,
  ],
];

/**
 * What a clinician says when they treat: it opens the plan of a visit in which nobody announces it. Early in a visit it
 * is about what was done before, or about the visit itself ("I'll get your chart").
 */
const TREATS =
  /^(?:(?:so|okay|and|now|well|then|also|all right|great|good|,) )*(?:for (?:your|the) (?:[a-z0-9]+ ){1,4}(?:, )?)?(?:(?:let's|let us|we'll|we will|i'll|i will|i'm going to|i am going to|we're going to|we are going to|i'd like to|i would like to|i want to|i'm also going to|i'd recommend|i recommend) (?:also |go ahead and |just |then )*(?:you )?(?:to )?(?:start|prescribe|order|refer|increase|decrease|continue|add|switch|refill|send you|put (?:you|him|her)|give you|treat|check (?:a|an|your|some)|get (?:a|an|some) (?:x-?ray|mri|ct|ultrasound|labs?|blood))|(?:take|continue|start|use|keep taking|keep using|stop taking|rest|drink|increase|decrease) )/;
const EARLIEST = 0.4;
/** "you have migraines , so i'm going to prescribe …" */
const GOES_ON = /\b(?:i'm going to|i will|i'll|we'll|we will|let's) (?:prescribe|start|order|refer|give you|put you)\b/;
/** How a clinician says what it is, which opens it as well. */
const DIAGNOSES =
  /\b(?:you have|you've got|you do have|this is|it's|it is|consistent with|i think (?:you have|this is|it's)|looks like|sounds like|turns out to be|i (?:do |can )?see|shows?|showed)(?: (?:a|an|the|some|just|most likely|probably|likely|what we call|called|mild|acute|chronic))*$/;
/** "… is not well controlled" */
const ASSESSES =
  /^(?:is|are|looks?|seems?) (?:not |very |really |pretty |fairly |well |poorly |under |doing |getting )*(?:controlled|control|stable|better|worse|good|well)\b/;

/** A part of the conversation, with what decides which phase it opens. */
export interface Spoken {
  readonly text: string;
  readonly speaker: Speaker;
  /** Where in the conversation, from 0 to 1. */
  readonly position: number;
}

/** The phase that a text announces, if it announces one. */
function announced(text: string): Phase | undefined {
  return OPENINGS.find(([, pattern]) => pattern.test(text))?.[0];
}

const treats = ({ text, speaker, position }: Spoken): boolean =>
  speaker === 'clinician' && position >= EARLIEST && TREATS.test(text);

/** Sentences within which a treatment follows what it is for. */
const AHEAD = 3;

/** Whether the clinician treats, or says what it is and goes on to treat it right away. */
function decides(spoken: readonly Spoken[], index: number): boolean {
  const one = spoken[index];
  return one !== undefined && (treats(one) || (one.position >= EARLIEST && GOES_ON.test(one.text) && diagnoses(one)));
}

/** Whether a problem is said to be what the patient has, or how it is. */
export function isDiagnosis(words: readonly string[], from: number, to: number): boolean {
  // "your ankle is sprained" says so by itself.
  const stated =
    words.slice(from, to).includes('is') || DIAGNOSES.test(words.slice(Math.max(0, from - 8), from).join(' '));
  return stated || ASSESSES.test(words.slice(to, to + 6).join(' '));
}

const HEADS =
  /^(?:(?:so|and|okay|now|then|also|,) )*(?:as )?(?:for|regarding|in terms of|as far as|with regards? to) (?:your|the|his|her)(?: [a-z]+)?$/;

/** "So for your sore throat": what the sentence after it is about. */
export function isHeading(words: readonly string[], from: number, to: number): boolean {
  return to >= words.length - 1 && HEADS.test(words.slice(0, from).join(' '));
}

function diagnoses({ text, speaker }: Spoken): boolean {
  const words = text.split(' ');
  if (speaker !== 'clinician') return false;
  return PROBLEMS.find(words).some(({ value, from, to }) => {
    const { negated, past, hypothetical } = assertion(words, from, to);
    if (negated || past || hypothetical) return false;
    return isHeading(words, from, to) || (/^[A-QST]/.test(value.code) && isDiagnosis(words, from, to));
  });
}

/** The phase of every utterance: the last one that was opened. A plan begins with what the clinician says it is for. */
export function phasesOf(spoken: readonly Spoken[]): Phase[] {
  const openings = spoken.map(({ text }) => announced(text));
  const isAnnounced = openings.includes('plan');
  const opens = openings.map((opening, index) => {
    return opening ?? (!isAnnounced && decides(spoken, index) ? ('plan' as const) : undefined);
  });
  const begins = spoken.map((one, index) => {
    return diagnoses(one) && opens.slice(index + 1, index + 1 + AHEAD).includes('plan');
  });
  let phase: Phase = 'talk';
  return opens.map((opening, index) => {
    phase = opening ?? (begins[index] ? 'plan' : phase);
    return phase;
  });
}
