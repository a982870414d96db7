import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { CarePlan, Patient } from '@medplum/fhirtypes';
import type { Page } from 'playwright-core';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { bookDirectly } from '../appointments.ts';
import { enter, pressUntil } from './keyboard.ts';
import { seriousProblems, startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';
import { loginOf } from './people.ts';
import type { Login } from './people.ts';

/** How wide the page is, what has to be scrolled to sideways included. */
const widthOf = (page: Page): Promise<number> =>
  page.locator('html').evaluate((html: unknown) => (html as { readonly scrollWidth: number }).scrollWidth);

describe('live journeys', () => {
  let pages: ClinicPages;
  let frontDesk: Login;
  let page: Page;

  beforeAll(async () => {
    pages = await startPages();
    const { clinic } = pages;
    const unreachable = await clinic.newPatient({ name: [{ given: ['Nora'], family: 'Quinn' }], telecom: [] });
    await bookDirectly(clinic, unreachable, '2026-03-09T14:00:00Z');
    await bookDirectly(clinic, clinic.demo('patient-2') as WithId<Patient>, '2026-03-10T15:00:00Z');
    await clinic.server.drain();
    frontDesk = await loginOf(clinic, 'front-desk');
    page = await pages.openAs(frontDesk, '/journeys');
  });
  afterAll(() => pages.close());

  const planOf = async (family: string): Promise<WithId<CarePlan>> => {
    const { medplum } = pages.clinic;
    const patient = await medplum.searchOne('Patient', { family });
    return (await medplum.searchOne('CarePlan', { subject: `Patient/${patient?.id}` })) as WithId<CarePlan>;
  };

  test('stand on a board by stage, stuck ones first, and say why', async () => {
    const stage = page.getByRole('region', { name: 'Pre-visit' });
    const cards = stage.getByRole('listitem');
    await cards.nth(1).waitFor();
    const shown = await cards.allInnerTexts();
    expect(shown[0]).toMatch(/Nora Quinn[^]*Stuck[^]*A message was not sent: there is no phone number or e-mail/i);
    expect(shown[1]).toMatch(/Maria Lopez[^]*Tue, Mar 10, 2026, 11:00[^]*Next: Remind 3 days before/);
    expect(shown[1]).not.toMatch(/Stuck/i);
    expect(await seriousProblems(page)).toEqual([]);
  });

  test('change their place on the board when the patient arrives, without a reload', async () => {
    const visit = await bookDirectly(
      pages.clinic,
      pages.clinic.demo('patient-1') as WithId<Patient>,
      '2026-03-02T14:00:00Z',
    );
    await page.getByRole('region', { name: 'Pre-visit' }).getByRole('link', { name: 'Joseph Miller' }).waitFor();
    await pages.clinic.medplum.updateResource({ ...visit, status: 'arrived' });
    await page.getByRole('region', { name: 'Day of visit' }).getByRole('link', { name: 'Joseph Miller' }).waitFor();
  });

  test('are started for a patient, without a mouse', async () => {
    await page.getByRole('textbox', { name: 'Journey', exact: true }).waitFor();
    await enter(page, 'Start a journey');
    const dialog = page.getByRole('dialog', { name: 'Start a journey' });
    await dialog.getByRole('textbox', { name: 'Patient' }).waitFor();
    await pressUntil(page, 'Tab', /^Patient/);
    await page.keyboard.type('nobody-of-that-name');
    await page.getByText('Nobody is found by that.').waitFor();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('miller');
    await page.getByRole('option', { name: /Joseph Miller/ }).waitFor();
    await page.keyboard.press('Enter');
    await dialog.getByLabel('Visit').waitFor();
    await pressUntil(page, 'Tab', 'Journey');
    await page.keyboard.type('Chronic');
    await dialog.getByText(/^Ninety days/).waitFor();
    // Some of it is timed by a visit: the next one is offered. This one is to go without.
    expect(await dialog.getByLabel('Visit').inputValue()).toMatch(/^Appointment\//);
    await pressUntil(page, 'Tab', /^Visit/);
    await page.keyboard.type('Without');
    expect(await seriousProblems(page)).toEqual([]);
    await enter(page, 'Start');
    await page.getByRole('heading', { level: 1, name: 'Chronic-care follow-up' }).waitFor();
    await page.getByText('The journey of Joseph Miller is under way.').waitFor();
    const { medplum, demo } = pages.clinic;
    const plans = await medplum.searchResources('CarePlan', {
      subject: `Patient/${demo('patient-1').id}`,
      status: 'active',
    });
    const started = plans.find(({ title }) => title === 'Chronic-care follow-up');
    expect(started?.activity?.some(({ reference }) => reference?.reference?.startsWith('Appointment/'))).toBe(false);
    await page.goBack();
  });

  test('are listed over all definitions, too', async () => {
    await page.getByRole('textbox', { name: 'Journey', exact: true }).click();
    await page.getByRole('option', { name: 'All journeys' }).click();
    const rows = page.getByRole('table').getByRole('row');
    await rows.nth(3).waitFor();
    expect(await rows.nth(1).innerText()).toMatch(/Nora Quinn[^]*Outpatient visit/);
    expect(await seriousProblems(page)).toEqual([]);
  });

  test('one shows what was sent and what is due, and is moved, put on hold and cancelled by hand', async () => {
    await page.getByRole('link', { name: 'Maria Lopez' }).click();
    await page.getByRole('heading', { level: 1, name: 'Outpatient visit' }).waitFor();
    const history = page.getByRole('main');
    await history.getByText(/Confirm the appointment/).waitFor();
    await history.getByText(/^planned for Sat, Mar 7, 2026, 11:00/).waitFor();
    await history.getByText('Thank for the visit · when this stage begins').waitFor();
    expect(await seriousProblems(page)).toEqual([]);

    await page.getByRole('button', { name: 'Move to the next stage' }).click();
    await page.getByText('Maria Lopez is now in the stage “Day of visit”.').waitFor();
    await history.getByText('called off').first().waitFor();
    await page.getByRole('button', { name: 'Move to another stage' }).click();
    await page.getByRole('menuitem', { name: 'Pre-visit' }).click();
    await page.getByText('Maria Lopez is now in the stage “Pre-visit”.').waitFor();

    await page.getByRole('button', { name: 'Put on hold' }).click();
    await page.getByText('It rests: nothing is sent').waitFor();
    expect((await planOf('Lopez')).status).toBe('on-hold');
    await page.getByRole('button', { name: 'Let it go on' }).click();
    await page.getByRole('button', { name: 'Cancel the journey' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('Moved to another town');
    expect(await seriousProblems(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Cancel the journey' }).click();
    await page.getByText('Moved to another town').waitFor();
    await waitFor('the journey to end', async () => ((await planOf('Lopez')).status === 'revoked' ? true : undefined));
    await page.getByRole('button', { name: 'Put on hold' }).waitFor({ state: 'detached' });
  });

  test('fit on a phone, in the dark and in German', async () => {
    const phone = await pages.openAs(frontDesk, '/journeys', { viewport: 'phone', language: 'de-DE' });
    await phone.getByRole('link', { name: 'Nora Quinn' }).waitFor();
    await phone.getByRole('button', { name: /^Konto von/ }).click();
    await phone.getByRole('menuitem', { name: 'Dunkel' }).click();
    expect(await widthOf(phone)).toBeLessThanOrEqual(390);
    expect(await seriousProblems(phone)).toEqual([]);
    await phone.getByRole('link', { name: 'Nora Quinn' }).click();
    await phone.getByText('nicht gesendet: es gibt weder Telefonnummer noch E-Mail', { exact: true }).waitFor();
    expect(await widthOf(phone)).toBeLessThanOrEqual(390);
    expect(await seriousProblems(phone)).toEqual([]);
  });
});
