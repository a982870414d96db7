import type { MedplumClient, WithId } from '@medplum/core';
import { createReference, SchedulingParametersURI, toServiceTypeCodeableConcepts } from '@medplum/core';
import type { Extension, HealthcareService, Patient, Practitioner, Schedule } from '@medplum/fhirtypes';
import type { DemoClinic } from '../lib/seed.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Whom and what one visit needs, of its own, so that visits beside each other do not meet. */
export interface Cast {
  readonly practitioner: WithId<Practitioner>;
  readonly patient: WithId<Patient>;
  readonly schedule: WithId<Schedule>;
}

/**
 * A provider who is there from 8 to 18 every day, so that the visit works whenever it is run, and a patient.
 * @param capacity - How many patients a slot takes.
 */
export async function createCast(medplum: MedplumClient, clinic: DemoClinic, capacity = 1): Promise<Cast> {
  const service = clinic.get('service') as WithId<HealthcareService>;
  const practitioner = await medplum.createResource<Practitioner>({
    resourceType: 'Practitioner',
    active: true,
    name: [{ given: ['Dana'], family: 'Whitfield', prefix: ['Dr.'] }],
  });
  const patient = await medplum.createResource<Patient>({
    resourceType: 'Patient',
    active: true,
    name: [{ given: ['Joseph'], family: 'Miller' }],
    birthDate: '1967-05-04',
    telecom: [{ system: 'phone', use: 'mobile', value: '+12025550123' }],
  });
  const schedule = await medplum.createResource<Schedule>({
    resourceType: 'Schedule',
    active: true,
    actor: [createReference(practitioner)],
    serviceType: toServiceTypeCodeableConcepts(service),
    extension: [weekly(service, capacity)],
  });
  return { practitioner, patient, schedule };
}

/** Medplum's own extension for recurring availability. */
function weekly(service: WithId<HealthcareService>, capacity: number): Extension {
  return {
    url: SchedulingParametersURI,
    extension: [
      { url: 'service', valueReference: createReference(service) },
      { url: 'timezone', valueCode: 'America/New_York' },
      { url: 'duration', valueDuration: { value: 30, unit: 'min' } },
      { url: 'slotCapacity', valuePositiveInt: capacity },
      {
        url: 'availability',
        extension: [
          {
            url: 'availableTime',
            extension: [
              ...DAYS.map((day): Extension => ({ url: 'daysOfWeek', valueCode: day })),
              { url: 'availableStartTime', valueTime: '08:00:00' },
              { url: 'availableEndTime', valueTime: '18:00:00' },
            ],
          },
        ],
      },
    ],
  };
}
