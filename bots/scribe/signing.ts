import { createReference, getReferenceString } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Composition, CompositionSection, Encounter, Practitioner, Reference, Resource } from '@medplum/fhirtypes';
import { refuse } from '../runtime/outcome.ts';
import { create, temporary, unchanged, update } from '../runtime/writes.ts';
import type { Decision, Write } from '../runtime/writes.ts';
import { isSigned } from './drafting.ts';
import { editOf } from './edit.ts';
import { ACTIVE, isProvisional, verification } from './fhir/conditions.ts';
import { withApplicableEvidence, withoutGrounds } from './fhir/evidence.ts';
import { plainText } from './fhir/narrative.ts';
import type { OrderRequest } from './fhir/orders.ts';
import { signatureProvenance } from './fhir/provenance.ts';
import { withdrawn, withVerification } from './fhir/withdrawal.ts';

/** What signing a note depends on. */
export interface SigningState {
  readonly composition: WithId<Composition>;
  /** The note as the scribe wrote it; nothing for a note that a person wrote. */
  readonly drafted: WithId<Composition> | undefined;
  readonly encounter: WithId<Encounter> | undefined;
  /** Who took part in the encounter, as references to Practitioners. */
  readonly participants: readonly string[];
  /** What the scribe drafted with the note. */
  readonly resources: readonly WithId<Resource>[];
  readonly practitioner: WithId<Practitioner>;
  /** Whether the transcript says something else than when the note was drafted. */
  readonly isOutdated: boolean;
}

/**
 * Signs a note as it stands, with what its draft proposed and the practitioner accepts.
 * - The note becomes final, with the practitioner as its legal attester, and lists what was accepted only.
 * - An accepted problem is confirmed and active, an accepted measurement final; on an accepted proposal an active order
 *   of the practitioner is made, and the proposal is completed.
 * - Other problems are refuted, everything else that was drafted is entered in error.
 * - A note that is signed is the answer again, unless something else is to be accepted than was.
 */
export function sign(state: SigningState, accept: readonly string[], now: Date): Decision<Composition> {
  const { composition, practitioner, resources } = state;
  allowed(state);
  const byReference = new Map(resources.map((resource) => [getReferenceString(resource), resource]));
  const chosen = new Set(accept);
  for (const reference of chosen) {
    if (!byReference.has(reference)) {
      refuse('value', 'accept', `${reference} is not part of the draft of this note.`);
    }
  }
  if (isSigned(composition)) {
    const missing = [...chosen].find((reference) => !isAccepted(byReference.get(reference)));
    return missing
      ? refuse('business-rule', 'accept', `The note is signed, and ${missing} was not accepted then.`)
      : unchanged(composition);
  }
  if (composition.status !== 'preliminary') {
    return refuse('business-rule', 'composition', `A note that is ${composition.status} cannot be signed.`);
  }
  if (state.isOutdated) {
    return refuse(
      'business-rule',
      'composition',
      'The transcript was amended or withdrawn after this draft was made. Look at the new draft.',
    );
  }
  const accepted = resources.filter((resource) => chosen.has(getReferenceString(resource)));
  const rejected = resources.filter((resource) => !chosen.has(getReferenceString(resource)));
  const signer = createReference(practitioner);
  const orders = accepted.filter(isRequest).map((proposal) => orderOn(proposal, signer, now));
  const note = update(signedNote(state, accepted, rejected, now));
  const covered = [composition, ...accepted].map((resource) => createReference(resource));
  const provenance = signatureProvenance(
    {
      practitioner: signer,
      target: [...covered, ...orders.map(({ fullUrl }) => ({ reference: fullUrl }))],
      ...(state.drafted && {
        drafted: versionOf(state.drafted),
        edit: editOf(textOf(state.drafted), textOf(composition), accepted.length, rejected.length),
      }),
    },
    now,
  );
  return {
    writes: [note, ...accepted.map(confirmed), ...rejected.flatMap(refused).map(update), ...orders, create(provenance)],
    result: note,
  };
}

function allowed({ composition, encounter, participants, practitioner }: SigningState): void {
  if (!encounter) {
    return refuse('business-rule', 'composition', 'The note names no Encounter that exists, so nobody can sign it.');
  }
  if (composition.subject?.reference !== encounter.subject?.reference) {
    return refuse('business-rule', 'composition', 'The note and its Encounter are of different patients.');
  }
  if (practitioner.active === false || !participants.includes(getReferenceString(practitioner))) {
    return refuse('forbidden', 'practitioner', 'Only a practitioner who took part in the encounter signs its note.');
  }
}

