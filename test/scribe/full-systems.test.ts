import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CodeSystem } from '@medplum/fhirtypes';
import { RXNORM } from '../../bots/scribe/offline/terminology.ts';
import type { Clinic } from '../clinic.ts';
import { startClinic } from '../clinic.ts';
import { drugCodesIn, RXNORM_VALUE_SET, TWO_DRUGS } from './drug-codes.ts';

let clinic: Clinic;
beforeAll(async () => {
  clinic = await startClinic({ now: '2026-03-02T08:00:00Z' });
  await clinic.medplum.createResource({
    resourceType: 'ValueSet',
    url: RXNORM_VALUE_SET,
    status: 'active',
    compose: { include: [{ system: RXNORM }] },
  });
});
afterAll(() => clinic.close());

const codes = async (): Promise<Record<string, string | undefined>> =>
  drugCodesIn(await clinic.call('Encounter/$suggest-orders', { transcript: TWO_DRUGS }));

/** RxNorm as a clinic loads it: far more than ours, and here two drugs of it. */
const whole = (version: string | undefined): CodeSystem => ({
  resourceType: 'CodeSystem',
  url: RXNORM,
  ...(version && { version }),
  status: 'active',
  content: 'complete',
  valueSet: RXNORM_VALUE_SET,
  concept: [
    { code: '46041', display: 'alendronate' },
    { code: '83367', display: 'atorvastatin' },
  ],
});

test('what the server has in full counts, and not our part of it', async () => {
  expect(await codes()).toEqual({ alendronate: undefined, metformin: '6809' });
  const loaded = await clinic.medplum.createResource(whole('2026-11'));
  expect(await codes()).toEqual({ alendronate: '46041', metformin: undefined });
  await clinic.medplum.deleteResource('CodeSystem', loaded.id);
  // Not everybody says which release they loaded.
  await clinic.medplum.createResource(whole(undefined));
  expect(await codes()).toEqual({ alendronate: '46041', metformin: undefined });
});
