import { getReferenceString } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type {
  CodeableConcept,
  Composition,
  Condition,
  MedicationRequest,
  Observation,
  OperationOutcomeIssue,
  Resource,
  ServiceRequest,
} from '@medplum/fhirtypes';
import { NOTHING_SAID } from './fhir/composition.ts';
import { isProvisional } from './fhir/conditions.ts';
import { plainText } from './fhir/narrative.ts';
import type { SectionCode } from './types.ts';

/** What the scribe proposes with a note. */
export type Proposed = Condition | MedicationRequest | Observation | ServiceRequest;
export type Severity = 'error' | 'warning' | 'information';

export const TITLES: Readonly<Record<SectionCode, string>> = {
  '61150-9': 'Subjective',
  '61149-1': 'Objective',
  '51848-0': 'Assessment',
  '18776-5': 'Plan',
};

/** Whether something is still a proposal of the scribe. */
export function isPending(resource: WithId<Resource>): resource is WithId<Proposed> {
  switch (resource.resourceType) {
    case 'Condition':
      return isProvisional(resource);
    case 'MedicationRequest':
    case 'ServiceRequest':
      return resource.status === 'draft';
    case 'Observation':
      return resource.status === 'preliminary';
    default:
      return false;
  }
}

/** What a proposal is called. */
export function nameOf(resource: Proposed): CodeableConcept | undefined {
  switch (resource.resourceType) {
    case 'MedicationRequest':
      return resource.medicationCodeableConcept;
    case 'Condition':
    case 'ServiceRequest':
      return resource.code;
    default:
      return undefined;
  }
}

/** A concept as a clinician calls it, in quotes; its reference where it has no name. */
export function called(concept: CodeableConcept | undefined, reference: string | undefined): string {
  return `“${concept?.text ?? concept?.coding?.[0]?.display ?? reference ?? ''}”`;
}

/** A proposal as a clinician calls it. */
export const calledProposal = (resource: WithId<Proposed>): string =>
  called(
    resource.resourceType === 'MedicationRequest' ? resource.medicationCodeableConcept : resource.code,
    getReferenceString(resource),
  );

export const wordsOf = (concept: CodeableConcept | undefined): string =>
  [concept?.text, ...(concept?.coding?.map(({ display }) => display) ?? [])].filter(Boolean).join(' ');

export const indexOf = ({ section = [] }: Composition, code: SectionCode): number =>
  section.findIndex((part) => part.code?.coding?.some((coding) => coding.code === code));

/** The text of a section; nothing where it says that nothing was said. */
export function textOf(composition: Composition, code: SectionCode): string {
  const section = composition.section?.[indexOf(composition, code)];
  const text = plainText(section?.text);
  return text === NOTHING_SAID ? '' : text;
}

/** One thing to look at. */
export function issue(
  severity: Severity,
  code: OperationOutcomeIssue['code'],
  text: string,
  expression: string | undefined,
): OperationOutcomeIssue {
  return { severity, code, details: { text }, ...(expression && { expression: [expression] }) };
}

const HEADING = /^allerg(?:y|ies)\b[\s:]*/i;

/** "Allergic to penicillin and sulfa", "an allergy to latex": up to where the sentence goes on to something else. */
const TOLD =
  /\b(?:allergic|allergy|allergies) to ([^.;:\n]+?)(?=[.;:\n]|,? (?:which|that|but|with|and (?:gets?|has|had|takes?))\b|$)/gi;
const DENIED = /\b(?:no|not|denies|without|never)\b[^.;\n]{0,30}$/i;

/** The allergies that a note tells of: those it lists under that heading, and those in its sentences. */
export function allergiesIn(composition: Composition): string[] {
  const text = textOf(composition, '61150-9');
  return [...listedIn(text.split('\n')), ...toldIn(text)];
}

function toldIn(text: string): string[] {
  return [...text.matchAll(TOLD)].flatMap((match) => {
    const denied = DENIED.test(text.slice(0, match.index));
    return denied ? [] : (match[1] ?? '').split(/, (?:and )?| and | or /).map((name) => name.trim());
  });
}

/** What stands under the heading, up to an empty line, or beside it: the substance, and not what it does. */
function listedIn(lines: readonly string[]): string[] {
  const start = lines.findIndex((line) => HEADING.test(line));
  if (start < 0) {
    return [];
  }
  const [first = '', ...rest] = lines.slice(start);
  const end = rest.findIndex((line) => line.trim() === '');
  const listed = [first.replace(HEADING, ''), ...rest.slice(0, end < 0 ? rest.length : end)];
  return listed
    .map((line) => line.split(':')[0]?.trim() ?? '')
    .filter((name) => name !== '' && !/^no\b|\bnkd?a\b/i.test(name));
}
