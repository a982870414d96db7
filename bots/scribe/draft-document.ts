import { CALLING_ACCESS } from '../runtime/call.ts';
import type { Access, Run } from '../runtime/definition.ts';
import { settle } from '../runtime/settle.ts';
import { decideDraft } from './drafting.ts';
import type { DraftingState, Outcome } from './drafting.ts';
import type { Scribed, ScribeEngine } from './engine.ts';
import { storedAuthor } from './fhir/identity.ts';
import { loadDrafting } from './load-drafting.ts';
import { OFFLINE } from './offline-scribe.ts';

/** What a bot that drafts documents needs. */
export const DRAFTING_ACCESS: Access = {
  ...CALLING_ACCESS,
  Binary: 'read',
  CodeSystem: 'read',
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
  ValueSet: 'read',
};

/**
 * Brings the drafts of one document up to date. Safe to repeat at any time: what is up to date stays as it is. A draft
 * that is superseded and the one that takes its place are two transactions, each with room for as much as one can hold;
 * a run that ends between them is finished by the sweep, which finds a document without a draft.
 * @param scribe - Asked where a draft is to be made, outside the transaction: a model takes its time. Without one, all
 * else is done, and `wanted` says that a draft is to be made.
 * @returns What the last of them came to.
 */
export async function draftDocument(
  { fhir, now }: Pick<Run, 'fhir' | 'now'>,
  documentId: string,
  scribe?: ScribeEngine,
): Promise<Outcome> {
  let text: string | undefined;
  let scribed: Scribed | undefined;
  let author = await storedAuthor(fhir, OFFLINE);
  for (;;) {
    // The text may have changed since it was drafted: then that was for nothing, and the change is an event of its own.
    const draftedFrom = text;
    const outcome = await settle<DraftingState, Outcome>({
      fhir,
      load: async () => ({ ...(await loadDrafting(fhir, documentId, author)), ...makingOf(scribed) }),
      decide: (state) =>
        decideDraft(
          state,
          (wanted) => {
            text = wanted;
            return wanted === draftedFrom ? scribed?.draft : undefined;
          },
          now,
        ),
    });
    if (outcome === 'wanted' && scribe && text !== undefined && !scribed) {
      scribed = await scribe(text);
      author = await storedAuthor(fhir, scribed.by);
    } else if (outcome !== 'superseded') {
      return outcome;
    }
  }
}

const makingOf = (scribed: Scribed | undefined): Pick<DraftingState, 'making'> =>
  scribed?.making ? { making: scribed.making } : {};
