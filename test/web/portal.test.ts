import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Appointment, ExtractResource, ResourceType, Slot, Task } from '@medplum/fhirtypes';
import type { Page } from 'playwright-core';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { formTask } from './form-task.ts';
import { loginOf } from './people.ts';
import type { Login } from './people.ts';
import { seriousProblems, startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';

describe('the pages of a patient, on a phone', () => {
  let pages: ClinicPages;
  let login: Login;
  let page: Page;
  let patient: string;

  beforeAll(async () => {
    pages = await startPages();
    patient = `Patient/${pages.clinic.demo('patient-1').id}`;
    await pages.clinic.call('Schedule/$generate-slots', {
      schedule: `Schedule/${pages.clinic.demo('schedule-1').id}`,
      start: '2026-03-02T00:00:00-05:00',
      end: '2026-03-14T00:00:00-05:00',
    });
    login = await loginOf(pages.clinic, 'patient-1');
    page = await pages.openAs(login, '/', { viewport: 'phone' });
  });
  afterAll(() => pages.close());

  const go = async (path: string): Promise<void> => {
    await page.goto(`${pages.baseUrl}${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
  };
  const stored = async <K extends ResourceType>(
    type: K,
    query: Record<string, string>,
  ): Promise<WithId<ExtractResource<K>>[]> => [...(await pages.clinic.medplum.searchResources(type, query))];
  const booked = (): Promise<Appointment[]> => stored('Appointment', { patient, status: 'booked' });
  const freeSlots = (): Promise<Slot[]> => stored('Slot', { status: 'free', _sort: 'start', start: 'ge2026-03-10' });

  test('books a visit, moves it, and cancels it', async () => {
    await page.getByText('You have no visit booked.').waitFor();
    await page.getByRole('link', { name: 'Book a visit' }).first().click();
    await page.getByRole('group', { name: 'Free times' }).getByRole('button').first().click();
    await page.getByLabel('Is there anything that we should know? (optional)').fill('I come by wheelchair.');
    expect(await seriousProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Book this time' }).click();
    await page.getByRole('link', { name: 'To my visits' }).click();
    const visit = page.getByRole('region', { name: 'Coming up' }).getByRole('article');
    await visit.getByText('I come by wheelchair.').waitFor();
    expect(await booked()).toMatchObject([{ status: 'booked', comment: 'I come by wheelchair.' }]);
    expect(await seriousProblems(page)).toEqual([]);

    await visit.getByRole('button', { name: 'Move' }).click();
    const dialog = page.getByRole('dialog', { name: 'Choose another time' });
    await dialog.getByRole('group', { name: 'Free times' }).getByRole('button').nth(3).click();
    await dialog.getByRole('button', { name: /^Move to/ }).click();
    await page.getByText('The visit is moved.').waitFor();
    expect(await booked()).toHaveLength(1);

    await visit.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Yes, cancel' }).click();
    await page.getByText('The visit is cancelled.').waitFor();
    expect(await booked()).toEqual([]);
  });

  test('accepts a time that is held for them, and declines another', async () => {
    const [first, second] = await freeSlots();
    for (const slot of [first, second]) {
      await pages.clinic.call('Slot/$hold', { slot: `Slot/${slot?.id}`, patient, minutes: 60 });
    }
    await go('/visits');
    const offers = page.getByRole('region', { name: 'Offered to you' });
    await offers.getByRole('article').nth(1).waitFor();
    await offers.getByRole('button', { name: 'Accept' }).first().click();
    await page.getByText('The time is yours.').waitFor();
    await offers.getByRole('button', { name: 'No, thanks' }).click();
    await offers.waitFor({ state: 'detached' });
    expect(await booked()).toHaveLength(1);
  });

  test('sees by itself what the clinic changes', async () => {
    const [visit] = await booked();
    await go('/visits');
    await page.getByRole('region', { name: 'Coming up' }).getByText('booked').waitFor();
    await pages.clinic.call('Appointment/$check-in', { appointment: `Appointment/${visit?.id}` });
    await page.getByRole('region', { name: 'Coming up' }).getByText('arrived').waitFor();
  });

  test('writes to the clinic, and reads what it wrote', async () => {
    await pages.clinic.medplum.createResource({
      resourceType: 'Communication',
      status: 'completed',
      subject: { reference: patient },
      recipient: [{ reference: patient }],
      sent: '2026-03-01T12:00:00Z',
      payload: [{ contentString: 'Please bring your insurance card.' }],
    });
    await go('/inbox');
    await page.getByText('Please bring your insurance card.').waitFor();
    await page.getByLabel('Write to the clinic').fill('I will. <b>Thank you</b>');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Your message is sent.').waitFor();
    await page.getByRole('listitem').getByText('I will. <b>Thank you</b>').waitFor();
    expect(await stored('Communication', { sender: patient })).toMatchObject([
      { status: 'completed', subject: { reference: patient } },
    ]);
    expect(await seriousProblems(page)).toEqual([]);
  });

  describe('a form', () => {
    let task: Task;

    beforeEach(async () => {
      task = await pages.clinic.medplum.createResource(formTask(patient));
    });

    test('is filled in and sent', async () => {
      await go('/forms');
      await page.getByRole('link', { name: 'Fill in' }).click();
      await page.getByLabel(/How have you been/).fill('7');
      await page.getByText('Have you taken your medicines as agreed?').waitFor();
      for (const box of await page.getByRole('checkbox').all()) {
        await box.check();
      }
      expect(await seriousProblems(page)).toEqual([]);
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByText('Your answers are with the clinic.').waitFor();
      expect(await stored('QuestionnaireResponse', { subject: patient })).toMatchObject([
        { status: 'completed', questionnaire: task.input?.[0]?.valueCanonical },
      ]);
    });
  });

  test('changes their number and the ways that they are written to', async () => {
    await go('/settings');
    await page.getByLabel('Mobile phone').fill('+12025550199');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    expect(await pages.clinic.medplum.readResource('Patient', patient.split('/')[1] ?? '')).toMatchObject({
      telecom: [{ system: 'phone', use: 'mobile', value: '+12025550199' }, { system: 'email' }],
    });
    await page.getByRole('switch', { name: 'Text message (SMS)' }).click();
    await waitFor('the refusal', async () => {
      const [consent] = await pages.clinic.medplum.searchResources('Consent', { patient });
      return consent?.provision?.type === 'deny' || undefined;
    });
    expect(await seriousProblems(page)).toEqual([]);
  });

  test('a change that somebody else made meanwhile is shown beside theirs', async () => {
    await go('/settings');
    await page.getByRole('textbox', { name: 'E-mail' }).fill('mine@example.com');
    const before = await pages.clinic.medplum.readResource('Patient', patient.split('/')[1] ?? '');
    await pages.clinic.medplum.updateResource({
      ...before,
      telecom: before.telecom?.map((point) =>
        point.system === 'email' ? { ...point, value: 'theirs@example.com' } : point,
      ),
      birthDate: '1961-07-08',
    });
    await page.getByRole('button', { name: 'Save' }).click();
    const dialog = page.getByRole('dialog', { name: 'Somebody else has changed this' });
    await dialog.getByText('mine@example.com').waitFor();
    await dialog.getByText('theirs@example.com').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Save mine' }).click();
    await dialog.waitFor({ state: 'detached' });
    await waitFor('what was saved', async () => {
      const { telecom = [] } = await pages.clinic.medplum.readResource('Patient', before.id, { cache: 'no-store' });
      return telecom.some(({ value }) => value === 'mine@example.com') || undefined;
    });
    // What the form does not show is not undone.
    const { birthDate } = await pages.clinic.medplum.readResource('Patient', before.id, { cache: 'no-store' });
    expect(birthDate).toBe('1961-07-08');
  });
});
