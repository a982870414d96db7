import { TAG, fhir, outcome, resource } from '../story.ts';
import type { Answers, Step, Story } from '../story.ts';

const KEY = 'urn:careline:differential:key';
const U = 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a';

const patient = (key: string, more: object = {}): object => ({
  resourceType: 'Patient',
  meta: TAG,
  identifier: [{ system: KEY, value: `{run}-${key}` }],
  ...more,
});

const entry = (
  method: string | undefined,
  url: string | undefined,
  resource?: object,
  more: object = {},
  fullUrl?: string,
): object => ({
  fullUrl,
  request: { method, url, ...more },
  resource,
});

const bundle = (name: string, type: string | undefined, entries: unknown, answers: Answers): Step => ({
  name,
  send: 'POST /fhir/R4/',
  body: { resourceType: 'Bundle', type, entry: entries },
  ...answers,
});

const find = (key: string, answers: Answers): Step => ({
  name: `what there is of ${key}`,
  send: `GET Patient?identifier=${KEY}|{run}-${key}&_tag={run}&_total=accurate`,
  ...answers,
});

const patch = (operations: object[]): object => ({
  resourceType: 'Binary',
  contentType: 'application/json-patch+json',
  data: Buffer.from(JSON.stringify(operations)).toString('base64'),
});

/** The id of something that there is not. */
const none = (end: number): string => `0a9a1b9e-7d5c-4c9e-9a53-2222222222${end}`;

