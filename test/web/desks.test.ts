import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { HealthcareService, Schedule } from '@medplum/fhirtypes';
import type { Page } from 'playwright-core';
import { withPattern } from '../scheduling/fixtures.ts';
import { loginOf } from './people.ts';
import type { Login } from './people.ts';
import { seriousProblems, startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';

describe('two desks, and one that loses its connection', () => {
  let pages: ClinicPages;
  let login: Login;
  let [one, two]: Page[] = [];

  const field = (page: Page | undefined, name: RegExp) =>
    window(page).getByRole('gridcell').getByRole('button', { name });
  const window = (page: Page | undefined): Page => page ?? (undefined as never);

  beforeAll(async () => {
    pages = await startPages();
    login = await loginOf(pages.clinic, 'front-desk');
    await groupSlots();
    one = await pages.openAs(login, '/today');
    two = await pages.openAs(login, '/today');
    await field(two, /^9:00 AM Free/)
      .first()
      .waitFor();
  });
  afterAll(() => pages.close());

  /** In the panel of a field: the patient, and a reason that must not be lost. */
  async function fillIn(page: Page | undefined, slot: RegExp, name: string, reason: string): Promise<void> {
    await field(page, slot).first().click();
    await choose(page, name, reason);
  }

  async function choose(page: Page | undefined, name: string, reason: string): Promise<void> {
    const panel = window(page).getByRole('dialog');
    await panel.getByRole('textbox', { name: 'Patient' }).fill(name);
    await window(page)
      .getByRole('option', { name: new RegExp(name) })
      .first()
      .click();
    await panel.getByLabel('Reason for the visit').fill(reason);
  }

  test('both want the same last place: one has it, the other is told and still has the form', async () => {
    await fillIn(one, /^9:00 AM Free/, 'Joseph Miller', 'Back pain');
    await fillIn(two, /^9:00 AM Free/, 'Maria Lopez', 'Fever');
    await Promise.all(
      [one, two].map((page) => window(page).getByRole('button', { name: 'Book', exact: true }).click()),
    );
    const refused = ({ page }: { page: Page }) => page.getByRole('alert').getByText(/Somebody else was faster/);
    const told = await Promise.any(
      [window(one), window(two)].map(async (page) =>
        refused({ page })
          .waitFor()
          .then(() => page),
      ),
    );
    const other = told === one ? two : one;
    await field(other, /^9:00 AM (Joseph|Maria).*Booked/).waitFor();
    // The form is as it was; the time says that it is taken; another one is a choice away.
    const panel = told.getByRole('dialog');
    expect(await panel.getByLabel('Reason for the visit').inputValue()).toBe(told === one ? 'Back pain' : 'Fever');
    await panel
      .getByText(told === one ? 'Joseph Miller' : 'Maria Lopez')
      .first()
      .waitFor();
    const time = panel.getByLabel('Time');
    await panel.getByRole('option', { name: /^9:00 AM .*\(taken\)$/ }).waitFor({ state: 'attached' });
    expect(await seriousProblems(told)).toEqual([]);
    await time.selectOption({ label: '9:30 AM · Dr. Ana Silva' });
    await panel.getByRole('button', { name: 'Book', exact: true }).click();
    // The other window sees it without having done anything.
    await field(other, /^9:30 AM (Joseph|Maria).*Booked/).waitFor();
  });

  test('a slot for several patients says how many places are left, and each of them can be booked', async () => {
    await field(one, /^6:00 PM 0 of 3 places taken/).click();
    await choose(one, 'Joseph Miller', 'Course');
    await window(one).getByRole('button', { name: 'Book', exact: true }).click();
    await field(two, /^6:00 PM 1 of 3 places taken/).click();
    const panel = window(two).getByRole('dialog');
    await panel.getByRole('button', { name: /Joseph Miller/ }).waitFor();
    await panel.getByRole('button', { name: /1 of 3 places taken/ }).click();
    await choose(two, 'Maria Lopez', 'Course');
    await window(two).getByRole('button', { name: 'Book', exact: true }).click();
    await field(one, /^6:00 PM 2 of 3 places taken/).waitFor();
  });

  test('carried with the mouse', async () => {
    const from = field(one, /^9:30 AM (Joseph|Maria)/);
    const to = window(one)
      .getByRole('row', { name: /^Dr. Ben Okafor/ })
      .getByRole('button', { name: /^10:00 AM Free/ });
    // The course in the evening was looked at last.
    await to.scrollIntoViewIfNeeded();
    await from.scrollIntoViewIfNeeded();
    const [start, end] = [await from.boundingBox(), await to.boundingBox()];
    if (!start || !end) {
      throw new Error('The calendar is not there.');
    }
    const { mouse } = window(one);
    await mouse.move(start.x + 20, start.y + 10);
    await mouse.down();
    await mouse.move(start.x + 40, start.y + 20, { steps: 3 });
    await mouse.move(end.x + 20, end.y + 10, { steps: 8 });
    await mouse.up();
    await window(two)
      .getByRole('row', { name: /^Dr. Ben Okafor/ })
      .getByRole('button', { name: /^10:00 AM (Joseph|Maria).*Booked/ })
      .waitFor();
  });

  test('without a connection nothing that was typed is lost, and it goes on when it is back', async () => {
    const page = window(one);
    await fillIn(page, /^11:00 AM Free/, 'Maria Lopez', 'Cough');
    await page.context().setOffline(true);
    await page.getByText(/^You are offline/).waitFor();
    await page.getByRole('button', { name: 'Book', exact: true }).click();
    const panel = page.getByRole('dialog');
    await panel
      .getByRole('alert')
      .getByText(/There is no connection/)
      .waitFor();
    expect(await panel.getByLabel('Reason for the visit').inputValue()).toBe('Cough');
    await page.context().setOffline(false);
    await page.getByText(/^You are offline/).waitFor({ state: 'detached' });
    await panel.getByRole('button', { name: 'Book', exact: true }).click();
    await field(two, /^11:00 AM Maria Lopez.*Booked/).waitFor();
    // And this window hears of the others again.
    await fillIn(two, /^11:30 AM Free/, 'Joseph Miller', 'Check');
    await window(two).getByRole('button', { name: 'Book', exact: true }).click();
    await field(page, /^11:30 AM Joseph Miller.*Booked/).waitFor();
  });

  test('the week shows how many there are at each time, or one calendar', async () => {
    const page = window(one);
    await page.getByText('Week', { exact: true }).click();
    await page.getByRole('row', { name: /^Mon 2|^2 Mon/ }).waitFor();
    await page
      .getByRole('row')
      .nth(2)
      .getByRole('button', { name: /^9:00 AM 2 Free/ })
      .waitFor();
    await page.getByLabel('Provider or room').selectOption('Dr. Ben Okafor');
    await page
      .getByRole('row')
      .nth(2)
      .getByRole('button', { name: /^9:00 AM Free/ })
      .waitFor();
    await page.getByText('Day', { exact: true }).click();
    await page.getByLabel('Go to date').fill('2026-03-04');
    await page.getByRole('heading', { name: 'Wed, Mar 4, 2026' }).waitFor();
    await page.getByRole('row', { name: /^Dr. Ben Okafor/ }).waitFor();
    expect(await page.getByRole('row').count()).toBe(1);
  });

  test('on a phone one column at a time, and nothing scrolls sideways', async () => {
    const page = await pages.openAs(login, '/today', { viewport: 'phone' });
    await field(page, /^2:00 PM Free/).waitFor();
    expect(await page.getByRole('row').count()).toBe(1);
    await page.getByRole('button', { name: 'Next column' }).click();
    await page.getByRole('row', { name: /^Dr. Ben Okafor/ }).waitFor();
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    expect(await seriousProblems(page)).toEqual([]);
  });

  /** A course in the evening, for three at a time. */
  async function groupSlots(): Promise<void> {
    const { medplum, demo, call } = pages.clinic;
    const service = demo('service') as WithId<HealthcareService>;
    const schedule = await medplum.createResource<Schedule>(
      withPattern<Schedule>(
        { resourceType: 'Schedule', active: true, actor: [{ reference: `Location/${demo('room').id}` }] },
        service,
        { hours: [{ days: ['mon'], from: '18:00', to: '19:00' }], duration: 60, capacity: 3, zone: 'America/New_York' },
      ),
    );
    const window = { start: '2026-03-02T05:00:00Z', end: '2026-03-03T05:00:00Z' };
    await call('Schedule/$generate-slots', { schedule: `Schedule/${schedule.id}`, ...window });
  }
});
