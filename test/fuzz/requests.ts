import type { Random } from '../soak/random.ts';

/** A request that no server should do anything for. */
export interface BadRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Buffer;
}

const UUID = '11111111-2222-4333-8444-555555555555';
const TYPES = ['Patient', 'Observation', 'Appointment', 'Slot', 'Task', 'Bundle', 'Questionnaire'] as const;
const JSON_TYPES = ['application/fhir+json', 'application/json', 'application/json; charset=utf-16', 'text/json'];
const ODD_TYPES = [
  'text/xml',
  'multipart/form-data',
  'application/json-patch+json',
  '',
  ';',
  'a/b;c="',
  'x'.repeat(300),
];

const NASTY = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '\u0000',
  '\ud800',
  '‮',
  "'; DROP TABLE resource; --",
  '%',
  '%%%',
  '%00',
  '%c0%af',
  '../../../etc/passwd',
  '$',
  '|',
  ',',
  '\\,',
  '|||',
  '-1',
  '1e999',
  'NaN',
  '9'.repeat(400),
  '(((((',
  '*',
  'a'.repeat(5000),
  '2026-13-45T99:99:99',
  '{"a":1}',
  '{{1}}',
  '${1}',
  '🏥'.repeat(50),
  'x,'.repeat(1200),
] as const;

const PARAMETERS = [
  ...['_count', '_offset', '_sort', '_include', '_revinclude', '_elements', '_summary', '_total', '_id', '_filter'],
  ...['_lastUpdated', '_profile', '_tag', '_compartment', '_has:Observation:subject:code', '_cursor', '_format'],
  ...['name', 'birthdate', 'identifier', 'subject', 'subject:Patient.name', 'value-quantity', 'start', 'name:exact'],
  ...['name:missing', 'code:text', 'code:in', 'subject:identifier', 'general-practitioner.name', '_query', '_text'],
] as const;

const MAKERS: readonly ((random: Random) => BadRequest)[] = [
  brokenJson,
  wrongShape,
  wrongValue,
  prototypeKeys,
  deepNesting,
  large,
  oddQuery,
  oddPath,
  oddHeaders,
  oddBundle,
  oddPatch,
  oddEncoding,
  otherRoutes,
];

/** One malformed request of some kind. */
export function badRequest(random: Random): BadRequest {
  return random.pick(MAKERS)(random);
}

function json(random: Random): Record<string, string> {
  return { 'content-type': random.pick(JSON_TYPES.slice(0, 2)) };
}

function brokenJson(random: Random): BadRequest {
  const text = '{"resourceType":"Patient","name":[{"family":"x"}],"active":true}';
  const at = random.between(1, text.length - 1);
  const broken = random.pick([
    text.slice(0, at),
    `${text.slice(0, at)}\u0000${text.slice(at)}`,
    `${text}${text}`,
    `\ufeff\ufeff${text}`,
    text.replaceAll('"', "'"),
    `${text.slice(0, -1)},}`,
    `// x\n${text}`,
  ]);
  return { method: 'POST', path: '/fhir/R4/Patient', headers: json(random), body: broken };
}

/** Valid JSON that is no resource of the type. */
function wrongShape(random: Random): BadRequest {
  const body: unknown = random.pick([
    null,
    [],
    [[]],
    0,
    -1e308,
    'text',
    true,
    {},
    { resourceType: null },
    { resourceType: [] },
    { resourceType: {} },
    { resourceType: random.pick(NASTY) },
    { resourceType: 'Group' },
    [{ resourceType: 'Patient' }],
  ]);
  const method = random.pick(['POST', 'PUT']);
  const path = `/fhir/R4/Patient${method === 'PUT' ? `/${UUID}` : ''}`;
  return { method, path, headers: json(random), body: JSON.stringify(body) };
}

