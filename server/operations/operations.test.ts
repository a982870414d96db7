import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bot, ClientApplication, OperationDefinitionParameter, Patient } from '@medplum/fhirtypes';
import type { WithId } from '@medplum/core';
import { TestServer } from '../testing.ts';

let t: TestServer;
let echo: WithId<Bot>;

const RETURN_PATIENT = [
  { use: 'out', name: 'return', type: 'Patient', min: 1, max: '1' },
] as OperationDefinitionParameter[];
const OUT = [{ use: 'out', name: 'got', type: 'string', min: 1, max: '1' }] as OperationDefinitionParameter[];

beforeAll(async () => {
  t = await TestServer.start();
  echo = await t.bot('async (m, e) => ({ got: JSON.stringify(e.input) })');
});

afterAll(() => t.server.close());

async function got(response: Response): Promise<string | undefined> {
  expect(response.status).toBe(200);
  const body = (await response.json()) as { parameter: { name: string; valueString: string }[] };
  return body.parameter[0]?.valueString;
}

describe('an operation', () => {
  test('gives its bot the body as it came, whatever type it is called on', async () => {
    await t.operation('echo', echo, { parameter: OUT });
    const parameters = { resourceType: 'Parameters', parameter: [{ name: 'a', valueString: 'b' }] };
    expect(await got(await t.post('/fhir/R4/Slot/$echo', parameters))).toBe(JSON.stringify(parameters));
    expect(await got(await t.post('/fhir/R4/Slot/$echo', { a: 1 }))).toBe('{"a":1}');
    expect(await got(await t.post('/fhir/R4/$echo', { a: 1 }))).toBe('{"a":1}');
    expect(await got(await t.post('/fhir/R4/Slot/abc/$echo', { a: 1 }))).toBe('{"a":1}');
  });

  test('on instances gives it the resource instead', async () => {
    await t.operation('echo-instance', echo, { instance: true, parameter: OUT });
    const patient = await t.medplum.createResource<Patient>({ resourceType: 'Patient', gender: 'other' });
    const text = await got(await t.post(`/fhir/R4/Patient/${patient.id}/$echo-instance`, { dropped: true }));
    expect(JSON.parse(text as string)).toMatchObject({ resourceType: 'Patient', id: patient.id, gender: 'other' });
    expect((await t.post('/fhir/R4/Patient/nobody/$echo-instance', {})).status).toBe(404);
  });

  test('answers with the one resource that it returns', async () => {
    const bot = await t.bot('async (m) => m.createResource({ resourceType: "Patient", gender: "male" })');
    await t.operation('make', bot, { parameter: RETURN_PATIENT });
    const made = await t.post('/fhir/R4/Patient/$make', {});
    expect(made.status).toBe(200);
    expect(await made.json()).toMatchObject({ resourceType: 'Patient', gender: 'male' });
  });

  test('that returns something else than it promises is refused', async () => {
    const bot = await t.bot('async () => ({ resourceType: "Slot" })');
    await t.operation('wrong', bot, { parameter: RETURN_PATIENT });
    const response = await t.post('/fhir/R4/Patient/$wrong', {});
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      issue: [{ details: { text: 'Expected Patient output, but got unexpected object' } }],
    });
  });

  test('that throws an outcome answers 400 with exactly that, whatever its id', async () => {
    const outcome = {
      resourceType: 'OperationOutcome',
      id: 'conflict',
      issue: [{ severity: 'error', code: 'conflict', expression: ['slot'], details: { text: 'The place is taken.' } }],
    };
    const bot = await t.bot(`async () => { throw ${JSON.stringify(outcome)}; }`);
    await t.operation('refuse', bot, { parameter: RETURN_PATIENT });
    const response = await t.post('/fhir/R4/Slot/$refuse', {});
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual(outcome);
  });

  test('that nobody defined is not found', async () => {
    const response = await t.post('/fhir/R4/Slot/$nothing', {});
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ id: 'not-found' });
  });

  test('needs a caller who may read it and its bot, and what the bot touches is the bot’s', async () => {
    const bot = await t.bot('async (m) => m.createResource({ resourceType: "Patient" })');
    await t.operation('by-others', bot, { parameter: RETURN_PATIENT });
    const callAs = async (types: string[]): Promise<number> => {
      const policy = await t.medplum.createResource({
        resourceType: 'AccessPolicy',
        resource: types.map((resourceType) => ({ resourceType, readonly: true })),
      });
      const client = await t.medplum.post<ClientApplication>(`admin/projects/${t.projectId}/client`, {
        name: 'caller',
        accessPolicy: { reference: `AccessPolicy/${policy.id}` },
      });
      const authorization = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
      return (await t.post('/fhir/R4/Patient/$by-others', {}, { authorization })).status;
    };
    expect(await callAs(['OperationDefinition', 'Bot'])).toBe(200);
    expect(await callAs(['OperationDefinition'])).toBe(403);
    expect([403, 404]).toContain(await callAs(['Bot']));
  });
});
