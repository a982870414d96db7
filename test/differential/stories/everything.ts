import type { Story } from '../story.ts';
import { fhir, found, outcome, resource } from '../story.ts';

/** What a step makes. */
type Body = { resourceType: string } & Record<string, unknown>;

const created = (type: string, name: string, body: object): ReturnType<typeof fhir> =>
  resource(201, `{${name}.version}`, { ...body, id: `{${name}}` }, { location: `{base}/fhir/R4/${type}/{${name}}` });

const observation = (patient: string): Body => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'pulse' },
  subject: { reference: `Patient/{${patient}.id}` },
});

const BODIES: Readonly<Record<string, Body>> = {
  clinic: { resourceType: 'Organization', name: 'Clinic' },
  doctor: { resourceType: 'Practitioner' },
  ada: {
    resourceType: 'Patient',
    managingOrganization: { reference: 'Organization/{clinic.id}' },
    generalPractitioner: [{ reference: 'Practitioner/{doctor.id}' }],
  },
  ben: { resourceType: 'Patient' },
  pulse: observation('ada'),
  visit: {
    resourceType: 'Appointment',
    status: 'proposed',
    participant: [{ actor: { reference: 'Patient/{ada.id}' }, status: 'accepted' }],
  },
  other: observation('ben'),
};

/** As the answer shows it: ids by their names. */
const shown = (body: object): object => JSON.parse(JSON.stringify(body).replaceAll(/\{(\w+)\.id\}/g, '{$1}')) as object;

const entries = (...list: string[]): ReturnType<typeof fhir> => fhir(200, { bundle: 'searchset', entries: list });

const CONTEXT = ['include Organization/{clinic}', 'include Practitioner/{doctor}'];
const OF_ADA = ['match Observation/{pulse}', 'match Patient/{ada}'];

/** What there is about a patient. */
export const EVERYTHING: Story = {
  name: '$everything',
  steps: [
    ...Object.entries(BODIES).map(([name, body]) => ({
      name: `"${name}"`,
      send: `POST ${body.resourceType}` as const,
      body,
      keep: name,
      expect: created(body.resourceType, name, shown(body)),
    })),
    {
      name: 'what is about one, and who that names',
      send: 'GET Patient/{ada.id}/$everything',
      expect: entries(...CONTEXT, 'match Appointment/{visit}', ...OF_ADA),
    },
    {
      name: 'one type, by POST',
      send: 'POST Patient/{ada.id}/$everything',
      body: { resourceType: 'Parameters', parameter: [{ name: '_type', valueCode: 'Observation' }] },
      expect: entries(...CONTEXT, ...OF_ADA),
    },
    {
      name: 'one type, by GET',
      send: 'GET Patient/{ada.id}/$everything?_type=Observation',
      expect: outcome(400, 'error invalid'),
      here: { because: 'everything-type', answer: entries(...CONTEXT, ...OF_ADA) },
    },
    {
      name: 'an unknown type',
      send: 'GET Patient/{ada.id}/$everything?_type=Nothing',
      expect: outcome(400, 'error invalid'),
    },
    {
      name: 'what is younger than now',
      send: 'GET Patient/{ada.id}/$everything?_since=2099-01-01T00:00:00Z',
      expect: found(),
    },
    { name: 'none of it', send: 'GET Patient/{ada.id}/$everything?_count=0', expect: found() },
    {
      name: 'a count that is no number',
      send: 'GET Patient/{ada.id}/$everything?_count=x',
      expect: outcome(400, 'error invalid'),
    },
    {
      name: 'an unknown patient',
      send: 'GET Patient/00000000-0000-4000-8000-000000000000/$everything',
      expect: outcome(404, 'not-found: error not-found'),
    },
    {
      name: 'an id that is none',
      send: 'GET Patient/none/$everything',
      expect: outcome(404, 'not-found: error not-found'),
    },
    {
      name: 'everything of what is no patient',
      send: 'GET Encounter/{ada.id}/$everything',
      expect: outcome(404, 'not-found: error not-found'),
    },
  ],
};
