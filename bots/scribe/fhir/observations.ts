import { HTTP_TERMINOLOGY_HL7_ORG } from '@medplum/core';
import type { Observation } from '@medplum/fhirtypes';
import { about, identified } from './context.ts';
import type { DraftContext, Drafted } from './context.ts';
import { grounds } from './evidence.ts';
import { quantity } from './quantity.ts';
import type { DraftObservation } from '../types.ts';

const CATEGORY = `${HTTP_TERMINOLOGY_HL7_ORG}/CodeSystem/observation-category`;

/**
 * The measurements of a draft as preliminary Observations. They carry no effective time: a conversation says what was
 * measured, and hardly ever when.
 */
export function observations(measured: readonly DraftObservation[], context: DraftContext): Drafted<Observation>[] {
  return measured.map((observation, index) => {
    const { category, code, text, value, components } = observation;
    const name = `observation-${index + 1}`;
    return {
      name,
      resource: {
        resourceType: 'Observation',
        extension: grounds(observation),
        ...identified(context, name),
        status: 'preliminary',
        category: [{ coding: [{ system: CATEGORY, code: category }] }],
        code: { ...(code && { coding: [{ ...code }] }), text },
        ...about(context),
        ...(value && { valueQuantity: quantity(value) }),
        ...(components && {
          component: components.map((component) => ({
            code: { coding: [{ ...component.code }] },
            valueQuantity: quantity(component.value),
          })),
        }),
        ...(context.source && { derivedFrom: [context.source] }),
      },
    };
  });
}
