import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { inRoot } from '../../scripts/lib/paths.ts';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { loginOf } from './people.ts';
import { startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';

describe('one visit, by three people in three windows', () => {
  let pages: ClinicPages;
  let patient: Page;
  let desk: Page;
  let clinician: Page;

  beforeAll(async () => {
    pages = await startPages();
    await pages.clinic.call('Schedule/$generate-slots', {
      schedule: `Schedule/${pages.clinic.demo('schedule-1').id}`,
      start: '2026-03-02T00:00:00-05:00',
      end: '2026-03-03T00:00:00-05:00',
    });
    patient = await pages.openAs(await loginOf(pages.clinic, 'patient-1'), '/book', { viewport: 'phone' });
    desk = await pages.openAs(await loginOf(pages.clinic, 'front-desk'), '/today');
    clinician = await pages.openAs(await loginOf(pages.clinic, 'provider-1'), '/today');
  });
  afterAll(() => pages.close());

  const onCalendar = (page: Page, state: string): Locator =>
    page.getByRole('gridcell').getByRole('button', { name: new RegExp(`^2:00 PM Joseph Miller.*${state}`) });
  const act = async (page: Page, from: string, action: string): Promise<void> => {
    await onCalendar(page, from).click();
    await page.getByRole('dialog').getByRole('button', { name: action, exact: true }).click();
  };

  test('the patient books; the desk sees it come', async () => {
    await patient
      .getByRole('group', { name: 'Free times' })
      .getByRole('button', { name: /^2:00 PM/ })
      .click();
    await patient.getByRole('button', { name: 'Book this time' }).click();
    await patient.getByRole('link', { name: 'To my visits' }).click();
    await onCalendar(desk, 'Booked').waitFor();
    await onCalendar(clinician, 'Booked').waitFor();
  });

  test('the desk checks them in; the clinician starts the visit', async () => {
    await act(desk, 'Booked', 'Check in');
    await patient.getByRole('region', { name: 'Coming up' }).getByText('arrived').waitFor();
    await act(clinician, 'Arrived', 'Start the visit');
    await onCalendar(desk, 'With the doctor').waitFor();
  });

  test('what was said becomes a note, which the clinician signs', async () => {
    await clinician.goto(`${pages.baseUrl}/scribe`);
    await clinician.getByRole('button', { name: 'Add a transcript' }).click();
    const dialog = clinician.getByRole('dialog', { name: 'Add a transcript' });
    await dialog.getByRole('textbox', { name: 'Visit' }).click();
    await clinician.getByRole('option', { name: /Joseph Miller/ }).click();
    const said = await readFile(inRoot('resources', 'demo', 'transcript.txt'), 'utf8');
    await dialog.getByLabel('Text of the conversation').fill(said);
    await dialog.getByRole('button', { name: 'Draft a note' }).click();
    await clinician.getByRole('region', { name: 'To be signed' }).getByRole('link').click();
    await clinician.getByRole('region', { name: 'Problems' }).getByRole('checkbox').first().check();
    await clinician.getByRole('button', { name: 'Sign …' }).click();
    await clinician.getByRole('dialog').getByRole('button', { name: 'Sign', exact: true }).click();
    await clinician.getByText(/^Signed: /).waitFor();
  });

  test('the clinician ends the visit, and its journey goes on to what comes after', async () => {
    await clinician.goto(`${pages.baseUrl}/today`);
    await act(clinician, 'With the doctor', 'End the visit');
    await onCalendar(desk, 'Done').waitFor();
    const [journey] = await pages.clinic.medplum.searchResources('CarePlan', {
      subject: `Patient/${pages.clinic.demo('patient-1').id}`,
    });
    const stage = await waitFor('the stage after the visit', async () => {
      const stages = await pages.clinic.medplum.searchResources('Task', {
        'based-on': `CarePlan/${journey?.id}`,
        // Its message may have left already: then the stage, and the journey with it, is done.
        status: 'in-progress,completed',
      });
      return stages.flatMap(({ code }) => code?.coding ?? []).find(({ code }) => code === 'post-visit');
    });
    expect(stage.code).toBe('post-visit');
  });
});
