import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Appointment, Patient, Schedule, Slot, Task } from '@medplum/fhirtypes';
import type { Page } from 'playwright-core';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { seriousProblems, startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';
import { loginOf } from './people.ts';
import type { Login } from './people.ts';

describe('schedules', () => {
  let pages: ClinicPages;
  let page: Page;
  let frontDesk: Login;
  let schedule: string;

  beforeAll(async () => {
    pages = await startPages();
    const { clinic } = pages;
    schedule = `Schedule/${clinic.demo('schedule-1').id}`;
    // Booked at 16:30 on Tuesday, the last of the day.
    const [slot] = await freeSlots('2026-03-03T21:30:00Z', '2026-03-03T22:00:00Z');
    await clinic.call<Appointment>('Slot/$book', {
      slot: `Slot/${slot?.id}`,
      patient: `Patient/${(clinic.demo('patient-1') as WithId<Patient>).id}`,
    });
    frontDesk = await loginOf(clinic, 'front-desk');
    page = await pages.openAs(frontDesk, '/schedules');
  });
  afterAll(() => pages.close());

  const freeSlots = async (from: string, to: string): Promise<WithId<Slot>[]> => {
    const { medplum } = pages.clinic;
    medplum.invalidateAll();
    return medplum.searchResources('Slot', [
      ['schedule', schedule],
      ['status', 'free'],
      ['start', `ge${from}`],
      ['start', `lt${to}`],
    ]);
  };
  const stored = (): Promise<WithId<Schedule>> => {
    pages.clinic.medplum.invalidateAll();
    return pages.clinic.medplum.readResource('Schedule', schedule.split('/')[1] ?? '');
  };

  test('are listed with their hours', async () => {
    await page
      .getByRole('row', { name: /Ana Silva.*Outpatient visit.*Mon–Fri 9:00 AM–12:00 PM, 1:00 PM–5:00 PM/ })
      .waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await page.getByRole('link', { name: /Ana Silva/ }).click();
    await page.getByRole('region', { name: 'Slots of the week' }).getByText('70 slots').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
  });

  test('a pattern that makes no sense is refused in words', async () => {
    const afternoon = page.getByRole('group', { name: 'Hours 2' });
    await afternoon.getByLabel('To').fill('');
    await page
      .getByRole('alert')
      .getByText(/Hours need a start and an end/)
      .waitFor();
    expect(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true);
  });

  test('a changed pattern shows its slots, and who would no longer fit, before it is saved; slots follow', async () => {
    const afternoon = page.getByRole('group', { name: 'Hours 2' });
    await afternoon.getByLabel('To').fill('16:00');
    await page.getByRole('region', { name: 'Slots of the week' }).getByText('60 slots').waitFor();
    await page.getByText('1 booked visit would no longer fit').waitFor();
    expect(await freeSlots('2026-03-04T21:00:00Z', '2026-03-04T22:00:00Z')).toHaveLength(2);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved. The free slots follow.').waitFor();
    await waitFor('the slots to follow', async () =>
      (await freeSlots('2026-03-04T21:00:00Z', '2026-03-04T22:00:00Z')).length === 0 ? true : undefined,
    );
    await waitFor('the ticket', async () => {
      const tickets = await pages.clinic.medplum.searchResources('Task', { code: 'ticket', _count: '100' });
      return tickets.find(({ description }: Task) => description?.includes('outside the hours'));
    });
  });

  test('time off blocks, and is opened again', async () => {
    const off = page.getByRole('region', { name: 'Time off' });
    await off.getByLabel('From').fill('2026-03-05T09:00');
    await off.getByLabel('Until').fill('2026-03-05T12:00');
    await off.getByLabel('Reason').fill('Training');
    await off.getByRole('button', { name: 'Block this time' }).click();
    await off.getByText(/9:00 AM – Thu, Mar 5, 2026, 12:00 PM: Training/).waitFor();
    expect(await freeSlots('2026-03-05T14:00:00Z', '2026-03-05T17:00:00Z')).toHaveLength(0);
    expect(await seriousProblems(page)).toEqual([]);
    await off.getByRole('button', { name: /^Open again/ }).click();
    await off.getByText('No time off is planned.').waitFor();
    await waitFor('the slots', async () =>
      (await freeSlots('2026-03-05T14:00:00Z', '2026-03-05T17:00:00Z')).length === 6 ? true : undefined,
    );
  });

  test('are not overwritten where somebody else has changed them', async () => {
    await page.getByLabel('Slots ahead (days)').fill('21');
    const theirs = await stored();
    await pages.clinic.medplum.updateResource({ ...theirs, comment: 'Changed at another desk' });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Somebody else has changed this' });
    await dialog.getByRole('button', { name: 'Save mine' }).click();
    await waitFor('mine', async () => {
      const ahead = (await stored()).extension?.some(({ valuePositiveInt }) => valuePositiveInt === 21);
      return ahead ? true : undefined;
    });
    // What the form does not show is not undone.
    expect((await stored()).comment).toBe('Changed at another desk');
  });

  test('a new one is made for a room', async () => {
    await page.goto(`${pages.baseUrl}/schedules`);
    await page.getByRole('button', { name: 'New schedule' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Who or where' }).click();
    await page.getByRole('option', { name: 'Room 1' }).click();
    await dialog.getByRole('textbox', { name: 'Service' }).click();
    await page.getByRole('option', { name: 'Outpatient visit' }).click();
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { level: 1, name: 'Room 1' }).waitFor();
    await page.getByRole('region', { name: 'Slots of the week' }).getByText('80 slots').waitFor();
  });

  test('fit on a phone, in the dark and in German', async () => {
    const phone = await pages.openAs(frontDesk, `/schedules/${schedule.split('/')[1]}`, {
      viewport: 'phone',
      language: 'de-DE',
    });
    await phone.getByRole('region', { name: 'Termine der Woche' }).waitFor();
    await phone.getByRole('button', { name: /^Konto von/ }).click();
    await phone.getByRole('menuitem', { name: 'Dunkel' }).click();
    const width = await phone
      .locator('html')
      .evaluate((html: unknown) => (html as { readonly scrollWidth: number }).scrollWidth);
    expect(width).toBeLessThanOrEqual(390);
    expect(await seriousProblems(phone)).toEqual([]);
  });
});
