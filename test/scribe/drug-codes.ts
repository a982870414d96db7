import type { Bundle, MedicationRequest } from '@medplum/fhirtypes';
import { RXNORM } from '../../bots/scribe/offline/terminology.ts';

/** The value set of all that a whole RxNorm has, as a clinic loads it. */
export const RXNORM_VALUE_SET = `${RXNORM}/vs`;

/** A visit with a drug that our part of RxNorm does not have, and one that it has. */
export const TWO_DRUGS =
  "[doctor] Let's start alendronate 70 mg once a week and continue the metformin 500 mg twice a day.";

/** The code of each drug that is proposed, by the first word of what it is called. */
export function drugCodesIn({ entry = [] }: Bundle<MedicationRequest>): Record<string, string | undefined> {
  const drugs = entry.map(({ resource }) => resource?.medicationCodeableConcept);
  return Object.fromEntries<string | undefined>(
    drugs.map((drug) => [(drug?.text ?? '').split(' ', 1).join(''), drug?.coding?.[0]?.code]),
  );
}
