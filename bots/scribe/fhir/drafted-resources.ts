import type { Bundle, Composition, Condition, Observation, Reference, Resource } from '@medplum/fhirtypes';
import { temporary } from '../../runtime/writes.ts';
import { composition } from './composition.ts';
import { conditions } from './conditions.ts';
import type { DraftContext, Drafted } from './context.ts';
import { observations } from './observations.ts';
import { orders } from './orders.ts';
import type { OrderRequest } from './orders.ts';
import type { Draft } from '../types.ts';

/** A draft as FHIR: nothing in it is final, active or confirmed. */
export interface DraftedResources {
  readonly composition: Drafted<Composition>;
  readonly conditions: readonly Drafted<Condition>[];
  readonly orders: readonly Drafted<OrderRequest>[];
  readonly observations: readonly Drafted<Observation>[];
}

/** The one mapping of a draft to FHIR, for what is stored and for what is only answered. */
export function draftedResources(draft: Draft, context: DraftContext): DraftedResources {
  const found = conditions(draft.problems, context);
  const proposed = orders(draft.orders, context);
  const measured = observations(draft.observations, context);
  const entries = {
    '61149-1': measured.map(referenceTo),
    '51848-0': found.map(referenceTo),
    '18776-5': proposed.map(referenceTo),
  };
  return {
    composition: composition(draft.sections, entries, context),
    conditions: found,
    orders: proposed,
    observations: measured,
  };
}

/** All of them, the note first. */
export function inOrder({ composition, conditions, orders, observations }: DraftedResources): Drafted[] {
  return [composition, ...conditions, ...orders, ...observations];
}

/** The reference, within one bundle or transaction, to a drafted resource. */
export const referenceTo = ({ name }: Drafted): Reference => ({ reference: temporary(name) });

/** Drafted resources as the answer of an operation. Their references to each other resolve within the bundle. */
export function answer(drafted: readonly Drafted[]): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'collection',
    entry: drafted.map(({ name, resource }: Drafted<Resource>) => ({ fullUrl: temporary(name), resource })),
  };
}
