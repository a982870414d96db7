import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { startMailServer } from '../messages/mail-server.ts';
import type { MailServer } from '../messages/mail-server.ts';
import { loginOf } from './people.ts';
import { fitsWidth, seriousProblems, signIn, startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';

let mail: MailServer;
let pages: ClinicPages;
beforeAll(async () => {
  mail = await startMailServer();
  pages = await startPages({ secrets: { SMTP_URL: mail.url, MAIL_FROM: 'clinic@example.org' } });
});
afterAll(async () => {
  await pages.close();
  await mail.close();
});

/** The address that the next mail to somebody leads to, as far as it is the pages' own. */
const linkTo = (email: string, after: number): Promise<string> =>
  waitFor(`a mail to ${email}`, async () => {
    const mine = mail.mails.slice(after).find(({ to }) => to.includes(email));
    // Lines of a mail are short: longer ones are folded by a "=".
    return /\/setpassword\/\S+/.exec(mine?.content.replaceAll('=\r\n', '') ?? '')?.[0];
  });

async function choose(page: Page, password: string): Promise<void> {
  await page.getByRole('textbox', { name: 'New password' }).fill(password);
  await page.getByRole('button', { name: 'Set the password' }).click();
}

test.each([
  ['of the staff', 'front-desk'],
  ['who is a patient', 'patient-1'],
])('somebody %s who has forgotten their password gets a link and chooses a new one', async (_who, key) => {
  const login = await loginOf(pages.clinic, key);
  const before = mail.mails.length;
  const page = await pages.open('/', { viewport: 'phone' });
  await page.getByLabel('E-mail').fill(login.email);
  await page.getByRole('button', { name: 'Forgot the password?' }).click();
  await page.getByText('a message with a link is on its way').waitFor();
  const link = await linkTo(login.email, before);

  const there = await pages.open(link, { viewport: 'phone' });
  await choose(there, 'password1');
  await there.getByText('This password is too easy to guess.').waitFor();
  expect(await seriousProblems(there)).toEqual([]);
  expect(await fitsWidth(there)).toBe(true);
  await choose(there, 'seven quiet herons wade');
  await there.getByRole('status').getByText('The password is set.').waitFor();
  await there.getByRole('link', { name: 'Sign in' }).click();
  await signIn(there, { ...login, password: 'seven quiet herons wade' });

  await page.getByRole('textbox', { name: 'Password' }).fill(login.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('This e-mail and password do not belong together.').waitFor();
});

test('a link is good once, for a while, and only as it was sent', async () => {
  const email = 'new.nurse@example.org';
  await pages.clinic.medplum.invite(pages.clinic.server.credentials.projectId, {
    resourceType: 'Practitioner',
    firstName: 'New',
    lastName: 'Nurse',
    email,
  });
  const link = await linkTo(email, 0);
  const gone = async (path: string): Promise<void> => {
    const page = await pages.open(path);
    await choose(page, 'nine loud geese land');
    await page.getByText('This link is no longer good.').waitFor();
    await page.context().close();
  };
  await gone(`${link.slice(0, -1)}${link.endsWith('0') ? '1' : '0'}`);
  await gone('/setpassword/00000000-0000-4000-8000-000000000000/0');
  const first = await pages.open(link);
  await choose(first, 'nine loud geese land');
  await first.getByText('The password is set.').waitFor();
  await gone(link);

  const before = mail.mails.length;
  await pages.clinic.medplum.post('auth/resetpassword', { email });
  const late = await linkTo(email, before);
  await pages.clinic.server.advance({ minutes: 61 });
  await gone(late);
});
