import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type {
  AllergyIntolerance,
  Appointment,
  Communication,
  Condition,
  Patient,
  Slot,
  Task,
} from '@medplum/fhirtypes';
import type { Page } from 'playwright-core';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { loginOf } from './people.ts';
import type { Login } from './people.ts';
import { fitsWidth, seriousProblems, startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';

describe('one patient', () => {
  let pages: ClinicPages;
  let desk: Login;
  let page: Page;
  let patient: WithId<Patient>;

  beforeAll(async () => {
    pages = await startPages();
    const { clinic } = pages;
    patient = clinic.demo('patient-1') as WithId<Patient>;
    await clinic.medplum.createResource<Condition>({
      resourceType: 'Condition',
      subject: createReference(patient),
      code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'I10', display: 'Hypertension' }] },
      clinicalStatus: { coding: [{ code: 'active' }] },
      verificationStatus: { coding: [{ code: 'provisional' }] },
    });
    await clinic.medplum.createResource<AllergyIntolerance>({
      resourceType: 'AllergyIntolerance',
      patient: createReference(patient),
      clinicalStatus: { coding: [{ code: 'active' }] },
      code: { text: 'Penicillin' },
      criticality: 'high',
    });
    const slots: WithId<Slot>[] = await clinic.medplum.searchResources('Slot', 'status=free&_sort=start&_count=60');
    const slot = slots.find(({ start }) => start.startsWith('2026-03-03'));
    await clinic.call<Appointment>('Slot/$book', { slot: `Slot/${slot?.id}`, patient: `Patient/${patient.id}` });
    await clinic.server.drain();
    desk = await loginOf(clinic, 'front-desk');
    page = await pages.openAs(desk, `/patients/${patient.id}`);
  });
  afterAll(() => pages.close());

  const current = (): Promise<WithId<Patient>> => {
    pages.clinic.medplum.invalidateAll();
    return pages.clinic.medplum.readResource('Patient', patient.id);
  };
  const openPart = (name: string): Promise<void> => page.getByRole('tab', { name }).click();

  test('the facts that matter, and a timeline; what a front desk may not read is not there', async () => {
    await page.getByRole('heading', { level: 1, name: 'Joseph Miller' }).waitFor();
    const facts = page.getByRole('region', { name: 'About the patient' });
    await facts.getByText('May 4, 1967 · 58 years · male').waitFor();
    await facts.getByRole('link', { name: /Tue, Mar 3, 2026/ }).waitFor();
    await page.getByText('The clinic wrote').first().waitFor();
    await page.getByRole('link', { name: /^Journey: / }).waitFor();
    expect(await page.getByRole('tab').allTextContents()).toEqual(['Timeline', 'Appointments', 'Messages', 'Journeys']);
    expect(await page.getByText('Allergies').count()).toBe(0);
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await seriousProblems(page)).toEqual([]);
  });

  test('a clinician sees problems, allergies and documents', async () => {
    const clinician = await pages.openAs(
      await loginOf(pages.clinic, 'provider-1'),
      `/patients/${patient.id}?part=problems`,
    );
    await clinician.getByText('Hypertension').waitFor();
    await clinician.getByText('proposed, not confirmed').waitFor();
    await clinician.getByText('Penicillin · severe').waitFor();
    await clinician.getByRole('tab', { name: 'Documents' }).click();
    await clinician.getByText('No documents.').waitFor();
    expect(await seriousProblems(clinician)).toEqual([]);
    await clinician.context().close();
  });

  test('on a phone, in German and in the dark', async () => {
    const phone = await pages.openAs(desk, `/patients/${patient.id}?part=messages`, {
      viewport: 'phone',
      language: 'de-DE',
    });
    await phone.emulateMedia({ colorScheme: 'dark' });
    await phone.getByText('4. Mai 1967 · 58 Jahre · männlich').waitFor();
    await phone.getByLabel('An die Person schreiben').waitFor();
    expect(await fitsWidth(phone)).toBe(true);
    expect(await seriousProblems(phone)).toEqual([]);
    await phone.context().close();
  });

  test('what was typed stays when a save fails, and two desks that edit at once see both versions', async () => {
    const other = await pages.openAs(desk, `/patients/${patient.id}`);
    const forms = await Promise.all(
      [page, other].map(async (window) => {
        await window.getByRole('button', { name: 'Edit' }).click();
        return window.getByRole('dialog', { name: 'Who this is, and how to reach them' });
      }),
    );
    const [mine, theirs] = forms as [(typeof forms)[0], (typeof forms)[0]];
    await mine.getByLabel('Mobile phone', { exact: true }).fill('555');
    await mine.getByRole('button', { name: 'Save' }).click();
    await mine.getByText('Write the number with its country code').waitFor();
    await mine.getByLabel('Mobile phone', { exact: true }).fill('+1 202 555 0133');
    await page.context().setOffline(true);
    await mine.getByRole('button', { name: 'Save' }).click();
    await mine.getByRole('alert').getByText('There is no connection').waitFor();
    expect(await mine.getByLabel('Mobile phone', { exact: true }).inputValue()).toBe('+1 202 555 0133');
    await page.context().setOffline(false);

    await theirs.getByLabel('Town').fill('Shelbyville');
    await theirs.getByLabel('Mobile phone', { exact: true }).fill('+12025550144');
    await theirs.getByRole('button', { name: 'Save' }).click();
    await theirs.waitFor({ state: 'detached' });
    await mine.getByRole('button', { name: 'Save' }).click();
    const conflict = page.getByRole('dialog', { name: 'Somebody else has changed this' });
    await conflict.getByRole('row', { name: /Mobile phone.*\+12025550133.*\+12025550144/ }).waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await conflict.getByRole('button', { name: 'Save mine' }).click();
    await mine.waitFor({ state: 'detached' });
    const saved = await current();
    expect(saved.telecom?.[0]).toMatchObject({ value: '+12025550133' });
    // What only they changed is kept.
    expect(saved.address?.[0]).toMatchObject({ city: 'Shelbyville' });
    await other.context().close();
  });

  test('an answer goes out, is seen to leave, and settles what was to be looked at', async () => {
    const { clinic } = pages;
    const thread = await clinic.medplum.createResource<Communication>({
      resourceType: 'Communication',
      identifier: [{ system: 'https://careline.dev/fhir/sid/thread', value: `Patient/${patient.id}` }],
      status: 'in-progress',
      subject: createReference(patient),
    });
    await clinic.medplum.createResource<Communication>({
      resourceType: 'Communication',
      status: 'completed',
      partOf: [createReference(thread)],
      subject: createReference(patient),
      sender: createReference(patient),
      received: new Date(clinic.clock.now()).toISOString(),
      payload: [{ contentString: 'May I bring my dog?' }],
    });
    const ticket = await clinic.medplum.createResource<Task>({
      resourceType: 'Task',
      status: 'requested',
      intent: 'order',
      code: { coding: [{ system: 'https://careline.dev/fhir/CodeSystem/task-code', code: 'ticket' }] },
      description: 'A patient wrote: read it and answer.',
      for: createReference(patient),
      focus: createReference(thread),
      authoredOn: new Date(clinic.clock.now()).toISOString(),
    });
    await openPart('Messages');
    const conversation = page.getByRole('list', { name: 'Messages to and from the patient' });
    // Nobody has loaded the page again: the server said so.
    await conversation.getByText('May I bring my dog?').waitFor();
    await page.getByRole('list', { name: 'To be looked at' }).getByText('A patient wrote').waitFor();
    await page.getByLabel('Write to the patient').fill('Of course.');
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('There is no connection').first().waitFor();
    expect(await page.getByLabel('Write to the patient').inputValue()).toBe('Of course.');
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Send' }).click();
    const answer = conversation.getByRole('listitem').filter({ hasText: 'Of course.' });
    await answer.getByText('sent', { exact: true }).waitFor();
    expect(await page.getByLabel('Write to the patient').inputValue()).toBe('');
    await page.getByRole('list', { name: 'To be looked at' }).waitFor({ state: 'detached' });
    expect(await clinic.medplum.readResource('Task', ticket.id, { cache: 'reload' })).toMatchObject({
      status: 'completed',
    });
    expect(await seriousProblems(page)).toEqual([]);
  });

  test('a channel that is switched off is not written to', async () => {
    await page.getByRole('switch', { name: 'SMS' }).click();
    await page.getByRole('region', { name: 'About the patient' }).getByText('No SMS').waitFor();
    expect(await page.getByLabel('By', { exact: true }).locator('option').allTextContents()).toEqual(['E-mail']);
    await page.getByRole('switch', { name: 'SMS' }).click();
    await page.getByText('No SMS').waitFor({ state: 'detached' });
    const consents = await pages.clinic.medplum.searchResources('Consent', { patient: `Patient/${patient.id}` });
    expect(consents.map(({ provision }) => provision?.type)).toEqual(['permit']);
  });

  test('onto the waitlist, and off it', async () => {
    await openPart('Appointments');
    await page.getByRole('row', { name: /Tue, Mar 3, 2026.*booked/ }).waitFor();
    await page.getByRole('button', { name: 'Put on the waitlist' }).click();
    const dialog = page.getByRole('dialog', { name: 'Put on the waitlist' });
    await dialog.getByRole('button', { name: 'Put on the waitlist' }).click();
    await dialog.getByText('Choose a service, a provider, or both.').waitFor();
    await dialog.getByLabel('Service').selectOption('Outpatient visit');
    // A day on which nobody has slots: the place is not offered at once.
    await dialog.getByLabel('From').fill('2026-12-24');
    await dialog.getByLabel('Until').fill('2026-12-24');
    expect(await seriousProblems(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Put on the waitlist' }).click();
    await page.getByText('on the waitlist', { exact: true }).waitFor();
    const entry = await waitFor('the entry', () =>
      pages.clinic.medplum.searchOne('Appointment', { patient: `Patient/${patient.id}`, status: 'waitlist' }),
    );
    expect(entry.requestedPeriod).toEqual([{ start: '2026-12-24', end: '2026-12-24' }]);
    await page.getByRole('button', { name: /^Take off: Outpatient visit/ }).click();
    await page.getByText('Waits for nothing.').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
  });
});
