import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MedplumClient } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Bundle, ClientApplication, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import { TestServer } from '../testing.ts';

let t: TestServer;

beforeAll(async () => {
  t = await TestServer.start();
});
afterAll(() => t.server.close());

async function find(path: string): Promise<Bundle> {
  return t.medplum.get<Bundle>(`fhir/R4/${path}`, { cache: 'reload' });
}

const names = (bundle: Bundle): (string | undefined)[] =>
  (bundle.entry ?? []).map(({ resource }) => (resource as { name?: string }).name);

describe('the definitions of FHIR', () => {
  test('are found as other resources are, and read', async () => {
    const found = await find('StructureDefinition?url=http://hl7.org/fhir/StructureDefinition/Patient');
    expect(names(found)).toEqual(['Patient']);
    const [entry] = found.entry ?? [];
    const id = entry?.resource?.id as string;
    expect(entry?.fullUrl).toBe(`${t.server.baseUrl}/fhir/R4/StructureDefinition/${id}`);
    expect(await t.medplum.readResource('StructureDefinition', id)).toMatchObject({ name: 'Patient' });
    expect(names(await find('SearchParameter?base=Slot&code=schedule'))).toEqual(['schedule']);
    expect(names(await find('ValueSet?url=http://hl7.org/fhir/ValueSet/administrative-gender'))).toHaveLength(1);
    expect(names(await find('CodeSystem?url=http://hl7.org/fhir/administrative-gender'))).toHaveLength(1);
  });

  test('belong to everybody and are changed by nobody', async () => {
    const [entry] = (await find('ValueSet?url=http://hl7.org/fhir/ValueSet/administrative-gender')).entry ?? [];
    const id = entry?.resource?.id as string;
    for (const method of ['PUT', 'DELETE']) {
      const response = await t.fetch(`/fhir/R4/ValueSet/${id}`, {
        method,
        headers: { 'content-type': 'application/fhir+json' },
        ...(method === 'PUT' && { body: JSON.stringify({ ...entry?.resource, status: 'retired' }) }),
      });
      expect(response.status).toBe(404);
    }
  });

  test('come after what the project has itself, on every page', async () => {
    const url = 'http://hl7.org/fhir/ValueSet/administrative-gender';
    const own = await t.medplum.createResource<ValueSet>({
      resourceType: 'ValueSet',
      url,
      name: 'OwnGender',
      status: 'draft',
    });
    const query = `ValueSet?url=${url}&_total=accurate`;
    const all = await find(query);
    expect([all.total, names(all)]).toEqual([2, ['OwnGender', 'AdministrativeGender']]);
    const seen: (string | undefined)[] = [];
    for (let next: string | undefined = `${t.server.baseUrl}/fhir/R4/${query}&_count=1`; next;) {
      const page: Bundle = await t.medplum.get<Bundle>(next, { cache: 'reload' });
      expect(page.total).toBe(2);
      seen.push(...names(page));
      next = page.link?.find(({ relation }) => relation === 'next')?.url;
    }
    expect(seen).toEqual(['OwnGender', 'AdministrativeGender']);
    expect((await find(`${query}&_count=0`)).total).toBe(2);
    expect(names(await find(`${query}&_count=1&_offset=5`))).toEqual([]);
    await t.medplum.deleteResource('ValueSet', own.id);
  });

  test('reach the pages of every member by GraphQL, whatever their policy says', async () => {
    const resource = [{ resourceType: 'Patient', readonly: true }];
    const policy = await t.medplum.createResource({ resourceType: 'AccessPolicy', name: 'narrow', resource });
    const client = await t.medplum.post<WithId<ClientApplication>>(`admin/projects/${t.projectId}/client`, {
      name: 'narrow',
      accessPolicy: { reference: `AccessPolicy/${policy.id}` },
    });
    const medplum = new MedplumClient({ baseUrl: t.server.baseUrl, fetch });
    await medplum.startClientLogin(client.id, client.secret as string);
    const query = `{
      StructureDefinitionList(_filter: "name eq Patient") { name, snapshot { element { path, type { code } } } }
      SearchParameterList(base: "Patient", _count: 100) { code, expression }
    }`;
    interface Learned {
      data: { StructureDefinitionList: StructureDefinition[]; SearchParameterList: { code: string }[] };
    }
    const { data } = (await medplum.graphql(query)) as Learned;
    expect(data.StructureDefinitionList.map(({ name }) => name)).toContain('Patient');
    expect(data.StructureDefinitionList[0]?.snapshot?.element).toContainEqual({
      path: 'Patient.birthDate',
      type: [{ code: 'date' }],
    });
    expect(data.SearchParameterList.map(({ code }) => code)).toContain('birthdate');
    await expect(medplum.search('ValueSet', {})).rejects.toThrow(/Forbidden/);
  });
});
