import type { CodeableConcept } from '@medplum/fhirtypes';
import { CANCELATION_REASON, HL7_CANCELATION_REASON } from '../../../../bots/scheduling/names.ts';

/** HL7's reasons for a cancellation, in the groups in which they are shown; its wording stays in the resource. */
export const CANCEL_REASONS = {
  patient: {
    pat: 'Patient',
    'pat-fb': 'Patient: Feeling Better',
    'pat-lt': 'Patient: Lack of Transportation',
    'pat-mv': 'Patient: Moved',
    'pat-preg': 'Patient: Pregnant',
    'pat-ucp': 'Patient: Unhappy/Changed Provider',
    'pat-mt': 'Patient: Member Terminated',
    'pat-dec': 'Patient: Deceased',
  },
  clinic: {
    prov: 'Provider',
    'prov-pers': 'Provider: Personal',
    'prov-edu': 'Provider: Edu/Meeting',
    'prov-hosp': 'Provider: Hospitalized',
    'prov-labs': 'Provider: Labs Out of Acceptable Range',
    maint: 'Equipment Maintenance/Repair',
    'oth-room': 'Other: Room/Resource Maintenance',
  },
  other: {
    'meds-inc': 'Prep/Med Incomplete',
    'oth-mu': 'Other: Prep/Med/Results Unavailable',
    'oth-int': 'Other: No Interpreter Available',
    'oth-fin': 'Other: Financial',
    'oth-oerr': 'Other: Schedule Order Error',
    'oth-err': 'Other: Error',
    'oth-weath': 'Other: Weather',
    other: 'Other',
  },
} as const;

export type ReasonGroup = keyof typeof CANCEL_REASONS;
type KeysOf<T> = T extends unknown ? keyof T : never;
export type ReasonCode = KeysOf<(typeof CANCEL_REASONS)[ReasonGroup]>;

/** A reason as it is written into `cancelationReason`. */
export function cancelationReason(code: string): CodeableConcept {
  const display = Object.values(CANCEL_REASONS)
    .flatMap((group) => Object.entries(group))
    .find(([known]) => known === code)?.[1];
  return { coding: [{ system: HL7_CANCELATION_REASON, code, ...(display && { display }) }] };
}

/** For a patient who had arrived, and went without having been seen. */
export const LEFT_UNSEEN: CodeableConcept = {
  coding: [{ system: CANCELATION_REASON, code: 'left-unseen', display: 'Left without being seen' }],
};
