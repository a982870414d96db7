import type { CodeableConcept, Dosage, MedicationRequest, ServiceRequest } from '@medplum/fhirtypes';
import { about, identified } from './context.ts';
import type { DraftContext, Drafted } from './context.ts';
import { grounds } from './evidence.ts';
import { quantity } from './quantity.ts';
import type { DraftOrder } from '../types.ts';

export type OrderRequest = MedicationRequest | ServiceRequest;

/** The orders of a draft as proposals: somebody said so, nobody has ordered it. */
export function orders(drafted: readonly DraftOrder[], context: DraftContext): Drafted<OrderRequest>[] {
  return drafted.map((order, index) => {
    const name = `order-${index + 1}`;
    const resource = order.kind === 'medication' ? medication(order, name, context) : service(order, name, context);
    return { name, resource };
  });
}

function medication(order: DraftOrder, name: string, context: DraftContext): MedicationRequest {
  const dosage = dosageOf(order);
  return {
    resourceType: 'MedicationRequest',
    ...proposal(order, name, context),
    medicationCodeableConcept: concept(order),
    ...(dosage && { dosageInstruction: [dosage] }),
  };
}

function service(order: DraftOrder, name: string, context: DraftContext): ServiceRequest {
  return { resourceType: 'ServiceRequest', ...proposal(order, name, context), code: concept(order) };
}

function proposal(order: DraftOrder, name: string, context: DraftContext) {
  return {
    extension: grounds(order),
    ...identified(context, name),
    status: 'draft',
    intent: 'proposal',
    ...about(context),
    authoredOn: context.now.toISOString(),
    requester: context.author,
  } as const;
}

const concept = ({ code, text }: DraftOrder): CodeableConcept => ({ ...(code && { coding: [{ ...code }] }), text });

/** Dose, route and frequency in the words that were said: what was not said is not filled in. */
function dosageOf({ dose, route, frequency }: DraftOrder): Dosage | undefined {
  if (!dose && !route && !frequency) {
    return undefined;
  }
  const said = [dose && `${dose.value} ${dose.unit}`, route, frequency];
  return {
    text: said.filter(Boolean).join(' '),
    ...(frequency && { timing: { code: { text: frequency } } }),
    ...(route && { route: { text: route } }),
    ...(dose && { doseAndRate: [{ doseQuantity: quantity(dose) }] }),
  };
}
