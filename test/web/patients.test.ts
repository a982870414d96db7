import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { loginOf } from './people.ts';
import { seriousProblems, startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';

describe('finding a patient, and making a new one', () => {
  let pages: ClinicPages;
  let page: Page;

  beforeAll(async () => {
    pages = await startPages();
    page = await pages.openAs(await loginOf(pages.clinic, 'front-desk'), '/patients');
  });
  afterAll(() => pages.close());

  test('by a part of the name, by phone, by birth date', async () => {
    const search = page.getByRole('searchbox');
    for (const typed of ['mill', '+1 202 555 0111', '1967-05-04']) {
      await search.fill(typed);
      await page.getByRole('link', { name: 'Joseph Miller' }).waitFor();
      await page.getByRole('link', { name: 'Maria Lopez' }).waitFor({ state: 'detached' });
    }
    await search.fill('nobody of that name');
    await page.getByText('Nobody is found by that.').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
  });

  test('who is known already is shown before a second one is made', async () => {
    await page.getByRole('button', { name: 'New patient' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Last name').fill('Miller');
    await dialog.getByLabel('Mobile phone').fill('+12025550111');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByRole('link', { name: /Joseph Miller/ }).waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    expect(await pages.clinic.medplum.searchResources('Patient', { family: 'Miller' })).toHaveLength(1);
  });
});