/** A resource in which one value is what it cannot be. */
function wrongValue(random: Random): BadRequest {
  const field = random.pick([
    'active',
    'name',
    'birthDate',
    'telecom',
    'contact',
    'extension',
    'identifier',
    'meta',
    'contained',
    'link',
    'generalPractitioner',
    'multipleBirthInteger',
    'noSuchField',
  ]);
  const value: unknown = random.pick([
    0.5,
    [[[]]],
    [0.5],
    { [random.pick(NASTY)]: 1 },
    [{ [random.pick(NASTY)]: [0.5] }],
    [{ url: 1 }],
    [{ resourceType: 'Nothing' }],
  ]);
  return {
    method: 'POST',
    path: '/fhir/R4/Patient',
    headers: json(random),
    body: JSON.stringify({ resourceType: 'Patient', [field]: value, alsoNoField: 1 }),
  };
}

function prototypeKeys(random: Random): BadRequest {
  const key = random.pick(['__proto__', 'constructor', 'prototype', '__defineGetter__', 'toString', 'valueOf']);
  const poison = `"${key}":{"polluted":true,"isAdmin":true,"toString":1}`;
  const body = random.pick([
    `{"resourceType":"Patient",${poison}}`,
    `{${poison},"resourceType":"Patient"}`,
    `{"resourceType":"Patient","name":[{${poison}}]}`,
    `{"resourceType":"Bundle","type":"transaction","entry":[{${poison}}]}`,
    `{"resourceType":"Patient","meta":{${poison}}}`,
    `[{"op":"add","path":"/${key}/polluted","value":true}]`,
  ]);
  const path = random.pick(['/fhir/R4/Patient', '/fhir/R4/', '/fhir/R4/Patient/$validate', `/fhir/R4/${key}`]);
  return { method: 'POST', path, headers: json(random), body };
}

function deepNesting(random: Random): BadRequest {
  const depth = random.pick([150, 201, 1000, 50_000]);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"extension":[', ']}'],
    ['{"contained":[', ']}'],
    ['{"a":', '}'],
  ] as const);
  const nested = `${open.repeat(depth)}1${close.repeat(depth)}`;
  const body = random.pick([nested, `{"resourceType":"Patient","extension":[${nested}]}`]);
  return { method: 'POST', path: '/fhir/R4/Patient', headers: json(random), body };
}

function large(random: Random): BadRequest {
  const size = random.pick([1_048_577, 1_200_000]);
  const filler = random.pick(['x', ' ', '\\u0000', '[],']);
  const body = `{"resourceType":"Patient","x":"${filler.repeat(Math.ceil(size / filler.length))}"}`;
  return {
    method: 'POST',
    path: random.pick(['/fhir/R4/Patient', '/oauth2/token', '/x']),
    headers: json(random),
    body,
  };
}

function oddQuery(random: Random): BadRequest {
  const name = random.pick([...PARAMETERS, ...NASTY]);
  const modifier = random.pick(['', '', ':exact', ':not', ':missing', ':__proto__', ':iterate', ':::', '.name.name']);
  const value = random.pick(NASTY);
  const raw = random.pick([true, false]);
  const query = raw
    ? `${encodeURI(name.toWellFormed())}${modifier}=${value.toWellFormed().replace(/[^\x21-\x7e]|[#"<>]/g, '%FF')}`
    : `${encodeURIComponent(name.toWellFormed())}${modifier}=${encodeURIComponent(value.toWellFormed())}`;
  const path = `/fhir/R4/${random.pick(TYPES)}?${query}${random.pick(['', '&', '&=', '&&&', `&${query}`])}`;
  return { method: 'GET', path, headers: {} };
}

/** Operations, each with a parameter. */
const OPERATIONS = [
  'ValueSet/$expand?url',
  'ValueSet/$expand?count=1&filter',
  'ValueSet/$validate-code?code=x&url',
  'CodeSystem/$lookup?code=x&system',
  'CodeSystem/$validate-code?url=x&code',
  `Patient/${UUID}/$everything?_type`,
  `Subscription/${UUID}/$get-ws-binding-token?id`,
];