/** Whether something was accepted by a signature, for a call that comes again. */
function isAccepted(resource: Resource | undefined): boolean {
  switch (resource?.resourceType) {
    case 'Condition':
      return resource.verificationStatus?.coding?.some(({ code }) => code === 'confirmed') ?? false;
    case 'MedicationRequest':
    case 'ServiceRequest':
      return resource.status === 'completed';
    case 'Observation':
      return resource.status === 'final' || resource.status === 'amended' || resource.status === 'corrected';
    default:
      return false;
  }
}

const isRequest = (resource: WithId<Resource>): resource is WithId<OrderRequest> =>
  resource.resourceType === 'MedicationRequest' || resource.resourceType === 'ServiceRequest';

/** @throws Refusal for a resource that somebody has withdrawn or used meanwhile. */
function confirmed(resource: WithId<Resource>): Write {
  switch (resource.resourceType) {
    case 'Condition':
      if (isProvisional(resource) || isAccepted(resource)) {
        return update({ ...resource, verificationStatus: verification('confirmed'), clinicalStatus: ACTIVE });
      }
      break;
    case 'MedicationRequest':
    case 'ServiceRequest':
      if (resource.status === 'draft') {
        return update({ ...resource, status: 'completed' });
      }
      break;
    case 'Observation':
      if (resource.status === 'preliminary') {
        return update({ ...resource, status: 'final' });
      }
      break;
  }
  return refuse('business-rule', 'accept', `${getReferenceString(resource)} is not a draft any more.`);
}

/** A problem was looked at and is none; everything else should not have been drafted. */
function refused(resource: WithId<Resource>): WithId<Resource>[] {
  if (resource.resourceType === 'Condition') {
    return isProvisional(resource) ? [withVerification(resource, 'refuted')] : [];
  }
  return withdrawn([resource]);
}

/** What is ordered: as proposed, by the practitioner, now. */
function orderOn(proposal: WithId<OrderRequest>, requester: Reference<Practitioner>, now: Date): Write<OrderRequest> {
  const order = {
    ...withoutGrounds<OrderRequest>(proposal),
    id: undefined,
    meta: undefined,
    identifier: undefined,
    status: 'active',
    intent: 'order',
    authoredOn: now.toISOString(),
    requester,
    basedOn: [createReference(proposal)],
  };
  return create(order as OrderRequest, orderKey(proposal.id));
}

const orderKey = (proposalId: string): string => `order-on-${proposalId}`;

function signedNote(
  { composition, practitioner }: SigningState,
  accepted: readonly WithId<Resource>[],
  rejected: readonly WithId<Resource>[],
  now: Date,
): WithId<Composition> {
  const dropped = new Set(rejected.map(getReferenceString));
  const orderOf = new Map(accepted.filter(isRequest).map((proposal) => [getReferenceString(proposal), proposal.id]));
  const entryOf = (entry: Reference): Reference[] => {
    const reference = entry.reference ?? '';
    const proposal = orderOf.get(reference);
    return dropped.has(reference) ? [] : [proposal ? { reference: temporary(orderKey(proposal)) } : entry];
  };
  return {
    ...composition,
    status: 'final',
    attester: [{ mode: 'legal', time: now.toISOString(), party: createReference(practitioner) }],
    ...(composition.section && { section: composition.section.map((section) => withEntries(section, entryOf)) }),
  };
}

/** A section with the entries that are left, and the evidence of what it still says. */
function withEntries(section: CompositionSection, entryOf: (entry: Reference) => Reference[]): CompositionSection {
  const { entry = [], ...rest } = withApplicableEvidence(section);
  const kept = entry.flatMap(entryOf);
  return { ...rest, ...(kept.length > 0 && { entry: kept }) };
}

const versionOf = ({ id, meta }: WithId<Composition>): Reference<Composition> => ({
  reference: `Composition/${id}/_history/${meta?.versionId}`,
});

const textOf = ({ section = [] }: Composition): string =>
  section.map(({ title, text }) => `${title}\n${plainText(text)}`).join('\n');
