import { getReferenceString } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type {
  Composition,
  Condition,
  MedicationRequest,
  Observation,
  OperationOutcomeIssue,
  Resource,
} from '@medplum/fhirtypes';
import { calledProposal, isPending, issue, nameOf, textOf, wordsOf } from './note-parts.ts';
import type { SectionCode } from './types.ts';

/** What a note is compared with. */
interface Compared {
  readonly composition: Composition;
  readonly resources: readonly WithId<Resource>[];
}

const SECTIONS: readonly SectionCode[] = ['61150-9', '61149-1', '51848-0', '18776-5'];

/** Where the note says one thing, and what was drafted with it another. */
export function contradictions({ composition, resources }: Compared): OperationOutcomeIssue[] {
  const lines = SECTIONS.flatMap((code) => textOf(composition, code).split('\n')).map((line) => line.toLowerCase());
  return resources.filter(isPending).flatMap((resource) => {
    const reference = getReferenceString(resource);
    const issues = [
      ...sides(resource, lines),
      ...(resource.resourceType === 'Condition' ? denials(resource, lines) : []),
      ...(resource.resourceType === 'MedicationRequest' ? doses(resource, lines) : []),
      ...(resource.resourceType === 'Observation' ? values(resource, lines) : []),
    ];
    return issues.map(({ error, text }) =>
      issue(error ? 'error' : 'warning', 'business-rule', `${calledProposal(resource)} ${text}`, reference),
    );
  });
}

interface Found {
  readonly error?: boolean;
  readonly text: string;
}

/** The left knee in the note, and the right one in the code. */
function sides(resource: WithId<Resource>, lines: readonly string[]): Found[] {
  const concept = isPending(resource) ? nameOf(resource) : undefined;
  const words = wordsOf(concept).toLowerCase();
  const [own, other] = /\bright\b/.test(words) ? ['right', 'left'] : /\bleft\b/.test(words) ? ['left', 'right'] : [];
  const what = (concept?.text ?? '')
    .toLowerCase()
    .replace(/\b(?:right|left|bilateral)\b/g, '')
    .trim();
  if (!own || !other || (/\bright\b/.test(words) && /\bleft\b/.test(words)) || !what) {
    return [];
  }
  const spoken = lines.filter((line) => line.includes(what.split(' ')[0] ?? what));
  const has = (side: string): boolean => spoken.some((line) => new RegExp(`\\b${side}\\b`).test(line));
  return has(other) && !has(own)
    ? [{ error: true, text: `is of the ${own} side, and the note speaks of the ${other}.` }]
    : [];
}

/** A problem of the visit that the note says the patient has not. */
function denials({ category, code }: Condition, lines: readonly string[]): Found[] {
  const addressed = category?.some(({ coding }) => coding?.some((one) => one.code === 'encounter-diagnosis'));
  const name = code?.text?.toLowerCase().replace(/^possible /, '');
  if (!addressed || !name) {
    return [];
  }
  const denied = lines.some((line) =>
    line
      .split(/[.;]/)
      .some((part) => /\b(?:denies|no|without|negative for)\b/.test(part) && after(part).includes(name)),
  );
  return denied ? [{ text: 'is a problem that the note says the patient has not.' }] : [];
}

const after = (part: string): string =>
  part
    .split(/\b(?:denies|no|without|negative for)\b/)
    .slice(1)
    .join(' ');

/** 20 mg in the note, 40 mg in the order. */
function doses(
  { medicationCodeableConcept, dosageInstruction = [] }: MedicationRequest,
  lines: readonly string[],
): Found[] {
  const quantity = dosageInstruction[0]?.doseAndRate?.[0]?.doseQuantity;
  const drug = wordsOf(medicationCodeableConcept)
    .toLowerCase()
    .match(/[a-z]{4,}/)?.[0];
  if (quantity?.value === undefined || !quantity.unit || !drug) {
    return [];
  }
  const unit = quantity.unit.toLowerCase();
  const said = lines
    .filter((line) => line.includes(drug))
    .flatMap((line) => [...line.matchAll(/(\d+(?:[.,]\d+)?) ?(mg|mcg|g|ml|units?|iu|meq)\b/g)])
    .filter(([, , its]) => its === unit)
    .map(([, value]) => Number(value?.replace(',', '')));
  return said.length > 0 && !said.includes(quantity.value)
    ? [
        {
          error: true,
          text: `has a dose of ${quantity.value} ${unit}, and the note has ${said.join(' and ')} ${unit}.`,
        },
      ]
    : [];
}

/** A measurement that the note gives with another value. */
function values({ code, valueQuantity, component = [] }: Observation, lines: readonly string[]): Found[] {
  const measured = [valueQuantity, ...component.map((one) => one.valueQuantity)].flatMap((one) => one?.value ?? []);
  const name = code.text?.split(':')[0]?.toLowerCase().trim();
  const given = name
    ? lines.filter((line) => line.includes(name)).flatMap((line) => line.match(/\d+(?:\.\d+)?/g) ?? [])
    : [];
  const numbers = new Set(given.map(Number));
  return numbers.size > 0 && measured.some((value) => !numbers.has(value))
    ? [{ error: true, text: `has the value ${measured.join('/')}, and the note gives ${given.join('/')}.` }]
    : [];
}
