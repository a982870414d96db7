/** What the scribe makes of a conversation: a note, its problems, orders and measurements, each with its evidence. */

/** Words of the transcript that a statement rests on; `transcript.slice(start, end) === text`, in UTF-16 units. */
export interface Evidence {
  readonly statement: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** How sure the statement is, 0–1, where it is one of several of a section. */
  readonly confidence?: number;
}

export interface Sentence {
  readonly text: string;
  readonly evidence: Evidence[];
  readonly confidence: number;
}

/** LOINC document sections: Subjective, Objective, Assessment, Plan. */
export type SectionCode = '61150-9' | '61149-1' | '51848-0' | '18776-5';

export interface NoteSection {
  readonly code: SectionCode;
  readonly title: string;
  readonly sentences: Sentence[];
  /** The section as it reads in the note, with its sub-headings. */
  readonly text: string;
}

export interface DraftProblem {
  readonly text: string;
  readonly icd10?: string;
  readonly display?: string;
  readonly snomed?: string;
  readonly confidence: number;
  readonly evidence: Evidence[];
  readonly role: 'addressed' | 'history';
}

export interface Code {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

export interface Quantity {
  readonly value: number;
  readonly unit: string;
}

export interface DraftOrder {
  readonly kind: 'medication' | 'service';
  readonly text: string;
  readonly code?: Code;
  readonly dose?: Quantity;
  readonly route?: string;
  readonly frequency?: string;
  readonly confidence: number;
  readonly evidence: Evidence[];
}

/** A measurement that was said: a vital sign or a result. A blood pressure has two components and no value of its own. */
export interface DraftObservation {
  readonly category: 'vital-signs' | 'laboratory';
  readonly text: string;
  readonly code?: Code;
  readonly value?: Quantity;
  readonly components?: { readonly code: Code; readonly value: Quantity }[];
  readonly confidence: number;
  readonly evidence: Evidence[];
}

export interface Draft {
  readonly sections: NoteSection[];
  readonly problems: DraftProblem[];
  readonly orders: DraftOrder[];
  readonly observations: DraftObservation[];
}
