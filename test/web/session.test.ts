import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { loginOf } from './people.ts';
import type { Login } from './people.ts';
import { seriousProblems, signIn, startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';

describe('signing in and out', () => {
  let pages: ClinicPages;
  let login: Login;

  beforeAll(async () => {
    pages = await startPages();
    login = await loginOf(pages.clinic, 'front-desk');
  });
  afterAll(() => pages.close());

  test('a wrong password is said, and the e-mail stays', async () => {
    const page = await pages.open('/patients');
    await page.getByLabel('E-mail').fill(login.email);
    await page.getByRole('textbox', { name: 'Password' }).fill('wrong');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('This e-mail and password do not belong together.').waitFor();
    expect(await page.getByLabel('E-mail').inputValue()).toBe(login.email);
    expect(await seriousProblems(page)).toEqual([]);
    // The page that was asked for comes after signing in.
    await signIn(page, login);
    await page.getByRole('heading', { level: 1, name: 'Patients' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Patients' }).waitFor();
  });

  test('in German, and in the dark', async () => {
    const page = await pages.openAs(login, '/patients', { language: 'de-DE' });
    await page.getByRole('heading', { level: 1, name: 'Patienten' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    await page.getByRole('button', { name: /^Konto von/ }).click();
    await page.getByRole('menuitem', { name: 'Dunkel' }).click();
    expect(await seriousProblems(page)).toEqual([]);
  });

  test('a session that ends in the middle of a form keeps what was typed', async () => {
    const page = await pages.openAs(login, '/patients');
    await page.getByRole('button', { name: 'New patient' }).click();
    const form = page.getByRole('dialog', { name: 'New patient' });
    await form.getByLabel('First name').fill('Nora');
    await form.getByLabel('Last name').fill('Lindqvist');
    // The clinic ends it: its tokens are good for nothing any more.
    await endSessions(login);
    await form.getByRole('button', { name: 'Create' }).click();
    const again = page.getByRole('dialog', { name: 'Your session has ended' });
    await again.getByLabel('E-mail').fill(login.email);
    await again.getByRole('textbox', { name: 'Password' }).fill(login.password);
    await again.getByRole('button', { name: 'Sign in', exact: true }).click();
    await again.waitFor({ state: 'detached' });
    expect(await form.getByLabel('First name').inputValue()).toBe('Nora');
    await form.getByRole('button', { name: 'Create' }).click();
    await waitFor('the patient', () => pages.clinic.medplum.searchOne('Patient', { family: 'Lindqvist' }));
  });

  test('signing out everywhere ends the sessions of other devices', async () => {
    const [here, there] = [await pages.openAs(login, '/patients'), await pages.openAs(login, '/patients')];
    await here.getByRole('button', { name: /^Account of/ }).click();
    await here.getByRole('menuitem', { name: 'Sign out everywhere' }).click();
    await here.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await there.getByRole('searchbox').fill('miller');
    await there.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
  });

  async function endSessions(whose: Login): Promise<void> {
    const page = await pages.openAs(whose, '/patients');
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out everywhere' }).click();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await page.context().close();
  }
});
