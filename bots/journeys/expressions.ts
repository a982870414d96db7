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

/**
 * Evaluates FHIRPath over a resource, with `%appointment` and `%answers`: one QuestionnaireResponse with the items of
 * all of them, the latest first, so that `%answers.item.where(linkId = 'pain').answer.valueInteger.first()` is the
 * latest answer. `%stageAnswers` has those alone that came since the stage was entered.
 * @throws FhirPathError for an expression that cannot be evaluated.
 */
export function evaluate(expression: string, resource: Resource, asked: Asked): TypedValue[] {
  return evalFhirPathTyped(expression, [toTypedValue(resource)], {
    '%appointment': { type: 'Appointment', value: asked.appointment },
    '%answers': together(asked.answers),
    '%stageAnswers': together(asked.stageAnswers),
  });
}

function together(answers: readonly QuestionnaireResponse[] = []): TypedValue {
  const item = answers.flatMap((response) => response.item ?? []);
  return { type: 'QuestionnaireResponse', value: { resourceType: 'QuestionnaireResponse', item } };
}

/** Whether an expression comes to one value, which is true. */
export function holds(expression: string, resource: Resource, asked: Asked): boolean {
  const result = evaluate(expression, resource, asked);
  return result.length === 1 && result[0]?.value === true;
}

/** Whether an expression can be evaluated at all: it is FHIRPath, and its functions and variables exist. */
export function isExpression(expression: string, resourceType: Resource['resourceType'] = 'Patient'): boolean {
  try {
    evaluate(expression, { resourceType } as Resource, {});
    return true;
  } catch {
    return false;
  }
}
