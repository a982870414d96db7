/** What a model answers with: one schema for all providers, within what each of them takes in strict mode. */

/** The headings of a note, and the section that each belongs to. */
export const HEADINGS = {
  'CHIEF COMPLAINT': '61150-9',
  'HISTORY OF PRESENT ILLNESS': '61150-9',
  'MEDICAL HISTORY': '61150-9',
  ALLERGIES: '61150-9',
  'REVIEW OF SYSTEMS': '61150-9',
  VITALS: '61149-1',
  'PHYSICAL EXAM': '61149-1',
  RESULTS: '61149-1',
  ASSESSMENT: '51848-0',
  PLAN: '18776-5',
  'PATIENT AGREEMENTS': '18776-5',
} as const;
export type Heading = keyof typeof HEADINGS;

interface Quoting {
  /** Passages that the model says it took from the transcript. They are looked up there before they count. */
  readonly quotes: readonly string[];
}
export interface ModelStatement extends Quoting {
  readonly heading: Heading;
  readonly text: string;
}
export interface ModelProblem extends Quoting {
  readonly name: string;
  readonly icd10: string | null;
  readonly role: 'addressed' | 'history';
}
export interface ModelOrder extends Quoting {
  readonly kind: 'medication' | 'service';
  readonly name: string;
  readonly dose: { readonly value: number; readonly unit: string } | null;
  readonly route: string | null;
  readonly frequency: string | null;
}
export interface ModelObservation extends Quoting {
  readonly category: 'vital-signs' | 'laboratory';
  readonly name: string;
  readonly value: number;
  readonly second: number | null;
  readonly unit: string | null;
}
export interface ModelAnswer {
  readonly statements: readonly ModelStatement[];
  readonly problems: readonly ModelProblem[];
  readonly orders: readonly ModelOrder[];
  readonly observations: readonly ModelObservation[];
}

/** The part of JSON Schema that is used. */
export type Schema =
  | { readonly type: 'string'; readonly enum?: readonly string[] }
  | { readonly type: 'number' | 'null' }
  | { readonly type: 'array'; readonly items: Schema }
  | {
      readonly type: 'object';
      readonly properties: Readonly<Record<string, Schema>>;
      readonly required: readonly string[];
      readonly additionalProperties: false;
    }
  | { readonly anyOf: readonly Schema[] };

const text: Schema = { type: 'string' };
const number: Schema = { type: 'number' };
const oneOf = (...values: string[]): Schema => ({ type: 'string', enum: values });
const maybe = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const list = (items: Schema): Schema => ({ type: 'array', items });
const object = (properties: Record<string, Schema>): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const quotes = list(text);

export const ANSWER_SCHEMA: Schema = object({
  statements: list(object({ heading: oneOf(...Object.keys(HEADINGS)), text, quotes })),
  problems: list(object({ name: text, icd10: maybe(text), role: oneOf('addressed', 'history'), quotes })),
  orders: list(
    object({
      kind: oneOf('medication', 'service'),
      name: text,
      dose: maybe(object({ value: number, unit: text })),
      route: maybe(text),
      frequency: maybe(text),
      quotes,
    }),
  ),
  observations: list(
    object({
      category: oneOf('vital-signs', 'laboratory'),
      name: text,
      value: number,
      second: maybe(number),
      unit: maybe(text),
      quotes,
    }),
  ),
});
