import type { WithId } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';

/** What a part of a patient's page shows. */
export interface PartProps {
  readonly patient: WithId<Patient>;
}
