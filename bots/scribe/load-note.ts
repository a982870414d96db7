import type { MedplumClient, WithId } from '@medplum/core';
import type { Composition, DocumentReference, Encounter, Resource } from '@medplum/fhirtypes';
import { ofType, read, readTogether } from '../runtime/load.ts';
import type { Ref } from '../runtime/parameters.ts';
import { draftKey } from './fhir/document.ts';
import { SCRIBE_SID } from './fhir/identity.ts';
import { draftKeyOf } from './fhir/provenance.ts';

/** A note, the encounter that it is of, and what the scribe drafted with it. */
export interface LoadedNote {
  readonly composition: WithId<Composition>;
  readonly encounter: WithId<Encounter> | undefined;
  readonly resources: readonly WithId<Resource>[];
  /** The transcript that it was drafted from, if its words are the same as then. */
  readonly source: WithId<DocumentReference> | undefined;
  /** Whether that transcript says something else by now, or is withdrawn: the draft is about to be replaced. */
  readonly isOutdated: boolean;
}

/** Loads a note in three requests. */
export async function loadNote(fhir: MedplumClient, reference: Ref<'Composition'>): Promise<LoadedNote> {
  const composition = await read(fhir, reference, 'composition');
  const encounterReference = composition.encounter?.reference;
  const around = (
    await readTogether(fhir, [
      `Provenance?target=${reference}&_count=1000`,
      ...(encounterReference && /^Encounter\/[A-Za-z0-9.-]{1,64}$/.test(encounterReference)
        ? [encounterReference]
        : []),
    ])
  ).flat();
  const drafts = ofType(around, 'Provenance').filter((provenance) => draftKeyOf(provenance));
  const keys = drafts.map((provenance) => draftKeyOf(provenance) ?? '');
  const mentioned = drafts.flatMap(({ target, entity }) => [...target, ...(entity?.map(({ what }) => what) ?? [])]);
  const others = new Set(mentioned.flatMap((other) => other.reference ?? []));
  others.delete(reference);
  const found = others.size > 0 ? (await readTogether(fhir, [...others])).flat() : [];
  const documents = ofType(found, 'DocumentReference');
  const source = documents.find((document) => keys.includes(draftKey(document)));
  return {
    composition,
    encounter: ofType(around, 'Encounter')[0],
    // A Provenance says what belongs to a draft, and the resource has to say the same.
    resources: found.filter((resource) => keys.some((key) => isOfDraft(resource, key))),
    source,
    isOutdated: documents.length > 0 && source?.status !== 'current',
  };
}

function isOfDraft(resource: Resource, key: string): boolean {
  const identifiers = 'identifier' in resource ? [resource.identifier ?? []].flat() : [];
  return identifiers.some(
    (identifier) =>
      typeof identifier === 'object' &&
      identifier.system === SCRIBE_SID &&
      (identifier.value?.startsWith(`${key}/`) ?? false),
  );
}
