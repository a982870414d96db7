import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Appointment } from '@medplum/fhirtypes';
import type { Page } from 'playwright-core';
import { skipTo } from '../appointments.ts';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { enter, focused, focusedCell, goToCell, pressUntil } from './keyboard.ts';
import { loginOf } from './people.ts';
import { seriousProblems, startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';

/** What an appointment's slot becomes is a transaction, and a push, and a request away. */
const cell = (page: Page, name: RegExp) => page.getByRole('gridcell').getByRole('button', { name });

describe('the calendar without a mouse', () => {
  let pages: ClinicPages;
  let page: Page;
  let practitioner: Page;

  beforeAll(async () => {
    pages = await startPages();
    page = await pages.openAs(await loginOf(pages.clinic, 'front-desk'), '/');
    await page.getByRole('grid').waitFor();
    practitioner = await pages.openAs(await loginOf(pages.clinic, 'provider-1'), '/today');
  });
  afterAll(() => pages.close());
  // A test that fails leaves nothing open.
  afterEach(() => page.keyboard.press('Escape'));

  test('it is the first page of staff', () => {
    expect(new URL(page.url()).pathname).toBe('/today');
  });

  test('arrow keys move through it, Home and End to the ends of a column, Page Down to the next day', async () => {
    await goToCell(page, 0, /^9:30 AM Free/);
    await page.keyboard.press('ArrowRight');
    expect(await focused(page)).toMatch(/^9:30 AM Free/);
    await page.keyboard.press('Home');
    // It is eight: what begins now is nobody's any more.
    expect(await focused(page)).toMatch(/^8:00 AM Not taken/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Block this time' }).waitFor();
    expect(await page.getByRole('dialog').getByRole('button', { name: 'Book', exact: true }).count()).toBe(0);
    await page.keyboard.press('Escape');
    await waitFor('the focus back', async () => /^8:00 AM/.test(await focused(page)) || undefined);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('End');
    expect(await focused(page)).toMatch(/^4:30 PM Free/);
    await page.keyboard.press('PageDown');
    await page.getByRole('heading', { name: 'Tue, Mar 3, 2026' }).waitFor();
    await page.getByRole('grid').waitFor();
    await pressUntil(page, 'Shift+Tab', 'Today');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Mon, Mar 2, 2026' }).waitFor();
  });

  test('book, check in, take that back, move, cancel with a reason', async () => {
    await goToCell(page, 0, /^9:00 AM Free/);
    const appointment = await bookByKeys('miller', /^9:00 AM Joseph Miller/);
    await page.keyboard.press('Enter');
    await enter(page, 'Check in');
    await status(appointment, 'arrived');
    await cell(page, /^9:00 AM Joseph Miller.*Arrived/).waitFor();
    await onCell(/^9:00 AM Joseph Miller/);
    await page.keyboard.press('Enter');
    await enter(page, 'Undo check-in');
    await status(appointment, 'booked');
    await cell(page, /^9:00 AM Joseph Miller.*Booked/).waitFor();
    await onCell(/^9:00 AM Joseph Miller/);

    await page.keyboard.press('Enter');
    await enter(page, 'Move');
    await page.getByLabel('New time').waitFor();
    await pressUntil(page, 'Tab', /^New time/);
    await page.keyboard.type('10:30 AM · Dr. Ana');
    await enter(page, 'Move');
    await cell(page, /^10:30 AM Joseph Miller/).waitFor();
    await cell(page, /^9:00 AM Free/)
      .first()
      .waitFor();

    await goToCell(page, 0, /^10:30 AM Joseph/);
    await page.keyboard.press('Enter');
    await enter(page, 'Cancel appointment');
    await pressUntil(page, 'Tab', /^Why is it cancelled/);
    await page.keyboard.type('No way');
    await enter(page, 'Cancel appointment');
    await status(appointment, 'cancelled');
    const { cancelationReason } = await read(appointment);
    expect(cancelationReason?.coding?.[0]).toMatchObject({
      system: 'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason',
      code: 'pat-lt',
    });
    await cell(page, /^10:30 AM Joseph Miller.*Cancelled/).waitFor();
    await cell(page, /^10:30 AM Free/)
      .first()
      .waitFor();
  });

  test('carried with the keys to another free time, and put back with Escape', async () => {
    await goToCell(page, 0, /^9:30 AM Free/);
    const appointment = await bookByKeys('lopez', /^9:30 AM Maria Lopez/);
    const before = await read(appointment);
    await carryRight();
    await page.keyboard.press('Escape');
    await page.getByText('Left where it was.').waitFor({ state: 'attached' });
    expect((await read(appointment)).slot).toEqual(before.slot);

    await onCell(/^9:30 AM Maria Lopez/);
    await carryRight();
    await page.keyboard.press('Space');
    await cell(page, /^9:30 AM Free/).waitFor();
    await page
      .getByRole('row', { name: /^Dr. Ben Okafor/ })
      .getByRole('button', { name: /Maria Lopez.*Booked/ })
      .waitFor();
    const moved = await read(appointment);
    expect(moved.slot).not.toEqual(before.slot);
    expect(moved.participant.map(({ actor }) => actor?.display)).toContain('Dr. Ben Okafor');
  });

  test('hold and release, hold and book', async () => {
    await goToCell(page, 0, /^11:00 AM Free/);
    const held = await bookByKeys('miller', /^11:00 AM Joseph Miller.*Held/, 'Hold for 10 minutes');
    expect(held.status).toBe('pending');
    await page.keyboard.press('Enter');
    await enter(page, 'Release');
    await status(held, 'cancelled');
    await cell(page, /^11:00 AM Free/)
      .first()
      .waitFor();
    await goToCell(page, 0, /^11:30 AM Free/);
    const second = await bookByKeys('miller', /^11:30 AM Joseph Miller.*Held/, 'Hold for 10 minutes');
    await page.keyboard.press('Enter');
    await enter(page, 'Book for them');
    await status(second, 'booked');
    await cell(page, /^11:30 AM Joseph Miller.*Booked/).waitFor();
  });

  test('a visit that is over', async () => {
    await goToCell(page, 0, /^1:30 PM Free/);
    const appointment = await bookByKeys('miller', /^1:30 PM Joseph Miller/);
    await page.keyboard.press('Enter');
    await enter(page, 'Check in');
    await cell(page, /^1:30 PM Joseph Miller.*Arrived/).waitFor();
    await onCell(/^1:30 PM Joseph Miller/);
    await page.keyboard.press('Enter');
    await enter(page, 'Visit is over');
    await status(appointment, 'fulfilled');
    await cell(page, /^1:30 PM Joseph Miller.*Done/).waitFor();
  });

  test('block and unblock a slot, block some time', async () => {
    await goToCell(page, 0, /^2:00 PM Free/);
    await page.keyboard.press('Enter');
    await enter(page, 'Block this time');
    await pressUntil(page, 'Tab', /^Reason/);
    await page.keyboard.type('Phone calls');
    await page.keyboard.press('Enter');
    await cell(page, /^2:00 PM Blocked/).waitFor();
    await onCell(/^2:00 PM Blocked/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('Phone calls').waitFor();
    await enter(page, 'Unblock');
    await cell(page, /^2:00 PM Free/).waitFor();
    await onCell(/^2:00 PM Free/);

    await pressUntil(page, 'Shift+Tab', 'Block time');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Block time' }).waitFor();
    await pressUntil(page, 'Tab', /^From \(time\)/);
    await page.keyboard.type('0300PM');
    await pressUntil(page, 'Tab', /^Until \(time\)/);
    await page.keyboard.type('0400PM');
    await pressUntil(page, 'Tab', /^Reason/);
    await page.keyboard.type('Team meeting');
    await page.keyboard.press('Enter');
    await cell(page, /^3:00 PM Blocked/).waitFor();
    await cell(page, /^3:30 PM Free/).waitFor({ state: 'detached' });
  });

  test('one too many needs a reason', async () => {
    await goToCell(page, 0, /^4:00 PM Free/);
    await bookByKeys('miller', /^4:00 PM Joseph Miller/);
    await page.keyboard.press('Enter');
    await enter(page, 'Overbook');
    await pressUntil(page, 'Tab', /^Patient/);
    await page.keyboard.type('lopez');
    await pickFirst(/Maria Lopez/);
    await pressUntil(page, 'Tab', /^Why one more/);
    await page.keyboard.type('In pain');
    await page.keyboard.press('Enter');
    await cell(page, /^4:00 PM Maria Lopez/).waitFor();
    await cell(page, /^4:00 PM Joseph Miller/).waitFor();
  });

  test('the practitioner starts the visit and ends it', async () => {
    await goToCell(practitioner, 0, /^11:30 AM Joseph Miller/);
    await practitioner.keyboard.press('Enter');
    await enter(practitioner, 'Start the visit');
    await cell(practitioner, /^11:30 AM Joseph Miller.*With the doctor/).waitFor();
    // The desk sees it too, without having done anything.
    await cell(page, /^11:30 AM Joseph Miller.*With the doctor/).waitFor();
    await practitioner.keyboard.press('Enter');
    await enter(practitioner, 'End the visit');
    await cell(practitioner, /^11:30 AM Joseph Miller.*Done/).waitFor();
  });

  test('did not come, comes late, has left without being seen', async () => {
    await goToCell(page, 0, /^1:00 PM Free/);
    const appointment = await bookByKeys('miller', /^1:00 PM Joseph Miller/);
    // Nobody has not come before it begins.
    await skipTo(pages.clinic, '2026-03-02T18:01:00Z');
    await page.clock.setFixedTime(new Date(pages.clinic.clock.now()));
    await page.reload();
    await cell(page, /^1:00 PM Joseph Miller/).waitFor();
    await goToCell(page, 0, /^1:00 PM Joseph Miller/);
    await page.keyboard.press('Enter');
    await enter(page, 'Did not come');
    await status(appointment, 'noshow');
    await cell(page, /^1:00 PM Joseph Miller.*Did not come/).waitFor();
    await onCell(/^1:00 PM Joseph Miller/);
    await page.keyboard.press('Enter');
    await enter(page, 'Check in');
    await status(appointment, 'arrived');
    await cell(page, /^1:00 PM Joseph Miller.*Arrived/).waitFor();
    await onCell(/^1:00 PM Joseph Miller/);
    await page.keyboard.press('Enter');
    await enter(page, 'Left without being seen');
    await status(appointment, 'cancelled');
    expect((await read(appointment)).cancelationReason?.coding?.[0]?.code).toBe('left-unseen');
  });

  test('nothing keeps anybody from using it, in the light and in the dark', async () => {
    expect(await seriousProblems(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
    await goToCell(page, 0, /^4:30 PM Free/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
  });

  /** In the panel of a free slot: find the patient, and book or hold; back on the field. */
  async function bookByKeys(typed: string, then: RegExp, button = 'Book'): Promise<WithId<Appointment>> {
    const [, slot] = (await focusedCell(page)).split(' ');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await pressUntil(page, 'Tab', /^Patient/);
    await page.keyboard.type(typed);
    await pickFirst(typed === 'miller' ? /Joseph Miller/ : /Maria Lopez/);
    await enter(page, button);
    await cell(page, then).waitFor();
    await onCell(then);
    pages.clinic.medplum.invalidateAll();
    const found = await pages.clinic.medplum.searchResources('Appointment', {
      slot: `Slot/${slot}`,
      _sort: '-_lastUpdated',
    });
    const [appointment] = found.filter(({ status: is }) => is === 'booked' || is === 'pending');
    return appointment ?? Promise.reject(new Error(`Nothing is booked in Slot/${slot}.`));
  }

  /** Space picks it up; an arrow key carries it once the calendar has been measured, and no further than the last column. */
  async function carryRight(): Promise<void> {
    await page.keyboard.press('Space');
    await page.getByText(/^Picked up at 9:30 AM/).waitFor({ state: 'attached' });
    await waitFor('the slot of the other provider', async () => {
      await page.keyboard.press('ArrowRight');
      return (await page.getByText(/^Over .* Dr. Ben Okafor/).count()) > 0 || undefined;
    });
  }

  async function pickFirst(name: RegExp): Promise<void> {
    await page.getByRole('option', { name }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Somebody else' }).waitFor();
  }

  /** The panel is closed, and the focus is back where it was. */
  const onCell = (name: RegExp): Promise<unknown> =>
    waitFor(`the focus on ${String(name)}`, async () => name.test(await focused(page)) || undefined);

  const read = ({ id }: WithId<Appointment>): Promise<WithId<Appointment>> =>
    pages.clinic.medplum.readResource('Appointment', id, { cache: 'reload' });

  const status = (appointment: WithId<Appointment>, wanted: Appointment['status']): Promise<unknown> =>
    waitFor(`${wanted}`, async () => (await read(appointment)).status === wanted || undefined);
});
