import type { WithId } from '@medplum/core';
import type {
  Bundle,
  Composition,
  CompositionSection,
  Condition,
  DocumentReference,
  MedicationRequest,
  Observation,
  ServiceRequest,
} from '@medplum/fhirtypes';
import { EVIDENCE, evidenceOf } from '../../../../bots/scribe/fhir/evidence.ts';
import { narrative, plainText } from '../../../../bots/scribe/fhir/narrative.ts';
import { ofType } from '../../fhir/queries.ts';

/** What the scribe proposes beside the note, to be accepted or not. */
export type Proposal = WithId<Condition | MedicationRequest | ServiceRequest | Observation>;

/** Everything about one note. */
export interface Note {
  readonly problems: readonly WithId<Condition>[];
  readonly orders: readonly WithId<MedicationRequest | ServiceRequest>[];
  readonly measurements: readonly WithId<Observation>[];
  /** What it was drafted from. */
  readonly transcript: WithId<DocumentReference> | undefined;
}

/** The search for where a note comes from: everything that was drafted with it, and the transcript. */
export const noteQuery = (compositionId: string): string =>
  new URLSearchParams([
    ['target', `Composition/${compositionId}`],
    ['_include', 'Provenance:target'],
    ['_include', 'Provenance:entity'],
    ['_count', '100'],
  ]).toString();

/** Sorts what was found; orders that a signature made are no proposals. */
export function noteOf(bundle: Bundle): Note {
  return {
    problems: ofType(bundle, 'Condition'),
    orders: [...ofType(bundle, 'MedicationRequest'), ...ofType(bundle, 'ServiceRequest')].filter(
      ({ intent }) => intent === 'proposal',
    ),
    measurements: ofType(bundle, 'Observation'),
    transcript: ofType(bundle, 'DocumentReference')[0],
  };
}

/** The words of a section. */
export const textOf = (section: CompositionSection): string => plainText(section.text);

/** The note with other words in a section. Evidence stays for the statements that are still there, word for word. */
export function withText<T extends Composition>(note: T, index: number, text: string): T {
  const section = note.section?.map((one, at) => (at === index ? edited(one, text) : one));
  return { ...note, section };
}

function edited({ emptyReason: _none, ...section }: CompositionSection, text: string): CompositionSection {
  const gone = new Set(
    evidenceOf(section)
      .map(({ statement }) => statement)
      .filter((one) => !text.includes(one)),
  );
  const extension = section.extension?.filter(
    ({ url, extension: parts }) =>
      url !== EVIDENCE || !gone.has(parts?.find((part) => part.url === 'statement')?.valueString ?? ''),
  );
  return { ...section, ...(extension && { extension }), text: narrative(text) };
}

/** What a proposal says, as a line. */
export function lineOf(proposal: Proposal): string {
  switch (proposal.resourceType) {
    case 'Observation': {
      const { code, valueQuantity, valueString, component = [] } = proposal;
      const values = [valueQuantity, ...component.map((part) => part.valueQuantity)].flatMap((quantity) =>
        quantity ? [`${quantity.value} ${quantity.unit ?? ''}`.trim()] : [],
      );
      return `${code.text ?? code.coding?.[0]?.display ?? ''}: ${[...values, valueString].filter(Boolean).join(' / ')}`;
    }
    default: {
      const { name, dosage } = wordsOf(proposal);
      return [name, dosage].filter(Boolean).join(', ');
    }
  }
}

/** The code that a proposal carries, such as `I10` or `860975`. */
export function codeOf(proposal: Proposal): string | undefined {
  const concept = proposal.resourceType === 'MedicationRequest' ? proposal.medicationCodeableConcept : proposal.code;
  return concept?.coding?.[0]?.code;
}

/** Whether a proposal still waits to be accepted or not. */
export function isOpen(proposal: Proposal): boolean {
  return proposal.resourceType === 'Condition'
    ? (proposal.verificationStatus?.coding?.some(({ code }) => code === 'provisional') ?? false)
    : proposal.status === (proposal.resourceType === 'Observation' ? 'preliminary' : 'draft');
}

/** What a person may put into other words: what is proposed and, of a drug, how it is taken. */
export interface Words {
  readonly name: string;
  /** Empty where nothing was said; undefined where nothing is taken. */
  readonly dosage?: string;
}

/** The words of a proposal. */
export function wordsOf(proposal: Proposal): Words {
  if (proposal.resourceType !== 'MedicationRequest') {
    return { name: proposal.code?.text ?? proposal.code?.coding?.[0]?.display ?? '' };
  }
  const { medicationCodeableConcept: drug, dosageInstruction } = proposal;
  return { name: drug?.text ?? drug?.coding?.[0]?.display ?? '', dosage: dosageInstruction?.[0]?.text ?? '' };
}

/**
 * The proposal in other words; itself where they are the same. What was for the old words goes: a code with the name,
 * and the dose, the times and the way with the dosage. They would say something that nobody did.
 */
export function reworded<T extends Proposal>(proposal: T, { name, dosage }: Words): T {
  const before = wordsOf(proposal);
  const renamed = name !== before.name;
  if (proposal.resourceType !== 'MedicationRequest') {
    return renamed ? { ...proposal, code: { text: name } } : proposal;
  }
  const redosed = dosage !== undefined && dosage !== before.dosage;
  const others = proposal.dosageInstruction?.slice(1) ?? [];
  const dosages = [...(dosage ? [{ text: dosage }] : []), ...others];
  return renamed || redosed
    ? {
        ...proposal,
        ...(renamed && { medicationCodeableConcept: { text: name } }),
        ...(redosed && { dosageInstruction: dosages.length > 0 ? dosages : undefined }),
      }
    : proposal;
}

/** Words that somebody typed, and for those that they left alone what another version says. */
export function mergedWords(typed: Words, base: Proposal, theirs: Proposal): Words {
  const [before, now] = [wordsOf(base), wordsOf(theirs)];
  return {
    name: typed.name === before.name ? now.name : typed.name,
    dosage: typed.dosage === before.dosage ? now.dosage : typed.dosage,
  };
}
