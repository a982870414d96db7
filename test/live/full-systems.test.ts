import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { MedplumClient } from '@medplum/core';
import type { Bundle, Coding, MedicationRequest, Parameters, Resource } from '@medplum/fhirtypes';
import { RXNORM } from '../../bots/scribe/offline/terminology.ts';
import { deploy } from '../../scripts/deploy/deploy.ts';
import { signIn } from '../../scripts/lib/client.ts';
import { readCredentials } from '../../scripts/lib/settings.ts';
import { drugCodesIn, RXNORM_VALUE_SET, TWO_DRUGS } from '../scribe/drug-codes.ts';

/** Enough that an answer which reads only the first of them is wrong. */
const ROWS = 6_000;
const AT_ONCE = 1_000;

let medplum: MedplumClient;
const made: { resourceType: Resource['resourceType']; id: string }[] = [];
beforeAll(async () => {
  medplum = await signIn(readCredentials(process.env));
  await deploy(medplum);
});
afterAll(async () => {
  for (const { resourceType, id } of made) {
    await medplum.deleteResource(resourceType, id);
  }
});

test('a code system that was imported in full counts, and not our part of it', async () => {
  made.push(
    await medplum.createResource({
      resourceType: 'CodeSystem',
      url: RXNORM,
      version: '2026-11',
      status: 'active',
      content: 'complete',
      valueSet: RXNORM_VALUE_SET,
    }),
    await medplum.createResource({
      resourceType: 'ValueSet',
      url: RXNORM_VALUE_SET,
      status: 'active',
      compose: { include: [{ system: RXNORM }] },
    }),
  );
  const rows = Array.from({ length: ROWS }, (_none, index): Coding => {
    const number = String(index).padStart(4, '0');
    return { code: `x${number}`, display: `filler ${number}` };
  });
  rows.push({ code: '46041', display: 'alendronate' });
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const concepts = rows.slice(at, at + AT_ONCE).map((valueCoding) => ({ name: 'concept', valueCoding }));
    const parameter: Parameters['parameter'] = [{ name: 'system', valueUri: RXNORM }, ...concepts];
    await medplum.post(medplum.fhirUrl('CodeSystem', '$import'), { resourceType: 'Parameters', parameter });
  }
  const bundle = await medplum.post<Bundle<MedicationRequest>>(medplum.fhirUrl('Encounter', '$suggest-orders'), {
    transcript: TWO_DRUGS,
  });
  expect(drugCodesIn(bundle)).toEqual({
    alendronate: '46041',
    metformin: undefined,
  });
});
