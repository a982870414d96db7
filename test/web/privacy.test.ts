import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReference } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Appointment, Resource, Slot } from '@medplum/fhirtypes';
import type { Page } from 'playwright-core';
import { loginOf } from './people.ts';
import { startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Stands in every resource of the other patient: no answer may have it in it. */
const SECRET = 'never-for-others-7319';

describe('a patient who edits addresses and requests', () => {
  let pages: ClinicPages;
  let page: Page;
  let theirs: WithId<Resource>[];
  let appointment: WithId<Appointment>;
  let slot: WithId<Slot>;
  let own: string;
  let other: string;

  beforeAll(async () => {
    pages = await startPages();
    const { clinic } = pages;
    own = `Patient/${clinic.demo('patient-1').id}`;
    other = `Patient/${clinic.demo('patient-2').id}`;
    await clinic.call('Schedule/$generate-slots', {
      schedule: `Schedule/${clinic.demo('schedule-1').id}`,
      start: '2026-03-09T00:00:00-05:00',
      end: '2026-03-11T00:00:00-05:00',
    });
    const [free, next] = await clinic.medplum.searchResources('Slot', { status: 'free', start: 'ge2026-03-09' });
    slot = next as WithId<Slot>;
    appointment = await clinic.call('Slot/$book', { slot: `Slot/${free?.id}`, patient: other, comment: SECRET });
    theirs = [
      await clinic.medplum.readResource('Patient', other.split('/')[1] ?? ''),
      appointment,
      ...(await Promise.all(belongings(other, appointment).map((resource) => clinic.medplum.createResource(resource)))),
      await clinic.medplum.createBinary({
        data: SECRET,
        contentType: 'text/plain',
        securityContext: { reference: other },
      }),
    ] as WithId<Resource>[];
    await clinic.server.drain();
    page = await pages.openAs(await loginOf(clinic, 'patient-1'), '/visits');
  });
  afterAll(() => pages.close());

  /** Asks with the token that the browser has. */
  const ask = async (method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${pages.clinic.server.baseUrl}/fhir/R4${path}`, {
      method,
      headers: { authorization: `Bearer ${await tokenOf(page)}`, 'content-type': 'application/fhir+json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.text() };
  };

  test('finds no page of the staff', async () => {
    for (const path of ['/patients', `/${other.toLowerCase()}`, '/today', '/health', '/scribe']) {
      await page.goto(`${pages.baseUrl}${path}`);
      await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    }
    await page.goto(`${pages.baseUrl}/visits`);
  });

  test('reads nothing of somebody else, by id, history, search, batch or GraphQL', async () => {
    for (const { resourceType, id } of theirs) {
      const answers = [
        await ask('GET', `/${resourceType}/${id}`),
        await ask('GET', `/${resourceType}/${id}/_history`),
        await ask('GET', `/${resourceType}?_id=${id}`),
        await ask('GET', `/${resourceType}?_count=100`),
        await ask('POST', '/', {
          resourceType: 'Bundle',
          type: 'batch',
          entry: [{ request: { method: 'GET', url: `${resourceType}/${id}` } }],
        }),
        await ask('POST', '/$graphql', { query: `{ ${resourceType}(id: "${id}") { id } }` }),
      ];
      for (const { body } of answers) {
        expect(body).not.toContain(SECRET);
        expect(body).not.toContain('Lopez');
      }
      expect([403, 404]).toContain(answers[0]?.status);
    }
    expect((await ask('GET', `/${other}/$everything`)).status).not.toBe(200);
  });

  test('changes nothing of somebody else', async () => {
    const refused = [
      await ask('PUT', `/Appointment/${appointment.id}`, { ...appointment, status: 'cancelled' }),
      await ask('POST', '/Slot/$release', { appointment: `Appointment/${appointment.id}` }),
      await ask('POST', '/Appointment/$rebook', {
        appointment: `Appointment/${appointment.id}`,
        slot: [`Slot/${slot.id}`],
      }),
      await ask('POST', '/Slot/$book', { slot: `Slot/${slot.id}`, patient: other }),
      await ask('POST', '/Appointment/$check-in', { appointment: `Appointment/${appointment.id}` }),
      await ask('PUT', `/Slot/${slot.id}`, { ...slot, status: 'busy' }),
      await ask('POST', '/Communication', {
        resourceType: 'Communication',
        status: 'preparation',
        recipient: [{ reference: other }],
        payload: [{ contentString: 'Hello' }],
      }),
    ];
    for (const { status } of refused) {
      expect([400, 403, 404]).toContain(status);
    }
    expect(await pages.clinic.medplum.readResource('Appointment', appointment.id)).toMatchObject({ status: 'booked' });
    expect(await pages.clinic.medplum.readResource('Slot', slot.id)).toMatchObject({ status: 'free' });
  });

  test('and what is theirs can be read the same way: the questions above are no empty ones', async () => {
    expect((await ask('GET', `/${own}`)).status).toBe(200);
    expect((await ask('POST', '/Slot/$book', { slot: `Slot/${slot.id}`, patient: own })).status).toBe(200);
  });
});

/** The access token that Medplum's client keeps in the browser. */
async function tokenOf(page: Page): Promise<string> {
  const { origins } = await page.context().storageState();
  const login = origins[0]?.localStorage.find(({ name }) => name === 'activeLogin')?.value ?? '{}';
  return (JSON.parse(login) as { accessToken: string }).accessToken;
}

/** One of each kind that a patient has, with the secret in it. */
function belongings(patient: string, appointment: WithId<Appointment>): Resource[] {
  const subject = { reference: patient };
  const text = { text: SECRET };
  return [
    { resourceType: 'Communication', status: 'completed', recipient: [subject], payload: [{ contentString: SECRET }] },
    { resourceType: 'CarePlan', status: 'active', intent: 'plan', subject, description: SECRET },
    { resourceType: 'Task', status: 'requested', intent: 'order', owner: subject, for: subject, description: SECRET },
    { resourceType: 'QuestionnaireResponse', status: 'completed', subject, item: [{ linkId: '1', text: SECRET }] },
    { resourceType: 'Condition', subject, code: text },
    {
      resourceType: 'AllergyIntolerance',
      clinicalStatus: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }],
      },
      patient: subject,
      code: text,
    },
    { resourceType: 'RelatedPerson', patient: subject, name: [text] },
    {
      resourceType: 'Encounter',
      status: 'finished',
      class: { code: 'AMB' },
      subject,
      reasonCode: [text],
    },
    {
      resourceType: 'MedicationRequest',
      status: 'active',
      intent: 'order',
      subject,
      medicationCodeableConcept: text,
    },
    { resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject, code: text },
    { resourceType: 'CommunicationRequest', status: 'active', subject, recipient: [subject], reasonCode: [text] },
    {
      resourceType: 'Provenance',
      target: [subject],
      recorded: '2026-03-01T00:00:00Z',
      agent: [{ who: subject }],
      reason: [text],
    },
    {
      resourceType: 'AppointmentResponse',
      appointment: createReference(appointment),
      actor: subject,
      participantStatus: 'accepted',
      comment: SECRET,
    },
    { resourceType: 'Observation', status: 'final', subject, code: text },
    {
      resourceType: 'Composition',
      status: 'final',
      type: text,
      subject,
      date: '2026-03-01',
      author: [{ display: 'A doctor' }],
      title: SECRET,
    },
    {
      resourceType: 'DocumentReference',
      status: 'current',
      subject,
      content: [{ attachment: { title: SECRET } }],
    },
    {
      resourceType: 'Consent',
      status: 'active',
      scope: text,
      category: [{ coding: [{ system: 'https://careline.dev/fhir/CodeSystem/consent-category', code: 'messages' }] }],
      patient: subject,
      policyRule: text,
    },
  ];
}
