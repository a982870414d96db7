import { TAG, answer, outcome, resource } from '../story.ts';
import type { Story } from '../story.ts';

export const GRAPHQL: Story = {
  name: 'GraphQL',
  steps: [
    {
      name: 'a Practitioner',
      send: 'POST Practitioner',
      body: { resourceType: 'Practitioner', meta: TAG, name: [{ family: 'Gregory' }] },
      keep: 'doc',
      expect: resource(
        201,
        '{doc.version}',
        { id: '{doc}', name: [{ family: 'Gregory' }], resourceType: 'Practitioner' },
        { location: '{base}/fhir/R4/Practitioner/{doc}' },
      ),
    },
    {
      name: 'a Patient',
      send: 'POST Patient',
      body: {
        resourceType: 'Patient',
        meta: TAG,
        active: true,
        birthDate: '1980-01-02',
        name: [{ family: 'Graph', given: ['Ada'] }],
        generalPractitioner: [{ reference: 'Practitioner/{doc.id}' }],
      },
      keep: 'ada',
      expect: resource(
        201,
        '{ada.version}',
        {
          active: true,
          birthDate: '1980-01-02',
          generalPractitioner: [{ reference: 'Practitioner/{doc}' }],
          id: '{ada}',
          name: [{ family: 'Graph', given: ['Ada'] }],
          resourceType: 'Patient',
        },
        { location: '{base}/fhir/R4/Patient/{ada}' },
      ),
    },
    {
      name: 'an Observation',
      send: 'POST Observation',
      body: {
        resourceType: 'Observation',
        meta: TAG,
        status: 'final',
        code: { text: 'x' },
        subject: { reference: 'Patient/{ada.id}' },
        valueString: 'y',
      },
      keep: 'obs',
      expect: resource(
        201,
        '{obs.version}',
        {
          code: { text: 'x' },
          id: '{obs}',
          resourceType: 'Observation',
          status: 'final',
          subject: { reference: 'Patient/{ada}' },
          valueString: 'y',
        },
        { location: '{base}/fhir/R4/Observation/{obs}' },
      ),
    },
    {
      name: 'by id',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: { query: '{ Patient(id: "{ada.id}") { id resourceType birthDate name { family given } } }' },
      expect: answer(200, 'application/json; charset=utf-8', {
        data: {
          Patient: {
            birthDate: '1980-01-02',
            id: '{ada}',
            name: [{ family: 'Graph', given: ['Ada'] }],
            resourceType: 'Patient',
          },
        },
      }),
    },
    {
      name: 'an id that nothing has',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: { query: '{ Patient(id: "0a9a1b9e-7d5c-4c9e-9a53-222222222222") { id } }' },
      expect: answer(200, 'application/json; charset=utf-8', {
        data: { Patient: null },
        errors: [{ locations: [{ column: 3, line: 1 }], message: 'Not found', path: ['Patient'] }],
      }),
    },
    {
      name: 'a list',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: { query: '{ PatientList(_tag: "{run}", name: "graph") { id active } }' },
      expect: answer(200, 'application/json; charset=utf-8', {
        data: { PatientList: [{ active: true, id: '{ada}' }] },
      }),
    },
    {
      name: 'a list that is empty',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: { query: '{ PatientList(_tag: "{run}", name: "nobody") { id } }' },
      expect: answer(200, 'application/json; charset=utf-8', { data: { PatientList: [] } }),
    },
    {
      name: 'what a reference leads to',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: {
        query:
          '{ Patient(id: "{ada.id}") { generalPractitioner { reference resource { ... on Practitioner { name { family } } } } } }',
      },
      expect: answer(200, 'application/json; charset=utf-8', {
        data: {
          Patient: {
            generalPractitioner: [{ reference: 'Practitioner/{doc}', resource: { name: [{ family: 'Gregory' }] } }],
          },
        },
      }),
    },
    {
      name: 'what refers to it',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: { query: '{ Patient(id: "{ada.id}") { ObservationList(_reference: subject) { id valueString } } }' },
      expect: answer(200, 'application/json; charset=utf-8', {
        data: { Patient: { ObservationList: [{ id: '{obs}', valueString: 'y' }] } },
      }),
    },
    {
      name: 'two at once',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: { query: '{ one: Patient(id: "{ada.id}") { id } two: ObservationList(_tag: "{run}") { id } }' },
      expect: answer(200, 'application/json; charset=utf-8', {
        data: { one: { id: '{ada}' }, two: [{ id: '{obs}' }] },
      }),
    },
    {
      name: 'a variable',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: {
        query: 'query Q($id: ID!) { Patient(id: $id) { id } }',
        variables: { id: '{ada.id}' },
        operationName: 'Q',
      },
      expect: answer(200, 'application/json; charset=utf-8', { data: { Patient: { id: '{ada}' } } }),
    },
    {
      name: 'a connection',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: { query: '{ PatientConnection(_tag: "{run}") { count edges { mode resource { id } } } }' },
      expect: answer(200, 'application/json; charset=utf-8', {
        data: { PatientConnection: { count: 1, edges: [{ mode: 'match', resource: { id: '{ada}' } }] } },
      }),
    },
    {
      name: 'a sorted list',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: { query: '{ PatientList(_tag: "{run}", _sort: "-birthdate", _count: 1) { id } }' },
      expect: answer(200, 'application/json; charset=utf-8', { data: { PatientList: [{ id: '{ada}' }] } }),
    },
    {
      name: 'a filter',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: { query: '{ PatientList(_filter: "name co Graph and _tag eq {run}") { id } }' },
      expect: answer(200, 'application/json; charset=utf-8', { data: { PatientList: [{ id: '{ada}' }] } }),
    },
    {
      name: 'an unknown field',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: { query: '{ Patient(id: "{ada.id}") { shoeSize } }' },
      expect: outcome(400, 'error invalid'),
    },
    {
      name: 'an unknown type',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: { query: '{ Nothing(id: "1") { id } }' },
      expect: outcome(400, 'error invalid'),
    },
    {
      name: 'an unknown argument',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: { query: '{ PatientList(shoe_size: "42") { id } }' },
      expect: outcome(400, 'error invalid'),
    },
    {
      name: 'what is no GraphQL',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: { query: '{ Patient(' },
      expect: outcome(400, 'error invalid'),
    },
    {
      name: 'nothing',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: { query: '' },
      expect: outcome(400, 'error invalid'),
    },
    {
      name: 'no query',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: {},
      expect: outcome(400, 'error invalid'),
    },
    {
      name: 'a mutation',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: { query: 'mutation { PatientCreate(res: { resourceType: "Patient", active: true }) { id active } }' },
      expect: answer(200, 'application/json; charset=utf-8', {
        data: { PatientCreate: { active: true, id: '{uuid}' } },
      }),
    },
    {
      name: 'a deep query',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: {
        query:
          '{ PatientList(_tag: "{run}") { generalPractitioner { resource { ... on Practitioner { qualification { issuer { resource { ... on Organization { endpoint { resource { ... on Endpoint { managingOrganization { resource { ... on Organization { partOf { resource { ... on Organization { partOf { reference } } } } } } } } } } } } } } } } } } }',
      },
      expect: answer(200, 'application/json; charset=utf-8', {
        data: { PatientList: [{ generalPractitioner: [{ resource: { qualification: null } }] }] },
      }),
    },
    {
      name: 'of nobody',
      send: 'POST $graphql',
      headers: { 'content-type': 'application/json' },
      body: { query: '{ PatientList { id } }' },
      as: 'nobody',
      expect: {
        status: 401,
        headers: {
          'content-type': 'application/fhir+json; charset=utf-8',
          'www-authenticate': 'Bearer realm="{base}/"',
        },
        body: ['unauthorized: error login'],
      },
    },
    { name: 'by GET', send: 'GET $graphql?query=%7BPatientList%7Bid%7D%7D', expect: outcome(400, 'error structure') },
  ],
};
