import { evalFhirPathTyped, toTypedValue } from '@medplum/core';
import type { TypedValue } from '@medplum/core';
import type { Appointment, QuestionnaireResponse, Resource } from '@medplum/fhirtypes';

/** What a condition of a journey can ask about, beside the resource that it is put to. */
export interface Asked {
  readonly appointment?: Appointment;
  /** The patient's answers since the journey began, the latest first. */
  readonly answers?: readonly QuestionnaireResponse[];
  /** Those of them since the stage that the patient is in was entered. */
  readonly stageAnswers?: readonly QuestionnaireResponse[];
}

/** The variables of a condition. */
export const VARIABLES = ['%appointment', '%answers', '%stageAnswers'] as const;

/**
 * Evaluates FHIRPath over a resource, with `%appointment` and `%answers`: one QuestionnaireResponse with the items of
 * all of them, the latest first, so that `%answers.item.where(linkId = 'pain').answer.valueInteger.first()` is the
 * latest answer. `%stageAnswers` has those alone that came since the stage was entered.
 * @throws FhirPathError for an expression that cannot be evaluated.
 */
export function evaluate(expression: string, resource: Resource, asked: Asked): TypedValue[] {
  const variables: Readonly<Record<(typeof VARIABLES)[number], TypedValue>> = {
    '%appointment': { type: 'Appointment', value: asked.appointment },
    '%answers': together(asked.answers),
    '%stageAnswers': together(asked.stageAnswers),
  };
  return evalFhirPathTyped(expression, [toTypedValue(resource)], variables);
}

function together(answers: readonly QuestionnaireResponse[] = []): TypedValue {
  const item = answers.flatMap((response) => response.item ?? []);
  return { type: 'QuestionnaireResponse', value: { resourceType: 'QuestionnaireResponse', item } };
}

/**
 * The same, of an expression that could be evaluated when it was saved: it may still fail over what a patient's record
 * has, such as two values where its function takes one.
 * @returns Undefined where it fails.
 */
export function tryEvaluate(expression: string, resource: Resource, asked: Asked): TypedValue[] | undefined {
  try {
    return evaluate(expression, resource, asked);
  } catch {
    return undefined;
  }
}

/** Whether an expression comes to one value, which is true. One that fails is not true. */
export function holds(expression: string, resource: Resource, asked: Asked): boolean {
  const result = tryEvaluate(expression, resource, asked) ?? [];
  return result.length === 1 && result[0]?.value === true;
}
