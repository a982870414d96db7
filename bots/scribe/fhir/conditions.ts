import { HTTP_HL7_ORG, HTTP_TERMINOLOGY_HL7_ORG, SNOMED } from '@medplum/core';
import type { CodeableConcept, Coding, Condition } from '@medplum/fhirtypes';
import { about, identified } from './context.ts';
import type { DraftContext, Drafted } from './context.ts';
import { grounds } from './evidence.ts';
import type { DraftProblem } from '../types.ts';

export const ICD10CM = `${HTTP_HL7_ORG}/fhir/sid/icd-10-cm`;
const VERIFICATION = `${HTTP_TERMINOLOGY_HL7_ORG}/CodeSystem/condition-ver-status`;
const CLINICAL = `${HTTP_TERMINOLOGY_HL7_ORG}/CodeSystem/condition-clinical`;
const CATEGORY = `${HTTP_TERMINOLOGY_HL7_ORG}/CodeSystem/condition-category`;

type Verification = 'provisional' | 'confirmed' | 'refuted' | 'entered-in-error';

/** How sure the clinicians are of a Condition. */
export const verification = (code: Verification): CodeableConcept => ({ coding: [{ system: VERIFICATION, code }] });

/** The clinical status `active`. A draft has none: whether a problem is active is for a clinician to say. */
export const ACTIVE: CodeableConcept = { coding: [{ system: CLINICAL, code: 'active' }] };

/** Whether a Condition still is what the scribe made: nobody has confirmed, refuted or withdrawn it. */
export function isProvisional(condition: Condition): boolean {
  return condition.verificationStatus?.coding?.some(({ code }) => code === 'provisional') ?? false;
}

/** The problems of a draft as provisional Conditions: of this encounter, or of the history that was told. */
export function conditions(problems: readonly DraftProblem[], context: DraftContext): Drafted<Condition>[] {
  return problems.map((problem, index) => {
    const name = `condition-${index + 1}`;
    const addressed = problem.role === 'addressed';
    return {
      name,
      resource: {
        resourceType: 'Condition',
        extension: grounds(problem),
        ...identified(context, name),
        verificationStatus: verification('provisional'),
        category: [{ coding: [{ system: CATEGORY, code: addressed ? 'encounter-diagnosis' : 'problem-list-item' }] }],
        code: { coding: codings(problem), text: problem.text },
        ...about(context),
        recordedDate: context.now.toISOString(),
      },
    };
  });
}

/** A problem that no terminology knows keeps its text and gets no code. */
function codings({ icd10, snomed, display }: DraftProblem): Coding[] | undefined {
  const found: Coding[] = [];
  if (icd10) {
    found.push({ system: ICD10CM, code: icd10, ...(display && { display }) });
  }
  if (snomed) {
    found.push({ system: SNOMED, code: snomed });
  }
  return found.length > 0 ? found : undefined;
}
