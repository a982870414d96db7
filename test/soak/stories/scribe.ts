import { readFile } from 'node:fs/promises';
import { createReference } from '@medplum/core';
import type { Composition } from '@medplum/fhirtypes';
import { inRoot } from '../../../scripts/lib/paths.ts';
import { chartOf, startVisit, transcriptOf } from '../../scribe/stage.ts';
import type { Stage } from '../stage.ts';

/** A transcript becomes a draft, which is signed. */
export async function note(stage: Stage): Promise<object> {
  const { clinic } = stage;
  const visit = await startVisit(clinic);
  await clinic.medplum.createResource(
    transcriptOf(visit, await readFile(inRoot('resources/demo/transcript.txt'), 'utf8')),
  );
  await stage.settle();
  const before = await chartOf(clinic, visit);
  await stage.call<Composition>('Composition/$sign', {
    composition: `Composition/${before.notes[0]?.id}`,
    accept: before.conditions.slice(0, 1).map((one) => createReference(one)),
    practitioner: `Practitioner/${visit.practitioner.id}`,
  });
  await stage.settle(1);
  const after = await chartOf(clinic, visit);
  return {
    notes: after.notes.map(({ status }) => status),
    conditions: after.conditions.map(({ verificationStatus }) => verificationStatus?.coding?.[0]?.code).sort(),
    orders: [...after.medications, ...after.services].map(({ status, intent }) => `${status} ${intent}`).sort(),
  };
}
