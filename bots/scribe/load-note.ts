import { getReferenceString } from '@medplum/core';
import type { MedplumClient, WithId } from '@medplum/core';
import type { Composition, Encounter, Resource } from '@medplum/fhirtypes';
import { ofType, read, readTogether } from '../runtime/load.ts';
import type { Ref } from '../runtime/parameters.ts';
import { SCRIBE_SID } from './fhir/identity.ts';
import { draftKeyOf } from './fhir/provenance.ts';

/** A note, the encounter that it is of, and what the scribe drafted with it. */
export interface LoadedNote {
  readonly composition: WithId<Composition>;
  readonly encounter: WithId<Encounter> | undefined;
  readonly resources: readonly WithId<Resource>[];
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
  const targets = new Set<string>();
  const keys: string[] = [];
  for (const provenance of ofType(around, 'Provenance')) {
    const key = draftKeyOf(provenance);
    if (key) {
      keys.push(key);
      provenance.target.forEach((target) => targets.add(target.reference ?? ''));
    }
  }
  targets.delete(getReferenceString(composition));
  const found = targets.size > 0 ? (await readTogether(fhir, [...targets])).flat() : [];
  return {
    composition,
    encounter: ofType(around, 'Encounter')[0],
    // A Provenance says what belongs to a draft, and the resource has to say the same.
    resources: found.filter((resource) => keys.some((key) => isOfDraft(resource, key))),
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
