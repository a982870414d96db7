import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MedplumClient } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { AccessPolicyResource, Bundle, ClientApplication, Patient } from '@medplum/fhirtypes';
import { TestServer } from '../testing.ts';

let t: TestServer;
let patient: WithId<Patient>;
let ids: Record<string, string>;

beforeAll(async () => {
  t = await TestServer.start();
  const { medplum } = t;
  const practitioner = await medplum.createResource({ resourceType: 'Practitioner' });
  const organization = await medplum.createResource({ resourceType: 'Organization', name: 'Clinic' });
  patient = await medplum.createResource<Patient>({
    resourceType: 'Patient',
    managingOrganization: { reference: `Organization/${organization.id}` },
    generalPractitioner: [{ reference: `Practitioner/${practitioner.id}` }],
  });
  const subject = { reference: `Patient/${patient.id}` };
  const condition = await medplum.createResource({ resourceType: 'Condition', subject, recordedDate: '2026-01-10' });
  const later = await medplum.createResource({ resourceType: 'Condition', subject, recordedDate: '2026-02-10' });
  const stranger = await medplum.createResource({ resourceType: 'Patient' });
  await medplum.createResource({ resourceType: 'Condition', subject: { reference: `Patient/${stranger.id}` } });
  ids = {
    patient: patient.id,
    practitioner: practitioner.id,
    organization: organization.id,
    condition: condition.id,
    later: later.id,
  };
});
afterAll(() => t.server.close());

/** What of the patient somebody gets, by our names, and the address of the next page. */
async function everything(query = '', medplum = t.medplum): Promise<{ names: string[]; next: string | undefined }> {
  const url = query.startsWith('http') ? query : `fhir/R4/Patient/${patient.id}/$everything${query}`;
  const { entry, link } = await medplum.get<Bundle>(url, { cache: 'reload' });
  const found = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
  return {
    names: (entry ?? []).map(({ resource }) => found.get(resource?.id as string) ?? 'somebody else’s').sort(),
    next: link?.find(({ relation }) => relation === 'next')?.url,
  };
}

test('$everything is what is about a patient, and who and what that names', async () => {
  expect((await everything()).names).toEqual(Object.keys(ids).sort());
  const response = await t.post(`/fhir/R4/Patient/${patient.id}/$everything`, {});
  expect(((await response.json()) as Bundle).entry).toHaveLength(5);
});

test('it can be narrowed by type, by time of care and of change, and comes in pages', async () => {
  // Whose it is, and who and what the patient names.
  const always = ['patient', 'organization', 'practitioner'];
  expect((await everything('?_type=Condition')).names).toEqual([...always, 'condition', 'later'].sort());
  expect((await everything('?_type=Condition&start=2026-02-01')).names).toEqual([...always, 'later'].sort());
  expect((await everything('?_type=Condition&end=2026-02-01')).names).toEqual([...always, 'condition'].sort());
  expect((await everything('?_since=2999-01-01')).names).toEqual([]);
  const seen: string[] = [];
  for (let next: string | undefined = '?_type=Condition&_count=1'; next;) {
    const page: { names: string[]; next: string | undefined } = await everything(next);
    seen.push(...page.names);
    next = page.next;
  }
  expect(seen.sort()).toEqual([...always, 'condition', 'later'].sort());
  for (const query of ['?_type=Slot', '?_count=some', '?start=soon']) {
    expect((await t.fetch(`/fhir/R4/Patient/${patient.id}/$everything${query}`)).status).toBe(400);
  }
});

test('nobody gets what they may not see', async () => {
  const as = async (resource: AccessPolicyResource[]): Promise<MedplumClient> => {
    const policy = await t.medplum.createResource({ resourceType: 'AccessPolicy', name: 'test', resource });
    const client = await t.medplum.post<WithId<ClientApplication>>(`admin/projects/${t.projectId}/client`, {
      name: 'limited',
      accessPolicy: { reference: `AccessPolicy/${policy.id}` },
    });
    const medplum = new MedplumClient({ baseUrl: t.server.baseUrl, fetch });
    await medplum.startClientLogin(client.id, client.secret as string);
    return medplum;
  };
  const limited = await as([{ resourceType: 'Patient' }, { resourceType: 'Organization' }]);
  expect((await everything('', limited)).names).toEqual(['organization', 'patient']);
  const blind = await as([{ resourceType: 'Condition' }]);
  await expect(everything('', blind)).rejects.toThrow();
});
