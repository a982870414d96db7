import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Appointment } from '@medplum/fhirtypes';
import type { Locator, Page } from 'playwright-core';
import { administrator, loginOf } from './people.ts';
import { fitsWidth, seriousProblems, startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';

describe('a provider is ill today', () => {
  let pages: ClinicPages;
  let page: Page;

  beforeAll(async () => {
    pages = await startPages();
    const { call, demo, medplum } = pages.clinic;
    const slots = await medplum.searchResources('Slot', {
      schedule: `Schedule/${demo('schedule-1').id}`,
      start: 'ge2026-03-02T19:00:00Z',
      status: 'free',
      _sort: 'start',
      _count: '2',
    });
    for (const [index, patient] of ['patient-1', 'patient-2'].entries()) {
      await call('Slot/$book', { slot: `Slot/${slots[index]?.id}`, patient: `Patient/${demo(patient).id}` });
    }
    page = await pages.openAs(await loginOf(pages.clinic, 'front-desk'), '/today');
    await field(/^2:00 PM Joseph Miller/).waitFor();
  });
  afterAll(() => pages.close());

  const field = (name: RegExp): Locator =>
    page
      .getByRole('row', { name: /^Dr. Ana Silva/ })
      .getByRole('gridcell')
      .getByRole('button', { name });
  const line = (name: string): Locator => page.getByRole('dialog').getByRole('row', { name: new RegExp(`^${name}`) });

  test('the desk closes the afternoon, and offers everybody another time', async () => {
    await page.getByRole('button', { name: 'Block time' }).click();
    const dialog = page.getByRole('dialog', { name: 'Block time' });
    await dialog.getByLabel('Provider or room').selectOption('Dr. Ana Silva');
    await dialog.getByLabel('From (time)').fill('13:00');
    await dialog.getByLabel('Until (time)').fill('17:00');
    await dialog.getByLabel('Reason').fill('Dr. Silva is ill');
    await dialog.getByRole('radio', { name: /offer/i }).check();
    expect(await seriousProblems(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Block this time' }).click();
    await dialog.waitFor({ state: 'detached' });
    const notice = page.getByRole('alert').filter({ hasText: 'Dr. Ana Silva: time is closed' });
    await notice.getByText(/2 patients/).waitFor();
    await field(/^1:00 PM Blocked/).waitFor();
    await field(/^3:00 PM Free/).waitFor({ state: 'detached' });
  });

  test('patient by patient it is seen what became of their visit, and it changes by itself', async () => {
    await page.getByRole('button', { name: 'Patient by patient' }).click();
    await page.getByRole('dialog').getByText('Dr. Silva is ill').waitFor();
    for (const name of ['Joseph Miller', 'Maria Lopez']) {
      await line(name).getByText('New time offered').waitFor();
      // When it was, what is held instead, and when the patient was told.
      await line(name)
        .getByText(/2:[03]0 PM/)
        .waitFor();
      expect(await line(name).getByRole('cell').nth(3).innerText()).toMatch(/2026/);
    }
    expect(await seriousProblems(page)).toEqual([]);
    await answer('patient-1', 'Slot/$book');
    // A bot looks every minute.
    await pages.clinic.server.advance({ minutes: 1 });
    await line('Joseph Miller').getByText('New time taken').waitFor();
    await answer('patient-2', 'Slot/$release');
    await pages.clinic.server.advance({ minutes: 1 });
    await line('Maria Lopez').getByText('New time declined').waitFor();
    await line('Maria Lopez').getByText('+12025550112').waitFor();
  });

  test('who has to be called stands on the calendar, on a phone too', async () => {
    await page.keyboard.press('Escape');
    await page.getByText(/2 patients · 1 needs a call/).waitFor();
    const phone = await pages.openAs(await administrator(pages.clinic), '/today', {
      viewport: 'phone',
      language: 'de-DE',
    });
    await phone.getByText(/2 Patienten · 1 muss angerufen werden/).waitFor();
    await phone.getByRole('button', { name: 'Patient für Patient' }).click();
    await phone.getByRole('dialog').getByText('Neue Zeit abgelehnt').waitFor();
    expect(await fitsWidth(phone)).toBe(true);
    expect(await seriousProblems(phone)).toEqual([]);
  });

  /** What the patient does with the time that is held for them. */
  async function answer(key: string, operation: 'Slot/$book' | 'Slot/$release'): Promise<void> {
    const { medplum, demo, call } = pages.clinic;
    const patient = `Patient/${demo(key).id}`;
    medplum.invalidateAll();
    const held = (await medplum.searchOne('Appointment', { patient, status: 'pending' })) as WithId<Appointment>;
    const appointment = `Appointment/${held.id}`;
    const slot = (held.slot ?? []).map(({ reference }) => reference);
    await call(operation, operation === 'Slot/$book' ? { appointment, slot, patient } : { appointment });
  }
});
