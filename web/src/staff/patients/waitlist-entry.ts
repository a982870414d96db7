import { createReference, toServiceTypeCodeableConcepts } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Appointment, HealthcareService, Patient, Practitioner } from '@medplum/fhirtypes';

export const PRIORITIES = ['normal', 'soon', 'urgent'] as const;

/** What somebody waits for, as the form asks it. */
export interface Wish {
  /** Ids; empty for any. */
  readonly service: string;
  readonly provider: string;
  /** Days; empty for any time. */
  readonly from: string;
  readonly to: string;
  readonly priority: (typeof PRIORITIES)[number];
}

/** iCalendar's: 1 comes first, none comes last. */
const PRIORITY = { normal: undefined, soon: 5, urgent: 1 } as const;

/** The Appointment that stands on the waitlist for a patient. */
export function waitlistEntry(
  patient: WithId<Patient>,
  { from, to, priority }: Wish,
  named: {
    readonly service?: WithId<HealthcareService> | undefined;
    readonly provider?: WithId<Practitioner> | undefined;
  },
): Appointment {
  const { service, provider } = named;
  return {
    resourceType: 'Appointment',
    status: 'waitlist',
    ...(PRIORITY[priority] && { priority: PRIORITY[priority] }),
    ...(service && { serviceType: toServiceTypeCodeableConcepts(service) }),
    ...((from || to) && { requestedPeriod: [{ ...(from && { start: from }), ...(to && { end: to }) }] }),
    participant: [
      { actor: createReference(patient), status: 'accepted' },
      ...(provider ? [{ actor: createReference(provider), status: 'needs-action' as const }] : []),
    ],
  };
}