export const BUNDLES: Story = {
  name: 'batches and transactions',
  steps: [
    {
      name: 'a Patient',
      send: 'POST Patient',
      body: patient('x', { active: true }),
      keep: 'x',
      expect: resource(
        201,
        '{x.version}',
        {
          active: true,
          id: '{x}',
          identifier: [{ system: 'urn:careline:differential:key', value: '{run}-x' }],
          resourceType: 'Patient',
        },
        { location: '{base}/fhir/R4/Patient/{x}' },
      ),
    },
    bundle(
      'a batch of everything',
      'batch',
      [
        entry('POST', 'Patient', patient('b1')),
        entry('GET', 'Patient/{x.id}'),
        entry('GET', `Patient?identifier=${KEY}|{run}-x&_tag={run}`),
        entry('PUT', 'Patient/{x.id}', patient('x', { id: '{x.id}', active: false })),
        entry('PATCH', 'Patient/{x.id}', patch([{ op: 'replace', path: '/active', value: true }])),
        entry('GET', 'Patient/{x.id}/_history/{x.meta.versionId}'),
        entry('GET', 'Patient/nobody'),
        entry('POST', 'Patient', { resourceType: 'Patient', active: 'yes' }),
        entry('DELETE', 'Patient/0a9a1b9e-7d5c-4c9e-9a53-222222222222'),
        entry('GET', 'Nothing/1'),
        entry('POST', 'Patient', patient('b1'), { ifNoneExist: `identifier=${KEY}|{run}-b1` }),
        entry('DELETE', `Patient?identifier=${KEY}|{run}-b1`),
        entry('GET', 'metadata/no'),
      ],
      {
        expect: fhir(200, {
          bundle: 'batch-response',
          entries: [
            '201 at Patient/{uuid} with Patient/{uuid}',
            '200 at Patient/{x} with Patient/{x}',
            '200 with {"bundle":"searchset","entries":["match Patient/{x}"]}',
            '200 at Patient/{x} with Patient/{x}',
            '200 at Patient/{x} with Patient/{x}',
            '200 at Patient/{x} with Patient/{x}',
            '404 not-found: error not-found',
            '400 error structure @Patient.active',
            '404 not-found: error not-found',
            '404 not-found: error not-found',
            '200 at Patient/{uuid} with Patient/{uuid}',
            '200',
            '404 not-found: error not-found',
          ],
        }),
      },
    ),
    bundle('an empty batch', 'batch', [], { expect: outcome(400, 'error invalid') }),
    bundle('a batch without entries', 'batch', undefined, { expect: outcome(400, 'error invalid') }),
    bundle('no type', undefined, [entry('GET', 'Patient/{x.id}')], { expect: outcome(400, 'error invalid') }),
    bundle('a type that is none', 'frobnicate', [entry('GET', 'Patient/{x.id}')], {
      expect: outcome(400, 'error invalid'),
    }),
    bundle('a type that is no request', 'searchset', [], { expect: outcome(400, 'error invalid') }),
    bundle('an entry without request', 'batch', [{ resource: patient('b2') }], {
      expect: fhir(200, { bundle: 'batch-response', entries: ['400 error invalid @Bundle.entry[0].request.method'] }),
    }),
    bundle('an entry without method', 'batch', [{ request: { url: 'Patient' }, resource: patient('b2') }], {
      expect: fhir(200, { bundle: 'batch-response', entries: ['400 error invalid @Bundle.entry[0].request.method'] }),
    }),
    bundle('an entry without url', 'batch', [{ request: { method: 'POST' }, resource: patient('b2') }], {
      expect: fhir(200, { bundle: 'batch-response', entries: ['400 error invalid @Bundle.entry[0].request.url'] }),
    }),
    bundle('an entry with an unknown method', 'batch', [entry('FROB', 'Patient', patient('b2'))], {
      expect: fhir(200, { bundle: 'batch-response', entries: ['404 not-found: error not-found'] }),
    }),
    bundle('an entry without resource', 'batch', [entry('POST', 'Patient')], {
      expect: fhir(200, { bundle: 'batch-response', entries: ['400 error invalid'] }),
    }),
    bundle('an entry that is null', 'batch', [null], { expect: outcome(400, 'error invalid') }),
    bundle('a bundle in a batch', 'batch', [entry('POST', '', { resourceType: 'Bundle', type: 'batch', entry: [] })], {
      expect: fhir(200, { bundle: 'batch-response', entries: ['400 error invalid @Bundle.entry[0].request.url'] }),
    }),
    bundle(
      'a stale version in a batch',
      'batch',
      [
        entry('PUT', 'Patient/{x.id}', patient('x', { id: '{x.id}', gender: 'male' }), {
          ifMatch: 'W/"0a9a1b9e-7d5c-4c9e-9a53-222222222222"',
        }),
      ],
      { expect: fhir(200, { bundle: 'batch-response', entries: ['412 precondition-failed: error processing'] }) },
    ),
    bundle('an absolute url', 'batch', [entry('GET', '{base}/fhir/R4/Patient/{x.id}')], {
      expect: fhir(200, { bundle: 'batch-response', entries: ['404 not-found: error not-found'] }),
    }),
    bundle('a url that begins with a slash', 'batch', [entry('GET', '/Patient/{x.id}')], {
      expect: fhir(200, { bundle: 'batch-response', entries: ['200 at Patient/{x} with Patient/{x}'] }),
    }),
    {
      name: 'a bundle to a path that is none',
      send: 'POST Bundle/$none',
      body: { resourceType: 'Bundle', type: 'batch', entry: [] },
      expect: outcome(404, 'not-found: error not-found'),
    },
    {
      name: 'a stored Bundle',
      send: 'POST Bundle',
      body: {
        resourceType: 'Bundle',
        meta: TAG,
        type: 'collection',
        entry: [{ resource: { resourceType: 'Patient', active: true } }],
      },
      expect: resource(
        201,
        '{uuid}',
        {
          entry: [{ resource: { active: true, resourceType: 'Patient' } }],
          id: '{uuid}',
          resourceType: 'Bundle',
          type: 'collection',
        },
        { location: '{base}/fhir/R4/Bundle/{uuid}' },
      ),
    },
    {
      name: 'what is no Bundle',
      send: 'POST /fhir/R4/',
      body: { resourceType: 'Patient' },
      expect: outcome(400, 'error invalid'),
    },
    {
      name: 'a Bundle whose entries are no list',
      send: 'POST /fhir/R4/',
      body: { resourceType: 'Bundle', type: 'batch', entry: {} },
      expect: outcome(400, 'error invalid'),
    },
    bundle(
      'a transaction with references between its entries',
      'transaction',
      [
        entry('POST', 'Observation', {
          resourceType: 'Observation',
          meta: TAG,
          status: 'final',
          code: { text: 'x' },
          subject: { reference: U },
        }),
        entry('POST', 'Patient', patient('t1'), {}, U),
      ],
      {
        expect: fhir(200, {
          bundle: 'transaction-response',
          entries: ['201 at Observation/{uuid} with Observation/{uuid}', '201 at Patient/{uuid} with Patient/{uuid}'],
        }),
      },
    ),
    {
      name: 'the reference is the new id',
      send: `GET Observation?subject:Patient.identifier=${KEY}|{run}-t1&_tag={run}&_total=accurate&_count=0`,
      expect: fhir(200, { bundle: 'searchset', total: 1 }),
    },
    bundle(
      'a reference to nothing in the bundle',
      'transaction',
      [
        entry('POST', 'Observation', {
          resourceType: 'Observation',
          meta: TAG,
          status: 'final',
          code: { text: 'dangling' },
          subject: { reference: 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0b' },
        }),
      ],
      {
        expect: fhir(200, {
          bundle: 'transaction-response',
          entries: ['201 at Observation/{uuid} with Observation/{uuid}'],
        }),
      },
    ),
    bundle(
      'a transaction in any order',
      'transaction',
      [
        entry('GET', `Patient?identifier=${KEY}|{run}-t2&_tag={run}`),
        entry('POST', 'Patient', patient('t2')),
        entry('PUT', 'Patient/{x.id}', patient('x', { id: '{x.id}', gender: 'male' })),
      ],
      {
        expect: fhir(200, {
          bundle: 'transaction-response',
          entries: [
            '200 with {"bundle":"searchset","entries":["match Patient/{uuid}"]}',
            '201 at Patient/{uuid} with Patient/{uuid}',
            '200 at Patient/{x} with Patient/{x}',
          ],
        }),
      },
    ),
    bundle(
      'a transaction that fails in one entry',
      'transaction',
      [entry('POST', 'Patient', patient('t3')), entry('POST', 'Patient', { resourceType: 'Patient', active: 'yes' })],
      { expect: outcome(400, 'error structure @Patient.active') },
    ),
    find('t3', { expect: fhir(200, { bundle: 'searchset', total: 0 }) }),
    bundle(
      'a transaction that fails on a version',
      'transaction',
      [
        entry('POST', 'Patient', patient('t3')),
        entry('PUT', 'Patient/{x.id}', patient('x', { id: '{x.id}', gender: 'other' }), {
          ifMatch: 'W/"0a9a1b9e-7d5c-4c9e-9a53-222222222222"',
        }),
      ],
      { expect: outcome(412, 'precondition-failed: error processing') },
    ),
    bundle(
      'a transaction that updates what there is not',
      'transaction',
      [
        entry('POST', 'Patient', patient('t3')),
        entry('PUT', 'Patient/0a9a1b9e-7d5c-4c9e-9a53-222222222222', patient('x', { id: none(22) })),
      ],
      { expect: outcome(404, 'not-found: error not-found') },
    ),
    bundle(
      'a transaction that reads what there is not',
      'transaction',
      [entry('POST', 'Patient', patient('t3')), entry('GET', 'Patient/0a9a1b9e-7d5c-4c9e-9a53-222222222222')],
      { expect: outcome(404, 'not-found: error not-found') },
    ),
    bundle(
      'a transaction with an unknown parameter',
      'transaction',
      [entry('POST', 'Patient', patient('t3')), entry('GET', 'Patient?shoe-size=42')],
      { expect: outcome(400, 'error invalid') },
    ),
    find('t3', { expect: fhir(200, { bundle: 'searchset', total: 0 }) }),
    bundle(
      'the same resource twice',
      'transaction',
      [entry('PUT', 'Patient/{x.id}', patient('x', { id: '{x.id}' })), entry('DELETE', 'Patient/{x.id}')],
      { expect: outcome(400, 'error invalid') },
    ),
    bundle(
      'create if none exists: none',
      'transaction',
      [
        entry('POST', 'Patient', patient('t4'), { ifNoneExist: `identifier=${KEY}|{run}-t4` }, U),
        entry('POST', 'Observation', {
          resourceType: 'Observation',
          meta: TAG,
          status: 'final',
          code: { text: 'y' },
          subject: { reference: U },
        }),
      ],
      {
        expect: fhir(200, {
          bundle: 'transaction-response',
          entries: ['201 at Patient/{uuid} with Patient/{uuid}', '201 at Observation/{uuid} with Observation/{uuid}'],
        }),
      },
    ),
    bundle(
      'create if none exists: one',
      'transaction',
      [
        entry('POST', 'Patient', patient('t4'), { ifNoneExist: `identifier=${KEY}|{run}-t4` }, U),
        entry('POST', 'Observation', {
          resourceType: 'Observation',
          meta: TAG,
          status: 'final',
          code: { text: 'y' },
          subject: { reference: U },
        }),
      ],
      {
        expect: fhir(200, {
          bundle: 'transaction-response',
          entries: ['200 at Patient/{uuid} with Patient/{uuid}', '201 at Observation/{uuid} with Observation/{uuid}'],
        }),
      },
    ),
    {
      name: 'both refer to the one',
      send: `GET Observation?subject:Patient.identifier=${KEY}|{run}-t4&_tag={run}&_total=accurate&_count=0`,
      expect: fhir(200, { bundle: 'searchset', total: 2 }),
    },
    bundle(
      'a conditional reference',
      'transaction',
      [
        entry('POST', 'Observation', {
          resourceType: 'Observation',
          meta: TAG,
          status: 'final',
          code: { text: 'z' },
          subject: { reference: `Patient?identifier=${KEY}|{run}-t4` },
        }),
      ],
      {
        expect: fhir(200, {
          bundle: 'transaction-response',
          entries: ['201 at Observation/{uuid} with Observation/{uuid}'],
        }),
      },
    ),
    bundle(
      'a conditional reference to nothing',
      'transaction',
      [
        entry('POST', 'Observation', {
          resourceType: 'Observation',
          meta: TAG,
          status: 'final',
          code: { text: 'z' },
          subject: { reference: `Patient?identifier=${KEY}|{run}-none` },
        }),
      ],
      { expect: outcome(400, 'error invalid @Observation.subject') },
    ),
    bundle(
      'a conditional update',
      'transaction',
      [entry('PUT', `Patient?identifier=${KEY}|{run}-t4`, patient('t4', { gender: 'female' }))],
      { expect: fhir(200, { bundle: 'transaction-response', entries: ['200 at Patient/{uuid} with Patient/{uuid}'] }) },
    ),
    bundle('a conditional delete', 'transaction', [entry('DELETE', `Patient?identifier=${KEY}|{run}-t4`)], {
      expect: fhir(200, { bundle: 'transaction-response', entries: ['200'] }),
    }),
    bundle(
      'a patch',
      'transaction',
      [entry('PATCH', 'Patient/{x.id}', patch([{ op: 'add', path: '/birthDate', value: '1980-01-01' }]))],
      { expect: fhir(200, { bundle: 'transaction-response', entries: ['200 at Patient/{x} with Patient/{x}'] }) },
    ),
    bundle(
      'a patch whose test fails',
      'transaction',
      [
        entry('POST', 'Patient', patient('t3')),
        entry('PATCH', 'Patient/{x.id}', patch([{ op: 'test', path: '/birthDate', value: '1970-01-01' }])),
      ],
      { expect: outcome(400, 'error invalid') },
    ),
    bundle('a patch that is none', 'transaction', [entry('PATCH', 'Patient/{x.id}', { resourceType: 'Patient' })], {
      expect: outcome(400, 'error invalid'),
    }),
    bundle('a delete', 'transaction', [entry('DELETE', 'Patient/{x.id}')], {
      expect: fhir(200, { bundle: 'transaction-response', entries: ['200'] }),
    }),
    bundle(
      'the deleted one is updated',
      'transaction',
      [entry('PUT', 'Patient/{x.id}', patient('x', { id: '{x.id}', active: true }))],
      { expect: fhir(200, { bundle: 'transaction-response', entries: ['200 at Patient/{x} with Patient/{x}'] }) },
    ),
    bundle(
      'more than fifty updates',
      'transaction',
      Array.from({ length: 51 }, (_none, i) =>
        entry('PUT', `Patient/${none(i + 10)}`, patient('x', { id: none(i + 10) })),
      ),
      { expect: outcome(400, 'error invalid') },
    ),
    bundle(
      'conditional entries among more than eight',
      'transaction',
      Array.from({ length: 9 }, (_none, i) =>
        entry('POST', 'Patient', patient(`m${i}`), { ifNoneExist: `identifier=${KEY}|{run}-m${i}` }),
      ),
      { expect: outcome(400, 'error invalid') },
    ),
    bundle('an operation in a batch', 'batch', [entry('POST', 'Patient/$nothing', { resourceType: 'Parameters' })], {
      expect: fhir(200, { bundle: 'batch-response', entries: ['404 not-found: error not-found'] }),
    }),
    bundle('$validate in a batch', 'batch', [entry('POST', 'Patient/$validate', { resourceType: 'Patient' })], {
      expect: fhir(200, { bundle: 'batch-response', entries: ['200'] }),
    }),
    bundle(
      'an operation in a transaction',
      'transaction',
      [entry('POST', 'Patient', patient('t3')), entry('POST', 'Patient/$nothing', { resourceType: 'Parameters' })],
      {
        expect: outcome(404, 'not-found: error not-found'),
        here: {
          because: 'no-operation-in-transaction',
          answer: outcome(400, 'error not-supported @Bundle.entry[1].request.url'),
        },
      },
    ),
    bundle(
      'a create with the id of the client',
      'transaction',
      [entry('POST', 'Patient', patient('t5', { id: '0a9a1b9e-7d5c-4c9e-9a53-555555555555' }))],
      { expect: fhir(200, { bundle: 'transaction-response', entries: ['201 at Patient/{uuid} with Patient/{uuid}'] }) },
    ),
    find('t3', { expect: fhir(200, { bundle: 'searchset', total: 0 }) }),
    find('t5', { expect: fhir(200, { bundle: 'searchset', total: 1, entries: ['match Patient/{uuid}'] }) }),
  ],
};
