import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MedplumClient } from '@medplum/core';
import { createReference, MedplumClient as Client } from '@medplum/core';
import type { Practitioner, PractitionerRole, RelatedPerson } from '@medplum/fhirtypes';
import { ManualClock, silentLogger, startServer } from '../../server/index.ts';
import type { RunningServer } from '../../server/index.ts';
import { codeSystem } from './contract.ts';
import { Refusal } from './outcome.ts';
import { actsFor, authorize, identify, staff, staffOrPatient } from './requester.ts';
import type { Requester } from './requester.ts';

const refusalOf = async (run: () => unknown): Promise<string> => {
  try {
    await run();
    return 'allowed';
  } catch (thrown) {
    return thrown instanceof Refusal ? `${thrown.outcome.issue[0]?.code}` : 'broken';
  }
};

const PATIENT: Requester = { reference: 'Patient/1', kind: 'patient', roles: [], patient: 'Patient/1' };
const NURSE: Requester = { reference: 'Practitioner/1', kind: 'staff', roles: ['nurse'] };
const PROGRAM: Requester = { reference: 'ClientApplication/1', kind: 'program', roles: [] };

describe('authorize', () => {
  test.each([
    ['a program', PROGRAM, staff('administrator'), 'allowed'],
    ['staff with the role', NURSE, staff('front-desk', 'nurse'), 'allowed'],
    ['staff without the role', NURSE, staff('front-desk'), 'forbidden'],
    ['staff without any role', { ...NURSE, roles: [] }, staffOrPatient('nurse'), 'forbidden'],
    ['a patient where patients may', PATIENT, staffOrPatient('nurse'), 'allowed'],
    ['a patient where only staff may', PATIENT, staff('nurse'), 'forbidden'],
  ])('%s', async (_who, requester, who, expected) => {
    expect(await refusalOf(() => authorize(who, requester))).toBe(expected);
  });
});

describe('actsFor', () => {
  test.each([
    ['a patient for themself', PATIENT, 'Patient/1', 'allowed'],
    ['a patient for another', PATIENT, 'Patient/2', 'forbidden'],
    ['a patient for nobody', PATIENT, undefined, 'forbidden'],
    ['staff for anybody', NURSE, 'Patient/2', 'allowed'],
    ['a program for anybody', PROGRAM, 'Patient/2', 'allowed'],
  ])('%s', async (_who, requester, patient, expected) => {
    expect(await refusalOf(() => actsFor(requester, patient, 'patient'))).toBe(expected);
  });
});

describe('identify', () => {
  let server: RunningServer;
  let fhir: MedplumClient;
  beforeAll(async () => {
    server = await startServer({ port: 0, clock: new ManualClock(), logger: silentLogger });
    fhir = new Client({ baseUrl: `${server.baseUrl}/`, cacheTime: 0 });
    fhir.setBasicAuth(server.credentials.clientId, server.credentials.clientSecret);
  });
  afterAll(() => server.close());

  test('takes the roles of a practitioner from their active PractitionerRoles only', async () => {
    const practitioner = await fhir.createResource<Practitioner>({ resourceType: 'Practitioner' });
    const role = (code: string, system: string, active: boolean): Promise<PractitionerRole> =>
      fhir.createResource<PractitionerRole>({
        resourceType: 'PractitionerRole',
        active,
        practitioner: createReference(practitioner),
        code: [{ coding: [{ system, code }] }],
      });
    await role('nurse', codeSystem('role'), true);
    await role('administrator', codeSystem('role'), false);
    await role('front-desk', 'https://example.com/roles', true);
    expect(await identify(fhir, createReference(practitioner))).toEqual({
      reference: `Practitioner/${practitioner.id}`,
      kind: 'staff',
      roles: ['nurse'],
    });
  });

  test('lets a related person act for their patient while they are active', async () => {
    const person: RelatedPerson = { resourceType: 'RelatedPerson', patient: { reference: 'Patient/7' } };
    const active = await fhir.createResource(person);
    const inactive = await fhir.createResource({ ...person, active: false });
    expect(await identify(fhir, createReference(active))).toMatchObject({ kind: 'patient', patient: 'Patient/7' });
    expect(await refusalOf(() => identify(fhir, createReference(inactive)))).toBe('forbidden');
  });

  test.each([undefined, {}, { reference: 'Device/1' }, { reference: 'Group/1' }])('refuses %j', async (requester) => {
    expect(await refusalOf(() => identify(fhir, requester))).toBe('forbidden');
  });
});
