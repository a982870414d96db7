import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { PlanDefinition } from '@medplum/fhirtypes';
import type { Page } from 'playwright-core';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { seriousProblems, startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';
import { administrator, loginOf } from './people.ts';

describe('definitions of journeys', () => {
  let pages: ClinicPages;
  let page: Page;

  beforeAll(async () => {
    pages = await startPages();
    page = await pages.openAs(await administrator(pages.clinic), '/journeys/definitions');
  });
  afterAll(() => pages.close());

  const stored = async (): Promise<WithId<PlanDefinition>> => {
    const { medplum } = pages.clinic;
    medplum.invalidateAll();
    return (await medplum.searchOne('PlanDefinition', { name: 'OutpatientVisit' })) as WithId<PlanDefinition>;
  };

  test('are drawn, and stand in words', async () => {
    await page.getByRole('link', { name: 'Outpatient visit' }).waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await page.getByRole('link', { name: 'Outpatient visit' }).click();
    const drawing = page.getByRole('img', { name: /^The stages as boxes/ }).locator('svg');
    await drawing.waitFor();
    // As large as what is in it: boxes below each other, not strewn over an empty plane.
    const [, , width = 0, height = 0] = ((await drawing.getAttribute('viewBox')) ?? '').split(' ').map(Number);
    expect(width).toBeLessThan(500);
    expect(height).toBeLessThan(2500);
    const words = page.getByRole('region', { name: 'In words' });
    await words.getByText('Remind 3 days before: 3 days before the visit').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
  });

  test('are refused in words while they are wrong', async () => {
    const reminder = page.getByRole('group', { name: 'Remind 1 day before', exact: true });
    await reminder.getByLabel('Only if').fill('name.frobnicate()');
    await page.getByRole('alert').getByText('Pre-visit › Remind 1 day before: The condition is not FHIRPath').waitFor();
    expect(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true);
    await reminder.getByLabel('Only if').fill('');
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  test('are played through before they are saved', async () => {
    const before = (await stored()).meta?.versionId;
    const reminder = page.getByRole('group', { name: 'Remind 1 day before', exact: true });
    await reminder.getByRole('textbox', { name: 'Length' }).fill('2');
    await page.getByLabel(/^Visit at/).fill('2026-03-12T11:00');
    await page.getByRole('button', { name: 'Play it through' }).click();
    const timeline = page.getByLabel('What would happen');
    await timeline.getByText('Message: Remind 1 day before').waitFor();
    // Two days before on the clinic's clock, which goes forward on 8 March.
    expect(await timeline.innerText()).toMatch(
      /Pre-visit begins[^]*Message: Remind 3 days before\s+Mon, Mar 9, 2026, 11:00[^]*Message: Remind 1 day before\s+Tue, Mar 10, 2026, 11:00[^]*Day of visit begins[^]*Post-visit begins/,
    );
    expect((await stored()).meta?.versionId).toBe(before);
    expect(await seriousProblems(page)).toEqual([]);
  });

  test('are saved with what the form does not know', async () => {
    const before = await stored();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText(/^Saved\. Journeys that are under way/).waitFor();
    const after = await waitFor('the change', async () => {
      const now = await stored();
      return now.meta?.versionId === before.meta?.versionId ? undefined : now;
    });
    expect(after.action?.[0]?.action?.[2]?.relatedAction?.[0]?.offsetDuration?.value).toBe(2);
    expect({ ...after, meta: undefined, action: undefined }).toEqual({ ...before, meta: undefined, action: undefined });
    expect(after.action?.slice(1)).toEqual(before.action?.slice(1));
  });

  test('repeat a stage, and ask several conditions', async () => {
    const before = await stored();
    const stage = page.getByRole('group', { name: 'Missed visit', exact: true });
    const repeats = stage.getByRole('checkbox', { name: 'Begins again and again' });
    await repeats.check();
    await stage.getByLabel('How often in all').fill('1');
    await page.getByRole('alert').getByText('Missed visit: A stage is repeated 2 to 1000 times').waitFor();
    await stage.getByLabel('How often in all').fill('4');
    await stage.getByLabel('Every', { exact: true }).fill('2');
    await stage.getByRole('button', { name: 'Add “and only if …”' }).first().click();
    await stage.getByLabel('and only if').first().fill('deceased.empty()');
    await page
      .getByRole('region', { name: 'In words' })
      .getByText(/only if deceased\.empty\(\), again up to 4 times, every 2 days/)
      .waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const after = await waitFor('the change', async () => {
      const now = await stored();
      return now.meta?.versionId === before.meta?.versionId ? undefined : now;
    });
    const [was, is] = [before, after].map(({ action }) => action?.find(({ title }) => title === 'Missed visit'));
    expect(is).toEqual({
      ...was,
      condition: [
        ...(was?.condition ?? []),
        { kind: 'applicability', expression: { language: 'text/fhirpath', expression: 'deceased.empty()' } },
      ],
      timingTiming: { repeat: { count: 4, period: 2, periodUnit: 'd' } },
    });
  });

  test('are played through with a course of one’s own', async () => {
    await page.getByRole('textbox', { name: 'What happens', exact: true }).click();
    await page.getByRole('option', { name: 'A course of your own' }).click();
    // It begins with what was looked at: booked, arrived, seen. The patient does not come instead.
    const event = (number: number) => page.getByRole('group', { name: `Event ${number}` });
    await event(4)
      .getByRole('button', { name: /^Remove/ })
      .click();
    await event(3)
      .getByRole('button', { name: /^Remove/ })
      .click();
    await event(2).getByLabel('What happens then').selectOption('the patient did not come');
    await event(2).getByLabel('When').fill('2026-03-12T11:40');
    await page.getByLabel(/^Visit at/).fill('');
    await page.getByText('Something happens to a visit: say when it is.').waitFor();
    expect(await page.getByRole('button', { name: 'Play it through' }).isDisabled()).toBe(true);
    await page.getByLabel(/^Visit at/).fill('2026-03-12T11:00');
    await page.getByRole('button', { name: 'Play it through' }).click();
    await page.getByLabel('What would happen').getByText('Missed visit begins').first().waitFor();
    expect(await page.getByLabel('What would happen').innerText()).toMatch(
      /Missed visit begins\s+Thu, Mar 12, 2026, 11:40/,
    );
    expect(await seriousProblems(page)).toEqual([]);
  });

  test('are not overwritten where somebody else has changed them', async () => {
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Visit as I see it');
    await pages.clinic.medplum.updateResource({ ...(await stored()), title: 'Visit as they see it' });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Somebody else has changed this' });
    await dialog.getByText('Visit as they see it').waitFor();
    await dialog.getByText('Visit as I see it').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    // No key decides: what was typed, or what somebody else saved, would be gone.
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'Take theirs' }).click();
    await page.getByRole('heading', { level: 1, name: 'Visit as they see it' }).waitFor();
    expect((await stored()).title).toBe('Visit as they see it');
  });

  test('are read by the front desk, on a phone, in the dark and in German', async () => {
    const login = await loginOf(pages.clinic, 'front-desk');
    const { id } = await stored();
    const phone = await pages.openAs(login, `/journeys/definitions/${id}`, { viewport: 'phone', language: 'de-DE' });
    await phone.getByRole('button', { name: /^Konto von/ }).click();
    await phone.getByRole('menuitem', { name: 'Dunkel' }).click();
    await phone.getByText('3 Tage vor dem Termin').first().waitFor();
    await phone
      .getByRole('img', { name: /^Die Abschnitte/ })
      .locator('svg')
      .waitFor();
    expect(await phone.getByRole('button', { name: 'Speichern' }).count()).toBe(0);
    const width = await phone
      .locator('html')
      .evaluate((html: unknown) => (html as { readonly scrollWidth: number }).scrollWidth);
    expect(width).toBeLessThanOrEqual(390);
    expect(await seriousProblems(phone)).toEqual([]);
  });
});
