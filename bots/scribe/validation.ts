import { getReferenceString } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type {
  AllergyIntolerance,
  CodeableConcept,
  Composition,
  OperationOutcomeIssue,
  Resource,
} from '@medplum/fhirtypes';
import { conflicts } from './fhir/drug-class.ts';
import { evidenceOf } from './fhir/evidence.ts';
import { plainText } from './fhir/narrative.ts';
import { isUnusual } from './fhir/usual-doses.ts';
import { contradictions } from './contradictions.ts';
import {
  allergiesIn,
  called,
  calledProposal,
  indexOf,
  isPending,
  issue,
  nameOf,
  textOf,
  TITLES,
  wordsOf,
} from './note-parts.ts';
import type { Proposed, Severity } from './note-parts.ts';
import type { SectionCode } from './types.ts';

/** What a note is checked against. */
export interface ValidationState {
  readonly composition: Composition;
  /** What was drafted with it, and is still waiting for a signature. */
  readonly resources: readonly WithId<Resource>[];
  readonly allergies: readonly AllergyIntolerance[];
  /** The transcript that the draft rests on, if it can still be read. */
  readonly transcript: string | undefined;
  /** Whether the transcript says something else than when the note was drafted. */
  readonly isOutdated: boolean;
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'information'];

/** What a clinician should look at before signing, worst first. An empty list means that nothing was found. */
export function validateNote(state: ValidationState): OperationOutcomeIssue[] {
  const issues = [
    ...outdated(state),
    ...sections(state),
    ...drafts(state),
    ...medications(state),
    ...allergyStatements(state),
    ...contradictions(state),
  ];
  return issues.sort((a, b) => SEVERITIES.indexOf(a.severity as Severity) - SEVERITIES.indexOf(b.severity as Severity));
}

/** A draft of words that were amended, or withdrawn, is not to be signed. */
function outdated({ composition, isOutdated }: ValidationState): OperationOutcomeIssue[] {
  const text = 'The transcript was amended or withdrawn after this draft was made. Look at the new draft.';
  return isOutdated && composition.status === 'preliminary'
    ? [issue('error', 'business-rule', text, 'Composition')]
    : [];
}

/** A section that is missing, one that says nothing, and a plan for nothing that was assessed. */
function sections({ composition }: ValidationState): OperationOutcomeIssue[] {
  const issues: OperationOutcomeIssue[] = [];
  for (const [code, title] of Object.entries(TITLES) as [SectionCode, string][]) {
    const index = indexOf(composition, code);
    if (index < 0) {
      issues.push(
        issue('error', 'required', `The section ${title} (LOINC ${code}) is missing.`, 'Composition.section'),
      );
    } else if (textOf(composition, code) === '') {
      issues.push(
        issue('warning', 'incomplete', `The section ${title} says nothing.`, `Composition.section[${index}]`),
      );
    }
  }
  if (textOf(composition, '18776-5') !== '' && textOf(composition, '51848-0') === '') {
    issues.push(issue('error', 'business-rule', 'There is a plan without an assessment.', 'Composition.section'));
  }
  return issues;
}

/** What was drafted has evidence, the evidence stands in the transcript, and the note speaks of the same things. */
function drafts({ composition, resources, transcript }: ValidationState): OperationOutcomeIssue[] {
  const issues: OperationOutcomeIssue[] = [];
  for (const resource of resources.filter(isPending)) {
    const reference = getReferenceString(resource) ?? '';
    const name = calledProposal(resource);
    const evidence = evidenceOf(resource);
    if (evidence.length === 0) {
      issues.push(issue('warning', 'incomplete', `${name} rests on nothing that was said.`, reference));
    }
    if (transcript !== undefined && evidence.some(({ text, start, end }) => transcript.slice(start, end) !== text)) {
      issues.push(issue('error', 'invalid', `${name} cites words that are not in the transcript.`, reference));
    }
    const section = sectionFor(resource);
    const named = nameOf(resource)?.text;
    if (section && named && !mentions(textOf(composition, section), named)) {
      const text = `${name} is not spoken of in the section ${TITLES[section]}. Amend the note, or do not accept it.`;
      issues.push(issue('warning', 'business-rule', text, reference));
    }
  }
  return issues;
}

