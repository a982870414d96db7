import { createReference, encodeBase64 } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type {
  Bundle,
  Composition,
  Condition,
  DocumentReference,
  Encounter,
  MedicationRequest,
  Observation,
  Patient,
  Practitioner,
  Resource,
  ServiceRequest,
} from '@medplum/fhirtypes';
import { codeSystem } from '../../bots/runtime/contract.ts';
import { settle } from '../../bots/runtime/settle.ts';
import { decideDraft } from '../../bots/scribe/drafting.ts';
import type { DraftingState, Outcome } from '../../bots/scribe/drafting.ts';
import { storedAuthor } from '../../bots/scribe/fhir/identity.ts';
import { loadDrafting } from '../../bots/scribe/load-drafting.ts';
import type { Draft } from '../../bots/scribe/types.ts';
import type { Clinic } from '../clinic.ts';

/** A visit of a new patient with the first provider of the demo clinic. */
export interface Visit {
  readonly patient: WithId<Patient>;
  readonly practitioner: WithId<Practitioner>;
  readonly encounter: WithId<Encounter>;
}

export async function startVisit(clinic: Clinic): Promise<Visit> {
  const patient = await clinic.newPatient();
  const practitioner = clinic.demo('provider-1') as WithId<Practitioner>;
  const encounter = await clinic.medplum.createResource<Encounter>({
    resourceType: 'Encounter',
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: createReference(patient),
    participant: [{ individual: createReference(practitioner) }],
  });
  return { patient, practitioner, encounter };
}

/** A transcript of that visit, not yet stored. */
export function transcriptOf({ patient, encounter }: Visit, text: string): DocumentReference {
  return {
    resourceType: 'DocumentReference',
    status: 'current',
    type: { coding: [{ system: codeSystem('document-type'), code: 'transcript' }] },
    subject: createReference(patient),
    content: [{ attachment: { contentType: 'text/plain', data: encodeBase64(text) } }],
    context: { encounter: [createReference(encounter)] },
  };
}

/** Everything that a draft may have brought into a patient's chart. */
export interface Chart {
  readonly notes: WithId<Composition>[];
  readonly conditions: WithId<Condition>[];
  readonly medications: WithId<MedicationRequest>[];
  readonly services: WithId<ServiceRequest>[];
  readonly observations: WithId<Observation>[];
}

export async function chartOf({ medplum }: Clinic, { patient }: Visit): Promise<Chart> {
  const subject = `subject=Patient/${patient.id}&_count=1000&_sort=_lastUpdated`;
  return {
    notes: await medplum.searchResources('Composition', subject),
    conditions: await medplum.searchResources('Condition', subject),
    medications: await medplum.searchResources('MedicationRequest', subject),
    services: await medplum.searchResources('ServiceRequest', subject),
    observations: await medplum.searchResources('Observation', subject),
  };
}

const grounded = { confidence: 0.8, evidence: [{ statement: 's', text: 'chest pain', start: 0, end: 10 }] };

/** A draft with something of everything, of any size, so that what is tested does not hang on what the rules find. */
export function sampleDraft(problems = 2, orders = 2, observations = 1): Draft {
  return {
    sections: [
      { code: '61150-9', title: 'Subjective', sentences: [{ text: 'Chest pain.', ...grounded }], text: 'Chest pain.' },
      { code: '61149-1', title: 'Objective', sentences: [], text: '' },
      { code: '51848-0', title: 'Assessment', sentences: [], text: 'Problem 0. Problem 1.' },
      { code: '18776-5', title: 'Plan', sentences: [], text: 'Order 0. Order 1.' },
    ],
    problems: Array.from({ length: problems }, (_none, index) => {
      return { text: `Problem ${index}`, icd10: 'I10', role: 'addressed', ...grounded };
    }),
    orders: Array.from({ length: orders }, (_none, index) => {
      return { kind: index % 2 === 0 ? 'medication' : 'service', text: `Order ${index}`, ...grounded };
    }),
    observations: Array.from({ length: observations }, (_none, index) => {
      return { category: 'vital-signs', text: `Pulse ${index}`, value: { value: 70, unit: 'bpm' }, ...grounded };
    }),
  };
}

/** Drafts a stored document as the bot does, with what another scribe would have made of it. */
export async function draftWith({ medplum, clock }: Clinic, documentId: string, drafted: Draft): Promise<Outcome> {
  const author = await storedAuthor(medplum, { model: 'test', instructions: { kind: 'rules', version: '1' } });
  return settle<DraftingState, Outcome>({
    fhir: medplum,
    load: () => loadDrafting(medplum, documentId, author),
    decide: (state) => decideDraft(state, () => drafted, new Date(clock.now())),
  });
}

/** What a scribe drafts. */
const DRAFTED = ['Composition', 'Condition', 'Observation', 'MedicationRequest', 'ServiceRequest'] as const;
type Draftable = Composition | Condition | Observation | MedicationRequest | ServiceRequest;

/** Is a resource what only a signature may make of a draft: final, active or confirmed? */
export function decided(resource: Resource): boolean {
  switch (resource.resourceType) {
    case 'Composition':
      return !['preliminary', 'entered-in-error'].includes(resource.status) || resource.attester !== undefined;
    case 'Observation':
      return !['preliminary', 'entered-in-error'].includes(resource.status);
    case 'Condition': {
      const verified = resource.verificationStatus?.coding?.[0]?.code ?? '';
      return (
        resource.clinicalStatus !== undefined || !['provisional', 'refuted', 'entered-in-error'].includes(verified)
      );
    }
    case 'MedicationRequest':
    case 'ServiceRequest':
      return !['draft', 'entered-in-error'].includes(resource.status) || resource.intent !== 'proposal';
    default:
      return false;
  }
}

/**
 * The patients of whose drafts any was ever decided, for however short a time: every version counts.
 * @returns References, each once, and how many versions were looked at.
 */
export async function everDecided({ medplum }: Clinic): Promise<{ about: string[]; versions: number }> {
  const about = new Set<string>();
  let versions = 0;
  for (const type of DRAFTED) {
    const ids = (await medplum.searchResources(type, '_count=1000&_fields=id', { cache: 'reload' })).map(
      ({ id }) => id,
    );
    // A batch of nothing is refused.
    if (ids.length === 0) continue;
    const histories = await medplum.executeBatch({
      resourceType: 'Bundle',
      type: 'batch',
      entry: ids.map((id) => ({ request: { method: 'GET', url: `${type}/${id}/_history` } })),
    });
    for (const { resource: history } of histories.entry ?? []) {
      for (const { resource } of (history as Bundle<Draftable>).entry ?? []) {
        versions += 1;
        if (resource && decided(resource)) about.add(resource.subject?.reference ?? '');
      }
    }
  }
  return { about: [...about], versions };
}

/** Runs what must not reach the bots: their Subscriptions to documents are off meanwhile. */
export async function undelivered<T>({ medplum, server }: Clinic, work: () => Promise<T>): Promise<T> {
  await server.drain();
  const subscriptions = (await medplum.searchResources('Subscription', 'status=active&_count=1000')).filter(
    ({ criteria }) => criteria.startsWith('DocumentReference'),
  );
  for (const subscription of subscriptions) {
    await medplum.updateResource({ ...subscription, status: 'off' });
  }
  const result = await work();
  await server.drain();
  for (const { id } of subscriptions) {
    await medplum.updateResource({ ...(await medplum.readResource('Subscription', id)), status: 'active' });
  }
  return result;
}
