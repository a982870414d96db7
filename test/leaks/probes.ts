import type { Resource } from '@medplum/fhirtypes';
import type { HiddenType, Item } from './world.ts';
import { hiddenResource, PATIENT_PARAMETER, SYSTEM } from './world.ts';

/** One way to a resource. Asked of what is hidden and of what there is not, it must be answered alike. */
export interface Probe {
  readonly name: string;
  /** Whether it changes the resource for somebody who may. */
  readonly changes?: boolean;
  /** Whether it is answered alike for everybody: then only what it did could tell. */
  readonly tellsNothing?: boolean;
  /** The types that there is such a way for; all unless given. */
  readonly only?: readonly HiddenType[];
  readonly request: (item: Item, known: Known) => Request;
}

/** What whoever asks knows besides. */
export interface Known {
  readonly hiddenPatient: string;
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const ABOUT_PATIENTS = [
  'Observation',
  'Condition',
  'Encounter',
  'Communication',
  'DocumentReference',
  'CarePlan',
] as const;

const get = (path: string): Request => ({ method: 'GET', path });
const search = ({ type }: Item, query: string): Request => get(`${type}?${query}`);
const bundle = (type: 'batch' | 'transaction', ...entry: object[]): Request => ({
  method: 'POST',
  path: '',
  body: { resourceType: 'Bundle', type, entry },
});
const entry = (method: string, url: string, more: object = {}, resource?: Resource): object => ({
  request: { method, url, ...more },
  ...(resource && { resource }),
});
const byKey = ({ canary }: Item): string => `identifier=${SYSTEM}|${canary}`;
const changed = ({ type, id, canary }: Item, patient: string): Resource => ({
  ...hiddenResource(type, patient, canary),
  id,
  language: 'en',
});

/** Every way that leads to a resource. */
export const PROBES: readonly Probe[] = [
  { name: 'read', request: ({ type, id }) => get(`${type}/${id}`) },
  {
    name: 'read, extended',
    request: ({ type, id }) => ({ ...get(`${type}/${id}`), headers: { 'x-medplum': 'extended' } }),
  },
  { name: 'vread', request: ({ type, id, version }) => get(`${type}/${id}/_history/${version}`) },
  { name: 'history', request: ({ type, id }) => get(`${type}/${id}/_history`) },
  {
    name: 'conditional read',
    request: ({ type, id, version }) => ({ ...get(`${type}/${id}`), headers: { 'if-none-match': `W/"${version}"` } }),
  },
  { name: 'search by id', request: (item) => search(item, `_id=${item.id}`) },
  { name: 'search by identifier', request: (item) => search(item, byKey(item)) },
  { name: 'search by POST', request: (item) => ({ method: 'POST', path: `${item.type}/_search?${byKey(item)}` }) },
  { name: 'count', request: (item) => search(item, `${byKey(item)}&_summary=count`) },
  { name: 'total', request: (item) => search(item, `${byKey(item)}&_total=accurate&_count=0`) },
  { name: 'count of all but it', request: (item) => search(item, `_id:not=${item.id}&_total=accurate&_count=0`) },
  { name: 'sorted page', request: (item) => search(item, `${byKey(item)}&_sort=-_lastUpdated&_count=1`) },
  { name: 'filter', request: (item) => search(item, `_filter=identifier eq ${SYSTEM}|${item.canary}`) },
  { name: 'filter or', request: (item) => search(item, `_filter=_id eq ${item.id} or _id eq ${item.canary}`) },
  { name: 'filter not', request: (item) => search(item, `_filter=_id ne ${item.id}&_total=accurate&_count=0`) },
  { name: 'elements', request: (item) => search(item, `${byKey(item)}&_elements=identifier`) },
  { name: 'several types', request: (item) => get(`?_type=${item.type},Practitioner&_id=${item.id}`) },
  {
    name: 'patient',
    request: (item, { hiddenPatient }) =>
      search(item, `${PATIENT_PARAMETER[item.type]}=${hiddenPatient}&${byKey(item)}`),
  },
  {
    name: 'compartment',
    request: (item, { hiddenPatient }) => search(item, `_compartment=Patient/${hiddenPatient}&${byKey(item)}`),
  },
  {
    name: 'chain',
    only: ABOUT_PATIENTS,
    request: (item) => get(`Patient?_has:${item.type}:patient:identifier=${item.canary}`),
  },
  {
    name: 'count by what refers to it',
    only: ABOUT_PATIENTS,
    request: (item) => get(`Patient?_has:${item.type}:patient:_id=${item.id}&_total=accurate&_count=0`),
  },
  {
    name: 'chain to it',
    only: ['Patient'],
    request: ({ canary }) => get(`Observation?subject:Patient.name=${canary}`),
  },
  {
    name: 'count by chain',
    only: ['Patient'],
    request: ({ canary }) => get(`Condition?patient.identifier=${canary}&_total=accurate&_count=0`),
  },
  {
    name: 'chain to its id',
    only: ['Patient'],
    request: ({ id }) => get(`Encounter?patient._id=${id}&_total=accurate`),
  },
  {
    name: 'include',
    only: ['Patient'],
    request: ({ id }) => get(`Observation?patient=${id}&_include=Observation:patient`),
  },
  {
    name: 'revinclude',
    only: ['Patient'],
    request: ({ id }) => get(`Patient?_id=${id}&_revinclude=Observation:patient`),
  },
  { name: 'GraphQL by id', request: ({ type, id }) => graphql(`{ ${type}(id: "${id}") { id } }`) },
  { name: 'GraphQL list', request: ({ type, id }) => graphql(`{ ${type}List(_id: "${id}") { id } }`) },
  {
    name: 'GraphQL back reference',
    only: ['Patient'],
    request: ({ id }) => graphql(`{ PatientList(_id: "${id}") { id ObservationList(_reference: subject) { id } } }`),
  },
  { name: 'operation', request: ({ type, id }) => ({ method: 'POST', path: `${type}/${id}/$peek`, body: {} }) },
  { name: 'everything', only: ['Patient'], request: ({ id }) => get(`Patient/${id}/$everything`) },
  {
    name: 'batch',
    request: (item) =>
      bundle('batch', entry('GET', `${item.type}/${item.id}`), entry('GET', `${item.type}?${byKey(item)}`)),
  },
  { name: 'transaction', request: (item) => bundle('transaction', entry('GET', `${item.type}?${byKey(item)}`)) },
  { name: 'transaction, read', request: ({ type, id }) => bundle('transaction', entry('GET', `${type}/${id}`)) },
  {
    name: 'conditional reference',
    only: ['Patient'],
    changes: true,
    request: (item) => ({
      method: 'POST',
      path: 'Basic',
      body: { resourceType: 'Basic', code: { text: 'x' }, subject: { reference: `Patient?${byKey(item)}` } },
    }),
  },
  {
    name: 'update',
    changes: true,
    request: (item, { hiddenPatient }) => ({
      method: 'PUT',
      path: `${item.type}/${item.id}`,
      body: changed(item, hiddenPatient),
    }),
  },
  {
    name: 'update with a version',
    changes: true,
    request: (item, { hiddenPatient }) => ({
      method: 'PUT',
      path: `${item.type}/${item.id}`,
      body: changed(item, hiddenPatient),
      headers: { 'if-match': 'W/"1"' },
    }),
  },
  {
    name: 'patch',
    changes: true,
    request: ({ type, id }) => ({
      method: 'PATCH',
      path: `${type}/${id}`,
      headers: JSON_PATCH,
      body: [{ op: 'add', path: '/language', value: 'en' }],
    }),
  },
  {
    name: 'patch that tests',
    changes: true,
    request: ({ type, id }) => ({
      method: 'PATCH',
      path: `${type}/${id}`,
      headers: JSON_PATCH,
      body: [{ op: 'test', path: '/id', value: 'no' }],
    }),
  },
  { name: 'delete', changes: true, request: ({ type, id }) => ({ method: 'DELETE', path: `${type}/${id}` }) },
  {
    name: 'conditional delete',
    changes: true,
    tellsNothing: true,
    request: (item) => ({ method: 'DELETE', path: `${item.type}?${byKey(item)}` }),
  },
  {
    name: 'conditional patch',
    changes: true,
    request: (item) => ({
      method: 'PATCH',
      path: `${item.type}?${byKey(item)}`,
      headers: JSON_PATCH,
      body: [{ op: 'add', path: '/language', value: 'en' }],
    }),
  },
  {
    name: 'conditional create',
    changes: true,
    request: (item, { hiddenPatient }) => ({
      method: 'POST',
      path: item.type,
      headers: { 'if-none-exist': byKey(item) },
      body: hiddenResource(item.type, hiddenPatient, 'again'),
    }),
  },
  {
    name: 'conditional update',
    changes: true,
    request: (item, { hiddenPatient }) => ({
      method: 'PUT',
      path: `${item.type}?${byKey(item)}`,
      body: hiddenResource(item.type, hiddenPatient, 'again'),
    }),
  },
  {
    name: 'conditional create in a transaction',
    changes: true,
    request: (item, { hiddenPatient }) =>
      bundle(
        'transaction',
        entry('POST', item.type, { ifNoneExist: byKey(item) }, hiddenResource(item.type, hiddenPatient, 'again')),
      ),
  },
];

function graphql(query: string): Request {
  return { method: 'POST', path: '$graphql', body: { query }, headers: { 'content-type': 'application/json' } };
}
