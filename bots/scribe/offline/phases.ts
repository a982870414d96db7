/** Which part of the visit an utterance falls into, by the phrases with which clinicians move on. */

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

/** The phase that an utterance opens, if it opens one. */
export function opens(text: string): Phase | undefined {
  return OPENINGS.find(([, pattern]) => pattern.test(text))?.[0];
}

/** The phase of every utterance: the last one that was opened. */
export function phasesOf(texts: readonly string[]): Phase[] {
  let phase: Phase = 'talk';
  return texts.map((text) => (phase = opens(text) ?? phase));
}
