import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { jsonLogger } from '../http/log.ts';
import { TestServer } from '../testing.ts';
import { loggedPath } from './routes.ts';

/** A name that must not come out anywhere. */
const NAME = 'Kanarienvogel';

const lines: string[] = [];
let t: TestServer;
const write = process.stderr.write.bind(process.stderr);

/** The server's own logger, with what it writes kept here. */
beforeAll(async () => {
  process.stderr.write = (text: string) => lines.push(text) > 0;
  t = await TestServer.start({ logger: jsonLogger });
});

afterAll(async () => {
  process.stderr.write = write;
  await t.server.close();
});

test('a name gets into no log, wherever a client puts it', async () => {
  const json = { 'content-type': 'application/fhir+json' };
  const fails = await t.bot(`async (m, e) => { console.log('${NAME}'); throw new Error('${NAME}'); }`);
  await t.subscribe(`Bot/${fails.id}`, 'Patient');
  await t.subscribe(`http://127.0.0.1:9/${NAME}`, 'Patient');
  const patient = { resourceType: 'Patient', name: [{ family: NAME }] };
  const requests: [string, RequestInit][] = [
    ['/fhir/R4/Patient', { method: 'POST', headers: json, body: JSON.stringify(patient) }],
    [`/fhir/R4/Patient?name=${NAME}`, {}],
    [`/fhir/R4/Patient/${NAME}`, {}],
    [`/fhir/R4/Patient/$${NAME}`, { method: 'POST', headers: json, body: '{}' }],
    [`/fhir/R4/${NAME}`, {}],
    [`/${NAME}`, { method: 'DELETE' }],
    [`/admin/projects/${NAME}`, {}],
    [`/webhook/${NAME}`, { method: 'POST', headers: json, body: JSON.stringify({ a: NAME }) }],
    ['/fhir/R4/Patient', { method: 'POST', headers: json, body: `{"${NAME}":` }],
    ['/fhir/R4/Patient', { method: 'POST', headers: json, body: JSON.stringify({ ...patient, [NAME]: NAME }) }],
    ['/fhir/R4', { method: 'POST', headers: json, body: JSON.stringify({ resourceType: 'Bundle', type: NAME }) }],
    ['/oauth2/token', { method: 'POST', body: new URLSearchParams({ grant_type: NAME, client_id: NAME }) }],
    ['/fhir/R4/Patient', { headers: { authorization: `Bearer ${NAME}` } }],
    ['/fhir/R4/Patient', { headers: { 'x-request-id': NAME, 'user-agent': NAME, 'if-match': NAME, origin: NAME } }],
    ['/fhir/R4/Patient', { method: 'POST', headers: { ...json, 'content-encoding': NAME }, body: '{}' }],
    [`/fhir/R4/Bot/${fails.id}/$execute/${NAME}`, { method: 'POST', headers: json, body: JSON.stringify(patient) }],
  ];
  for (const [path, options] of requests) {
    const response = await t.fetch(path, options);
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    await response.arrayBuffer();
  }
  await t.server.drain();
  const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(logged.filter(({ message }) => message === 'request').length).toBeGreaterThanOrEqual(requests.length);
  expect(lines.join('')).not.toContain(NAME);
});

test('of an error its kind and its place are logged, not what it says', () => {
  lines.length = 0;
  jsonLogger.error('failed', new RangeError(`first line\n    at ${NAME}`));
  jsonLogger.error('failed', NAME);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ error: 'RangeError', at: expect.stringContaining('log-privacy.test.ts') }),
    expect.objectContaining({ error: 'string' }),
  ]);
  expect(lines.join('')).not.toContain(NAME);
});

test('what is an id or one of the server’s own words is logged as it is', () => {
  const id = 'b5ba58f3-4fcb-4e9e-8d4b-3a6d4c1e6f10';
  expect(loggedPath(`/fhir/R4/Patient/${id}/$everything?name=x`)).toBe(`/fhir/R4/Patient/${id}/$everything`);
  expect(loggedPath('/oauth2/token')).toBe('/oauth2/token');
  expect(loggedPath(`/fhir/R4/Patient/Berta/_history/1/a/b/c/d`)).toBe('/fhir/R4/Patient/*/_history/*/*/…');
});
