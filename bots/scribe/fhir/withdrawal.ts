import type { WithId } from '@medplum/core';
import type { Condition, Resource } from '@medplum/fhirtypes';
import { isProvisional, verification } from './conditions.ts';

/**
 * What becomes of a draft that counts no longer: each of its resources that still is a draft is entered in error. What a
 * person has made their own meanwhile stays as it is, and nothing is deleted.
 */
export function withdrawn(resources: readonly WithId<Resource>[]): WithId<Resource>[] {
  return resources.flatMap((resource): WithId<Resource>[] => {
    switch (resource.resourceType) {
      case 'Composition':
        return resource.status === 'preliminary' ? [{ ...resource, status: 'entered-in-error' }] : [];
      case 'Condition':
        return isProvisional(resource) ? [withVerification(resource, 'entered-in-error')] : [];
      case 'MedicationRequest':
      case 'ServiceRequest':
        return resource.status === 'draft' ? [{ ...resource, status: 'entered-in-error' }] : [];
      case 'Observation':
        return resource.status === 'preliminary' ? [{ ...resource, status: 'entered-in-error' }] : [];
      default:
        return [];
    }
  });
}

/** A Condition that is no problem (any more): by con-5 it has no clinical status then. */
export function withVerification(
  condition: WithId<Condition>,
  code: 'refuted' | 'entered-in-error',
): WithId<Condition> {
  return { ...condition, clinicalStatus: undefined, verificationStatus: verification(code) };
}
