/**
 * Speech to a machine and not to a person: instructions to whatever writes the note. Nothing is drafted from it and nothing
 * rests on it, so that neither the rules nor a model which obeys it have evidence for what it asks for.
 */

import { LABEL } from './transcript.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
}

const INSTRUCTION =
  /\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,60}\b(?:instructions?|prompts?|rules|above|guidelines|previous text|previous messages?)\b|\b(?:system|developer) (?:prompt|message|note|override)\b|\b(?:you are|act as|pretend (?:to be|you are)) (?:now )?(?:an? )?(?:ai|assistant|language model|chatbot|scribe|llm|jailbroken)\b|\b(?:note|instructions?|message) (?:to|for) (?:the )?(?:ai|scribe|model|assistant|llm)\b|\b(?:ai|a\.i\.|chatgpt|gpt)(?: (?:scribe|assistant))?[ ,]{1,3}(?:please )?(?:add|write|put|note|record|document|prescribe|order|include|change|delete)\b|\bnew instructions?\s*:|(?:^|[\]:])[^\w\n]*(?:system|developer)\s*[\]:>]|[\]:][^\w\n]*assistant\s*[\]:>]|<\/?(?:system|assistant|transcript|instructions?)>/gimu;

/** How far an instruction can reach: what it asks for often stands in a sentence of its own, but a visit is longer. */
const REACH = 400;

/**
 * Where a text speaks to machines: each from its first word to the end of its turn, or for as long as one may go on.
 * That "assistant" stands before a line says nothing: a medical assistant takes the vital signs.
 */
export function instructionsIn(text: string): Span[] {
  const labelled = text.split('\n').some((line) => LABEL.test(line));
  return [...text.matchAll(INSTRUCTION)].map(({ index }) => {
    return { start: index, end: Math.min(labelled ? turnEnd(text, index) : lineEnd(text, index), index + REACH) };
  });
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline < 0 ? text.length : newline;
}

/** The end of the last line that has no label of its own: such lines go on with what was said above them. */
function turnEnd(text: string, from: number): number {
  let end = lineEnd(text, from);
  while (end < text.length && end - from < REACH && !LABEL.test(text.slice(end + 1, lineEnd(text, end + 1)))) {
    end = lineEnd(text, end + 1);
  }
  return end;
}

/** A text with blanks in the place of some of it: offsets stay what they are. */
export function blanked(text: string, { start, end }: Span): string {
  const [from, to] = [Math.max(0, start), Math.min(text.length, end)];
  return `${text.slice(0, from)}${' '.repeat(Math.max(0, to - from))}${text.slice(to)}`;
}

/** A text without what it says to machines, its other words where they were. */
export const withoutInstructions = (text: string): string => instructionsIn(text).reduce(blanked, text);
