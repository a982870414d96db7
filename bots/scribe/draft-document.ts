import type { Access, Run } from '../runtime/definition.ts';
import { settle } from '../runtime/settle.ts';
import { decideDraft } from './drafting.ts';
import type { DraftingState, Outcome } from './drafting.ts';
import { storedAuthor } from './fhir/identity.ts';
import { loadDrafting } from './load-drafting.ts';
import { OFFLINE } from './offline-scribe.ts';
import { draft } from './scribe.ts';

/** What a bot that drafts documents needs. */
export const DRAFTING_ACCESS: Access = {
  Binary: 'read',
  Composition: 'write',
  Condition: 'write',
  Device: 'create',
  DocumentReference: 'write',
  Encounter: 'read',
  MedicationRequest: 'write',
  Observation: 'write',
  Patient: 'read',
  Provenance: 'create',
  ServiceRequest: 'write',
  Task: 'create',
};

/**
 * Brings the drafts of one document up to date. Safe to repeat at any time: what is up to date stays as it is. A draft
 * that is superseded and the one that takes its place are two transactions, each with room for as much as one can hold;
 * a run that ends between them is finished by the sweep, which finds a document without a draft.
 * @returns What the last of them came to.
 */
export async function draftDocument({ fhir, now }: Run, documentId: string): Promise<Outcome> {
  const author = await storedAuthor(fhir, OFFLINE);
  for (;;) {
    const outcome = await settle<DraftingState, Outcome>({
      fhir,
      load: () => loadDrafting(fhir, documentId, author),
      decide: (state) => decideDraft(state, draft, now),
    });
    if (outcome !== 'superseded') {
      return outcome;
    }
  }
}