/** What may harm: a drug that an allergy forbids, a dose that was probably heard wrongly. */
function medications({ composition, resources, allergies }: ValidationState): OperationOutcomeIssue[] {
  const issues: OperationOutcomeIssue[] = [];
  const told = allergiesIn(composition);
  for (const resource of resources.filter(isPending)) {
    if (resource.resourceType !== 'MedicationRequest') {
      continue;
    }
    const reference = getReferenceString(resource);
    const name = calledProposal(resource);
    const drug = wordsOf(resource.medicationCodeableConcept);
    for (const allergy of allergies.filter(isCurrent)) {
      if (sameCode(allergy.code, resource.medicationCodeableConcept) || conflicts(wordsOf(allergy.code), drug)) {
        const text = `${name} conflicts with the recorded allergy to ${called(allergy.code, getReferenceString(allergy))}.`;
        issues.push(issue('error', 'business-rule', text, reference));
      }
    }
    if (told.some((allergy) => conflicts(allergy, drug))) {
      const text = `${name} conflicts with an allergy that the note names.`;
      issues.push(issue('error', 'business-rule', text, reference));
    }
    const doses = resource.dosageInstruction?.flatMap(({ doseAndRate }) => doseAndRate ?? []) ?? [];
    for (const { doseQuantity } of doses) {
      if (doseQuantity?.value !== undefined && isUnusual(drug, doseQuantity.value, doseQuantity.code)) {
        issues.push(issue('warning', 'value', `${name} has a dose outside the usual range.`, reference));
      }
    }
  }
  return issues;
}

/** The note says that there are no allergies, and the chart knows some. */
function allergyStatements({ composition, allergies }: ValidationState): OperationOutcomeIssue[] {
  const known = allergies.filter(isCurrent).map((allergy) => called(allergy.code, getReferenceString(allergy)));
  const denied = composition.section?.findIndex(({ text }) => NO_ALLERGIES.test(plainText(text))) ?? -1;
  if (denied < 0 || known.length === 0) {
    return [];
  }
  const text = `The note says that there are no allergies; recorded are ${known.join(', ')}.`;
  return [issue('error', 'business-rule', text, `Composition.section[${denied}]`)];
}

const NO_ALLERGIES =
  /\b(no (known )?((drug|medication|food) )?allerg(y|ies)|nkd?a|denies (any )?((drug|medication) )?allergies)\b/i;

function isCurrent({ clinicalStatus, verificationStatus }: AllergyIntolerance): boolean {
  const codes = [clinicalStatus, verificationStatus].flatMap(
    (concept) => concept?.coding?.map(({ code }) => code) ?? [],
  );
  return !codes.some((code) => ['inactive', 'resolved', 'refuted', 'entered-in-error'].includes(code ?? ''));
}

/** The section in which a clinician expects to read of it. */
function sectionFor(resource: Proposed): SectionCode | undefined {
  switch (resource.resourceType) {
    case 'Condition':
      return resource.category?.some(({ coding }) => coding?.some(({ code }) => code === 'encounter-diagnosis'))
        ? '51848-0'
        : undefined;
    case 'MedicationRequest':
    case 'ServiceRequest':
      return '18776-5';
    default:
      return undefined;
  }
}

/** How sure, where or how bad: words that tell nothing apart. */
const QUALIFIERS = new Set(
  'possible possibly probable probably likely suspected unspecified resolved history right left bilateral both sided acute chronic severe moderate mild recurrent initial encounter disorder disease syndrome'.split(
    ' ',
  ),
);

/** Whether a text speaks of something: with its longest word, which tells it apart best. */
function mentions(text: string, name: string): boolean {
  const all = name.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const telling = all.filter((word) => !QUALIFIERS.has(word));
  const words = telling.length > 0 ? telling : all;
  const longest = words.reduce((found, word) => (word.length > found.length ? word : found), '');
  return text.toLowerCase().includes(longest);
}

function sameCode(one: CodeableConcept | undefined, other: CodeableConcept | undefined): boolean {
  const codings = other?.coding ?? [];
  return (
    one?.coding?.some(({ system, code }) => code && codings.some((c) => c.system === system && c.code === code)) ??
    false
  );
}