function oddPath(random: Random): BadRequest {
  const odd = encodeURIComponent(random.pick(NASTY).toWellFormed());
  const path = random.pick([
    `/fhir/R4/${odd}`,
    `/fhir/R4/Patient/${odd}`,
    `/fhir/R4/Patient/${odd}/_history/${odd}`,
    `/fhir/R4/Patient/${UUID}/${odd}`,
    `/fhir/R4/Patient/${UUID}/$${odd}`,
    `/fhir/R4/Bot/${odd}/$execute`,
    `/fhir/R4//Patient`,
    `/fhir/R4/Patient//`,
    '/fhir/R4/%E0%A4%A',
    `/admin/projects/${odd}`,
    `/${odd}`,
    `/api/${odd}`,
    `/webhook/${odd}`,
    `/fhir/R4/${'Patient/'.repeat(200)}`,
    `/fhir/R4/Binary/${odd}`,
  ]);
  return { method: random.pick(['GET', 'HEAD', 'DELETE']), path, headers: {} };
}

function oddHeaders(random: Random): BadRequest {
  const value = random.pick(NASTY).replace(/[^\x20-\x7e]/g, '?');
  const name = random.pick([
    ...['if-match', 'if-none-match', 'if-none-exist', 'if-modified-since', 'prefer', 'accept', 'content-type'],
    ...['x-medplum', 'x-security-context', 'origin', 'range', 'x-forwarded-for', 'cookie', 'transfer'],
    ...['access-control-request-method', 'accept-encoding', 'x-trace-id', 'authorization'],
  ]);
  const method = random.pick(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
  const path = `/fhir/R4/Patient/${UUID}`;
  const body = method === 'PUT' ? JSON.stringify({ resourceType: 'Patient', id: UUID }) : undefined;
  return { method, path, headers: { ...json(random), [name]: value }, ...(body && { body }) };
}

function oddBundle(random: Random): BadRequest {
  const request: unknown = random.pick([
    null,
    1,
    [],
    {},
    { method: 'POST' },
    { method: 'TRACE', url: 'Patient' },
    { method: 'GET', url: random.pick(NASTY) },
    { method: 'PUT', url: `Patient/${random.pick(NASTY)}` },
    { method: 'POST', url: 'Patient', ifNoneExist: random.pick(NASTY) },
    { method: 'PUT', url: `Patient/${UUID}`, ifMatch: random.pick(NASTY) },
    { method: 'DELETE', url: 'Patient?' },
    { method: 1, url: {} },
    { method: 'POST', url: '$process' },
    { method: 'PATCH', url: `Patient/${UUID}` },
  ]);
  const resource: unknown = random.pick([undefined, null, 1, [], {}, { resourceType: 'Nothing' }, { resourceType: 1 }]);
  const entry: unknown = random.pick([
    [{ request, resource }],
    [{ fullUrl: random.pick(NASTY), request, resource }],
    [null],
    [[]],
    {},
    'entry',
    [{ request, resource }, null],
  ]);
  const type: unknown = random.pick(['transaction', 'batch', 'history', 'nothing', null, 1, {}, undefined]);
  const body = JSON.stringify({ resourceType: 'Bundle', type, entry });
  return { method: 'POST', path: random.pick(['/fhir/R4', '/fhir/R4/']), headers: json(random), body };
}

function oddPatch(random: Random): BadRequest {
  const odd = random.pick(NASTY);
  const body: unknown = random.pick([
    {},
    null,
    1,
    [1],
    [{}],
    [{ op: 'add', path: odd, value: 1 }],
    [{ op: 'nothing', path: '/active' }],
    [{ op: 'copy', from: '/name', path: '/__proto__' }],
    [{ op: 'test', path: '/'.repeat(5000) }],
    { resourceType: 'Parameters', parameter: [{ name: 'operation', part: [{ name: 'path', valueString: odd }] }] },
  ]);
  const headers = { 'content-type': 'application/json-patch+json' };
  return { method: 'PATCH', path: `/fhir/R4/Patient/${UUID}`, headers, body: JSON.stringify(body) };
}

/** Bytes and labels that do not belong together. */
function oddEncoding(random: Random): BadRequest {
  const bytes = Buffer.from(Array.from({ length: random.between(1, 400) }, () => random.between(0, 255)));
  const headers: Record<string, string> = { 'content-type': random.pick([...JSON_TYPES, ...ODD_TYPES]) };
  const encoding = random.pick([undefined, 'gzip', 'br', 'deflate', 'zstd', 'gzip, gzip', 'nonsense']);
  if (encoding) {
    headers['content-encoding'] = encoding;
  }
  return { method: 'POST', path: '/fhir/R4/Patient', headers, body: bytes };
}

function otherRoutes(random: Random): BadRequest {
  const odd = random.pick(NASTY);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  return random.pick<() => BadRequest>([
    () => ({
      method: 'POST',
      path: '/oauth2/token',
      headers: form,
      body: `grant_type=${encodeURIComponent(odd.toWellFormed())}`,
    }),
    () => ({
      method: 'POST',
      path: '/oauth2/token',
      headers: form,
      body: `grant_type=client_credentials&client_id=${encodeURIComponent(odd.toWellFormed())}&client_secret=x`,
    }),
    () => ({ method: 'POST', path: '/oauth2/token', headers: json(random), body: '{"grant_type":{}}' }),
    () => ({
      method: 'POST',
      path: '/email/v1/send',
      headers: json(random),
      body: JSON.stringify({ to: [odd], subject: {} }),
    }),
    () => ({ method: 'POST', path: `/fhir/R4/Bot/${UUID}/$execute`, headers: json(random), body: JSON.stringify(odd) }),
    () => ({ method: 'POST', path: `/fhir/R4/Bot/${UUID}/$deploy`, headers: json(random), body: '[]' }),
    () => ({
      method: 'POST',
      path: '/admin/projects/x/bot',
      headers: json(random),
      body: JSON.stringify({ name: [odd] }),
    }),
    () => ({
      method: 'POST',
      path: '/admin/projects/x/client',
      headers: json(random),
      body: JSON.stringify({ name: {} }),
    }),
    () => ({
      method: 'POST',
      path: '/admin/projects/x/invite',
      headers: json(random),
      body: JSON.stringify({ email: [] }),
    }),
    () => ({ method: 'POST', path: '/admin/projects/x/secrets', headers: json(random), body: JSON.stringify([odd]) }),
    () => ({ method: 'POST', path: '/fhir/R4/$graphql', headers: json(random), body: JSON.stringify({ query: odd }) }),
    () => ({
      method: 'GET',
      path: `/fhir/R4/${random.pick(OPERATIONS)}=${encodeURIComponent(odd.toWellFormed())}`,
      headers: {},
    }),
    () => ({
      method: 'POST',
      path: `/fhir/R4/${random.pick(OPERATIONS).split('?')[0]}`,
      headers: json(random),
      body: JSON.stringify(
        random.pick<unknown>([
          odd,
          [odd],
          { valueSet: { resourceType: 'ValueSet', compose: { include: [{ system: odd }] } } },
          { valueSet: { resourceType: 'ValueSet', compose: { include: odd } }, coding: [], count: odd },
          { resourceType: 'Parameters', parameter: [{ name: odd, valueString: {} }, null, odd] },
          { codeableConcept: { coding: [odd, null, { code: {} }] }, url: odd },
        ]),
      ),
    }),
    () => ({ method: 'POST', path: '/fhir/R4/Patient/$validate', headers: json(random), body: JSON.stringify(odd) }),
    () => ({
      method: 'POST',
      path: '/fhir/R4/Patient/_search',
      headers: form,
      body: `${encodeURIComponent(odd.toWellFormed())}=1`,
    }),
  ])();
}
