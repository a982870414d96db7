import type { MedplumClient } from '@medplum/core';
import type { Device, Reference } from '@medplum/fhirtypes';
import { TICKET_SID } from '../runtime/contract.ts';
import { ofType, read, readTogether } from '../runtime/load.ts';
import { earlierDrafts, subjectOf, ticketKey } from './drafting.ts';
import type { DraftingState } from './drafting.ts';
import { draftKey, transcriptOf } from './fhir/document.ts';

/** Loads what drafting a document depends on, in three requests and a download. */
export async function loadDrafting(
  fhir: MedplumClient,
  documentId: string,
  author: Reference<Device>,
): Promise<DraftingState> {
  const document = await read(fhir, `DocumentReference/${documentId}`, 'document');
  const encounterReference = literal(document.context?.encounter?.[0], 'Encounter');
  const found = (
    await readTogether(fhir, [
      `Provenance?entity=DocumentReference/${documentId}&_count=1000`,
      `Task?identifier=${TICKET_SID}|${ticketKey(draftKey(document))}`,
      ...(encounterReference ? [encounterReference] : []),
    ])
  ).flat();
  const provenances = ofType(found, 'Provenance');
  const [encounter] = ofType(found, 'Encounter');
  const patientReference = literal({ reference: subjectOf({ document, encounter }) }, 'Patient');
  const targets = provenances.flatMap(({ target }) => target.flatMap(({ reference }) => reference ?? []));
  const more = [...targets, ...(patientReference ? [patientReference] : [])];
  const resources = more.length > 0 ? (await readTogether(fhir, more)).flat() : [];
  return {
    document,
    encounter,
    patient: ofType(resources, 'Patient')[0],
    earlier: earlierDrafts(provenances, resources),
    transcript: await transcriptOf(fhir, document),
    ticketed: ofType(found, 'Task').length > 0,
    author,
  };
}

/** What a client wrote as a reference, if it is one that can be read: the server does not check. */
function literal(reference: Reference | undefined, type: string): string | undefined {
  const text = reference?.reference ?? '';
  return new RegExp(`^${type}/[A-Za-z0-9.-]{1,64}$`).test(text) ? text : undefined;
}
