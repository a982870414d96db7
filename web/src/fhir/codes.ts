import type { CodeableConcept } from '@medplum/fhirtypes';

/** The codes of concepts, without their systems. */
export const codesOf = (concepts: readonly CodeableConcept[] | undefined): string[] =>
  (concepts ?? []).flatMap(({ coding = [] }) => coding.flatMap(({ code }) => code ?? []));

/** A concept as a person reads it: its text, else the name of a code, else the code. */
export function wordsOf(concept: CodeableConcept | undefined): string | undefined {
  const codings = concept?.coding ?? [];
  return concept?.text ?? codings.find(({ display }) => display)?.display ?? codings[0]?.code;
}
