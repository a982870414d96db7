/** A transcript as turns: who speaks, and where in the text. */

export type Speaker = 'clinician' | 'patient' | 'companion';

export interface Turn {
  readonly speaker: Speaker;
  /** Offsets of what was said, without the label. */
  readonly start: number;
  readonly end: number;
}

const LABEL = /^[ \t]*(?:\[([^\]\n]{1,40})\]|([A-Za-z][\w.' -]{0,30}):(?=\s))[ \t]*/;
const CLINICIAN = /^(?:doctor|dr|physician|clinician|provider|practitioner|nurse|md|np|pa|doc|d|interviewer)\b/i;
const COMPANION = /guest|family|caregiver|companion|mother|father|mom|dad|wife|husband|spouse|daughter|son|partner/i;
const PATIENT = /^(?:patient|pt|client|p)\b/i;

/** Phrases that only one side of the desk uses; they decide where nothing else does. */
const CLINICIAN_PHRASES =
  /\b(?:any (?:fever|chest pain|nausea|other symptoms)|physical exam|i(?:'m| am) (?:going to|gon na) (?:prescribe|order|check|examine|refer)|on (?:your|the) exam|i(?:'d| would) like (?:you )?to|how (?:are|have) you (?:been|doing|feeling)|what brings you|assessment and plan|follow up with|let me (?:take|have) a look|your (?:blood pressure|lungs?|heart|x-ray|labs?|results)|i want you to|refill|milligrams?)\b/gi;
const PATIENT_PHRASES =
  /\b(?:i(?:'ve| have) been|my (?:doctor|wife|husband|mom|back|knee|stomach|head|chest|medications?)|it hurts?|i (?:feel|felt|take|took|noticed|think|thought|stopped|started)|thank you,? (?:doctor|doc)|hurts|no,? not (?:really|that))\b/gi;

/** Splits a transcript into turns. Labels it does not know, or that are missing, are settled by what is said. */
export function readTurns(transcript: string): Turn[] {
  const lines = splitLines(transcript);
  const roles = rolesOf(lines);
  const turns: Turn[] = [];
  for (const line of lines) {
    const speaker = roles.get(line.label) ?? guess(line.text);
    if (line.text.trim()) turns.push({ speaker, start: line.start, end: line.end });
  }
  return turns;
}

interface Line {
  readonly label: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function splitLines(transcript: string): Line[] {
  const lines: Line[] = [];
  let from = 0;
  while (from <= transcript.length) {
    const newline = transcript.indexOf('\n', from);
    const to = newline < 0 ? transcript.length : newline;
    const raw = transcript.slice(from, to);
    const match = LABEL.exec(raw);
    const label = (match?.[1] ?? match?.[2] ?? '').trim().toLowerCase();
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
  for (const [label, texts] of talk) roles.set(label, named(label) ?? guess(texts.join(' ')));
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
    [...roles]
      .filter(([, role]) => role === speaker)
      .reduce((sum, [label]) => sum + clinicianLean((talk.get(label) ?? []).join(' ')), 0);
  if (lean('clinician') > -4 || lean('patient') < 4) return;
  for (const [label, role] of roles) {
    if (role !== 'companion') roles.set(label, role === 'clinician' ? 'patient' : 'clinician');
  }
}

function guess(text: string): Speaker {
  return clinicianLean(text) > 0 ? 'clinician' : 'patient';
}

function clinicianLean(text: string): number {
  return (text.match(CLINICIAN_PHRASES)?.length ?? 0) - (text.match(PATIENT_PHRASES)?.length ?? 0);
}
