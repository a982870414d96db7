import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { loginOf } from './people.ts';
import { seriousProblems, startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';

describe('finding a time', () => {
  let pages: ClinicPages;
  let page: Page;

  beforeAll(async () => {
    pages = await startPages();
    page = await pages.openAs(await loginOf(pages.clinic, 'front-desk'), '/find');
    await page.getByRole('heading', { name: 'Find a time' }).waitFor();
  });
  afterAll(() => pages.close());

  /** Every click, and every field that is filled in. */
  function counted(): {
    count: number;
    click: (button: string | RegExp, role?: 'option') => Promise<void>;
    fill: Fill;
  } {
    const steps = {
      count: 0,
      click: async (name: string | RegExp, role: 'button' | 'option' = 'button') => {
        steps.count++;
        await page.getByRole(role, { name }).first().click();
      },
      fill: async (name: string, text: string) => {
        steps.count++;
        await page.getByRole('textbox', { name }).fill(text);
      },
    };
    return steps;
  }
  type Fill = (name: string, text: string) => Promise<void>;

  test('a known patient is booked in under five interactions', async () => {
    const steps = counted();
    await steps.click('9:30 AM with Dr. Ana Silva');
    await steps.fill('Patient', 'miller');
    await steps.click(/Joseph Miller/, 'option');
    await steps.click('Book');
    await page.getByText('Booked for Joseph Miller.').waitFor();
    expect(steps.count).toBeLessThan(5);
    const booked = await appointmentOf('Joseph Miller');
    expect(booked?.start).toBe('2026-03-02T09:30:00-05:00');
    // What is taken is no longer offered.
    const today = page.getByRole('region', { name: 'Monday, March 2' });
    await today.getByRole('button', { name: '9:30 AM with Dr. Ana Silva' }).waitFor({ state: 'detached' });
  });

  test('so is a new patient', async () => {
    const steps = counted();
    await steps.click(/^First available: /);
    await steps.fill('Patient', 'Nora Lindqvist');
    await steps.click('New patient: Nora Lindqvist', 'option');
    await steps.click('Book');
    await page.getByText('Booked for Nora Lindqvist.').waitFor();
    expect(steps.count).toBeLessThan(5);
    const patient = await pages.clinic.medplum.searchOne('Patient', { family: 'Lindqvist' });
    expect(patient?.name?.[0]).toMatchObject({ given: ['Nora'], family: 'Lindqvist' });
    expect(await appointmentOf('Nora Lindqvist')).toMatchObject({ status: 'booked' });
  });

  test('by service, provider, place, day of the week, time of day, first available', async () => {
    const times = page.getByRole('button', { name: / with Dr\. / });
    const all = await times.count();
    await page.getByLabel('Service').selectOption('Outpatient visit');
    await page.getByLabel('Provider').selectOption('Dr. Ben Okafor');
    await page
      .getByRole('button', { name: / with Dr. Ana/ })
      .first()
      .waitFor({ state: 'detached' });
    await page.getByLabel('Place').selectOption('Riverside Clinic');
    await page
      .getByRole('button', { name: / with Dr. Ben/ })
      .first()
      .waitFor();
    await page.getByText('Thu', { exact: true }).click();
    await page.getByRole('region', { name: 'Monday, March 2' }).waitFor({ state: 'detached' });
    expect(await page.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
      'Thursday, March 5',
      'Thursday, March 12',
    ]);
    await page.getByLabel('Not before').fill('11:00');
    await page
      .getByRole('button', { name: /^8:00 AM with/ })
      .first()
      .waitFor({ state: 'detached' });
    await page.getByRole('switch', { name: 'Only the first of each' }).check();
    await page.getByText('1 free time', { exact: true }).waitFor();
    expect(await times.count()).toBe(1);
    expect(all).toBeGreaterThan(50);
    expect(await seriousProblems(page)).toEqual([]);
  });

  test('when nothing fits, the patient waits for what was looked for', async () => {
    await page.getByLabel('Place').selectOption('Room 1');
    await page.getByText('Nothing is free that fits.').waitFor();
    await page.getByLabel('Place').selectOption('Anywhere');
    await page.getByLabel('Before', { exact: true }).fill('06:00');
    await page.getByText('Nothing is free that fits.').waitFor();
    await page.getByRole('button', { name: 'Put on the waitlist' }).click();
    const dialog = page.getByRole('dialog', { name: 'Put on the waitlist' });
    await dialog.getByRole('textbox', { name: 'Patient' }).fill('lopez');
    await page.getByRole('option', { name: /Maria Lopez/ }).click();
    await dialog.getByLabel('Urgency').selectOption('Urgent');
    await dialog.getByRole('button', { name: 'Put on the waitlist' }).click();
    await page.getByText('Maria Lopez is on the waitlist.').waitFor();
    const patient = await pages.clinic.medplum.searchOne('Patient', { name: 'Lopez' });
    const [entry] = await pages.clinic.medplum.searchResources('Appointment', {
      patient: `Patient/${patient?.id}`,
      _sort: '-_lastUpdated',
    });
    expect(entry).toMatchObject({
      priority: 1,
      requestedPeriod: [{ start: '2026-03-02', end: '2026-03-15' }],
      participant: [{ actor: { display: 'Maria Lopez' } }, { actor: { display: 'Dr. Ben Okafor' } }],
    });
  });

  test('on a phone and in the dark', async () => {
    const phone = await pages.openAs(await loginOf(pages.clinic, 'provider-1'), '/find', { viewport: 'phone' });
    await phone.emulateMedia({ colorScheme: 'dark' });
    await phone.locator('html[data-mantine-color-scheme="dark"]').waitFor();
    await phone
      .getByRole('button', { name: / with Dr\. / })
      .first()
      .waitFor();
    expect(await phone.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    expect(await seriousProblems(phone)).toEqual([]);
  });

  const appointmentOf = (name: string) =>
    waitFor('the booking', async () => {
      const patient = await pages.clinic.medplum.searchOne('Patient', { name }, { cache: 'reload' });
      return pages.clinic.medplum.searchOne('Appointment', { patient: `Patient/${patient?.id}` }, { cache: 'reload' });
    });
});
