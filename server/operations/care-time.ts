import { badRequest, OperationOutcomeError } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { isRecord } from '../http/records.ts';

/** Where it stands when the care took place; what has no such time belongs to every time. */
const CARE_TIME: Readonly<Record<string, readonly [string, string?]>> = {
  AllergyIntolerance: ['recordedDate'],
  Appointment: ['start'],
  CarePlan: ['created'],
  ClinicalImpression: ['date'],
  Communication: ['sent'],
  Condition: ['recordedDate'],
  DiagnosticReport: ['issued'],
  DocumentReference: ['date'],
  Encounter: ['period', 'start'],
  Goal: ['startDate'],
  Immunization: ['occurrenceDateTime'],
  MedicationRequest: ['authoredOn'],
  Observation: ['issued'],
  Procedure: ['performedDateTime'],
  ServiceRequest: ['occurrenceDateTime'],
};

/** Is a resource of care between two times? From `start` on, and before `end`. */
export function isOfCareTime(
  resource: Resource,
  range: { start?: string | undefined; end?: string | undefined },
): boolean {
  const start = timeOf(range.start, 'start');
  const end = timeOf(range.end, 'end');
  const [name = '', part] = CARE_TIME[resource.resourceType] ?? [];
  const value = (resource as unknown as Record<string, unknown>)[name];
  const text = part !== undefined && isRecord(value) ? value[part] : value;
  const time = typeof text === 'string' ? Date.parse(text) : NaN;
  return Number.isNaN(time) || ((start === undefined || time >= start) && (end === undefined || time < end));
}

function timeOf(text: string | undefined, name: string): number | undefined {
  const time = text === undefined ? undefined : Date.parse(text);
  if (Number.isNaN(time)) {
    throw new OperationOutcomeError(badRequest(`${name} must be a date`, name));
  }
  return time;
}
