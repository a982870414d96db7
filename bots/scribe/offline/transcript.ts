/** A transcript as turns: who speaks, and where in the text. */

import { clinicianLean } from './speakers.ts';

export type Speaker = 'clinician' | 'patient' | 'companion';

export interface Turn {
  readonly speaker: Speaker;
  /** Offsets of what was said, without the label. */
  readonly start: number;
  readonly end: number;
}

/** Who speaks, at the beginning of a line. */
export const LABEL = /^[ \t]*(?:\[([^\]\n]{1,40})\]|<v ([^>\n]{1,40})>|(\p{L}[\p{L}\w.' -]{0,30}):(?=\s))[ \t]*/u;
const CLINICIAN = /^(?:doctor|dr|physician|clinician|provider|practitioner|nurse|md|np|pa|doc|d|interviewer)\b/i;
const COMPANION = /guest|family|caregiver|companion|mother|father|mom|dad|wife|husband|spouse|daughter|son|partner/i;
const PATIENT = /^(?:patient|pt|client|p)\b/i;

/** Splits a transcript into turns. Labels it does not know, or that are missing, are settled by what is said. */
export function readTurns(transcript: string): Turn[] {
  const lines = splitLines(transcript).filter(({ text }) => text.trim() !== '');
  if (lines.some(({ label }) => label)) {
    const roles = rolesOf(lines);
    return lines.map(({ label, text, start, end }) => ({ speaker: roles.get(label) ?? guess([text]), start, end }));
  }
  return unlabelled(lines.flatMap((line) => (lines.length === 1 ? splitSentences(line) : [line])));
}

/**
 * Turns of a text without labels, as a speech service gives it: the course of the conversation under which what was said
 * is likeliest, where the speaker mostly changes from line to line, and seldom from sentence to sentence.
 */
function unlabelled(parts: readonly Line[]): Turn[] {
  const change = Math.log(parts.some(({ within }) => within) ? CHANGES_WITHIN : CHANGES);
  const stay = Math.log(parts.some(({ within }) => within) ? 1 - CHANGES_WITHIN : 1 - CHANGES);
  let best: readonly [Path, Path] = [
    { score: 0, before: undefined, speaker: 'clinician' },
    { score: 0, before: undefined, speaker: 'patient' },
  ];
  parts.forEach(({ text }, index) => {
    const lean = clinicianLean(text) / 2;
    const step = (speaker: 'clinician' | 'patient'): Path => {
      const [same, other] = speaker === 'clinician' ? best : [best[1], best[0]];
      const switches = index > 0 && other.score + change > same.score + stay;
      const score = index === 0 ? 0 : switches ? other.score + change : same.score + stay;
      const before = index === 0 ? undefined : switches ? other : same;
      return { speaker, before, score: score + (speaker === 'clinician' ? lean : -lean) };
    };
    best = [step('clinician'), step('patient')];
  });
  const speakers: Speaker[] = [];
  for (let path: Path | undefined = best[0].score >= best[1].score ? best[0] : best[1]; path; path = path.before) {
    speakers.push(path.speaker);
  }
  speakers.reverse();
  const turns: Turn[] = [];
  parts.forEach(({ start, end, within }, index) => {
    const speaker = speakers[index] ?? 'patient';
    const last = turns.at(-1);
    if (within && last?.speaker === speaker) turns[turns.length - 1] = { ...last, end };
    else turns.push({ speaker, start, end });
  });
  return turns;
}

interface Path {
  readonly speaker: 'clinician' | 'patient';
  readonly score: number;
  readonly before: Path | undefined;
}

/** How often the speaker changes from one line to the next, and from one sentence to the next. */
const CHANGES = 0.9;
const CHANGES_WITHIN = 0.35;

function splitSentences({ text, start }: Line): Line[] {
  return [...text.matchAll(/[^.?!]+[.?!]*\s*/g)].map(({ 0: part, index }) => {
    const from = start + index;
    return { label: '', text: part, start: from, end: from + part.trimEnd().length, within: true };
  });
}

interface Line {
  readonly label: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** A sentence of a line, and no line of its own. */
  readonly within?: boolean;
}

function splitLines(transcript: string): Line[] {
  const lines: Line[] = [];
  let from = 0;
  while (from <= transcript.length) {
    const newline = transcript.indexOf('\n', from);
    const to = newline < 0 ? transcript.length : newline;
    const raw = transcript.slice(from, to);
    const match = LABEL.exec(raw);
    const label = (match?.[1] ?? match?.[2] ?? match?.[3] ?? '').trim().toLowerCase();
    const start = from + (match?.[0].length ?? 0);
    const previous = lines.at(-1);
    // A line without a label goes on with the turn above it, where labels are used at all.
    const continues = !match && previous?.label;
    lines.push({ label: continues ? previous.label : label, text: transcript.slice(start, to), start, end: to });
    from = to + 1;
  }
  return lines;
}

function rolesOf(lines: readonly Line[]): Map<string, Speaker> {
  const roles = new Map<string, Speaker>();
  const talk = new Map<string, string[]>();
  for (const { label, text } of lines) {
    if (!label) continue;
    const said = talk.get(label);
    if (said) said.push(text);
    else talk.set(label, [text]);
  }
  for (const [label, texts] of talk) roles.set(label, named(label) ?? guess(texts));
  swapIfCrossed(roles, talk);
  return roles;
}

function named(label: string): Speaker | undefined {
  if (COMPANION.test(label)) return 'companion';
  if (CLINICIAN.test(label)) return 'clinician';
  return PATIENT.test(label) ? 'patient' : undefined;
}

/** Labels that were swapped throughout: each side clearly talks like the other. */
function swapIfCrossed(roles: Map<string, Speaker>, talk: ReadonlyMap<string, string[]>): void {
  const lean = (speaker: Speaker): number =>
    leanOf([...roles].flatMap(([label, role]) => (role === speaker ? (talk.get(label) ?? []) : [])));
  const clinician = lean('clinician');
  if (clinician > -CLEAR || lean('patient') - clinician < 4 * CLEAR) return;
  for (const [label, role] of roles) {
    if (role !== 'companion') roles.set(label, role === 'clinician' ? 'patient' : 'clinician');
  }
}

/** Summed over turns: from here on there is no doubt. */
const CLEAR = 2;

const leanOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + clinicianLean(text), 0);

function guess(texts: readonly string[]): Speaker {
  return leanOf(texts) > 0 ? 'clinician' : 'patient';
}
