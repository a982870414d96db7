import { readFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Patient, Slot } from '@medplum/fhirtypes';
import type { Browser, Locator, Page } from 'playwright-core';
import { deploy } from '../../scripts/deploy/deploy.ts';
import { signIn } from '../../scripts/lib/client.ts';
import { inRoot } from '../../scripts/lib/paths.ts';
import { seedDemoClinic } from '../../scripts/lib/seed.ts';
import { readCredentials } from '../../scripts/lib/settings.ts';
import { buildWebIfStale } from '../../scripts/lib/web-build.ts';
import { startWebServer } from '../../scripts/lib/web-server.ts';
import type { RunningWebServer } from '../../scripts/lib/web-server.ts';
import type { Site } from '../members.ts';
import { startBrowser } from '../web/browser.ts';
import { seriousProblems, windowsOf } from '../web/pages.ts';
import { loginOf, patientLogin } from '../web/people.ts';

const DAY_MS = 86_400_000;
const ZONE = 'America/New_York';

/** The pages in a browser, on the server that MEDPLUM_BASE_URL names: one visit by three people in three windows. */
describe('the pages on the server that MEDPLUM_BASE_URL names', () => {
  // A name that no other run has: the calendar may show theirs, too.
  const family = `Live${randomUUID().slice(0, 8)}`;
  let site: Site;
  let web: RunningWebServer;
  let browser: Browser;
  let visitor: WithId<Patient>;
  let day: string;
  let [patient, desk, clinician]: Page[] = [];
  const sockets = { desk: false, clinician: false };

  beforeAll(async () => {
    const { baseUrl, ...secrets } = readCredentials(process.env);
    const medplum = await signIn({ baseUrl, ...secrets });
    await deploy(medplum);
    const clinic = await seedDemoClinic(medplum);
    const { project } = await medplum.get<{ project: { id: string } }>('auth/me');
    site = { medplum, server: { baseUrl, credentials: { projectId: project.id } } };
    const demo = (key: string) => clinic.get(key) ?? (Promise.reject(new Error(`There is no ${key}.`)) as never);
    visitor = await medplum.createResource<Patient>({
      resourceType: 'Patient',
      active: true,
      name: [{ given: ['Nora'], family }],
      telecom: [{ system: 'phone', use: 'mobile', value: '+12025550147' }],
    });
    const schedule = `Schedule/${demo('schedule-1').id}`;
    const window = { start: new Date().toISOString(), end: new Date(Date.now() + 7 * DAY_MS).toISOString() };
    await medplum.post(medplum.fhirUrl('Schedule', '$generate-slots'), { schedule, ...window });
    const free = { schedule, status: 'free', start: `gt${new Date().toISOString()}`, _sort: 'start', _count: '1' };
    const slot = (await medplum.searchOne('Slot', free)) as WithId<Slot>;
    await buildWebIfStale();
    web = await startWebServer({ host: '127.0.0.1', port: 0, fhirBaseUrl: baseUrl, projectId: project.id });
    browser = await startBrowser();
    const { openAs } = windowsOf(browser, web.baseUrl);
    day = new Intl.DateTimeFormat('en-CA', { timeZone: ZONE }).format(new Date(slot.start));
    desk = await openAs(await loginOf({ ...site, demo }, 'front-desk'), `/today?date=${day}`);
    clinician = await openAs(await loginOf({ ...site, demo }, 'provider-1'), `/today?date=${day}`);
    // Both windows listen on a WebSocket of the server: nobody has to wait until a page looks again.
    for (const [name, page] of [
      ['desk', desk],
      ['clinician', clinician],
    ] as const) {
      page.on('websocket', () => (sockets[name] = true));
      await page.reload();
      await page.getByRole('grid').waitFor();
    }
    patient = await openAs(await patientLogin(site, visitor), '/book', { viewport: 'phone' });
  });
  afterAll(async () => {
    await browser?.close();
    await web?.close();
  });

  const of = (page: Page | undefined): Page => page ?? (undefined as never);
  const field = (page: Page | undefined, state: string): Locator =>
    of(page)
      .getByRole('gridcell')
      .getByRole('button', { name: new RegExp(`Nora ${family}.*${state}`) });
  const act = async (page: Page | undefined, from: string, action: string): Promise<void> => {
    await field(page, from).click();
    await of(page).getByRole('dialog').getByRole('button', { name: action, exact: true }).click();
  };

  test('the patient books; the desk and the clinician see it come over their WebSockets', async () => {
    await of(desk).getByRole('grid').waitFor();
    await of(patient).getByRole('textbox', { name: 'With whom' }).click();
    await of(patient).getByRole('option', { name: 'Dr. Ana Silva' }).click();
    await of(patient).getByRole('group', { name: 'Free times' }).getByRole('button').first().click();
    expect(await seriousProblems(of(patient))).toEqual([]);
    await of(patient).getByRole('button', { name: 'Book this time' }).click();
    await of(patient).getByRole('link', { name: 'To my visits' }).click();
    await field(desk, 'Booked').waitFor();
    await field(clinician, 'Booked').waitFor();
    expect(sockets).toEqual({ desk: true, clinician: true });
  });

  test('the desk checks them in; the clinician starts the visit', async () => {
    await act(desk, 'Booked', 'Check in');
    await of(patient).getByRole('region', { name: 'Coming up' }).getByText('arrived').waitFor();
    await act(clinician, 'Arrived', 'Start the visit');
    await field(desk, 'With the doctor').waitFor();
  });

  test('what was said becomes a note, which the clinician signs', async () => {
    const page = of(clinician);
    await page.goto(`${web.baseUrl}/scribe`);
    await page.getByRole('button', { name: 'Add a transcript' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a transcript' });
    await dialog.getByRole('textbox', { name: 'Visit' }).click();
    await page.getByRole('option', { name: new RegExp(family) }).click();
    const said = await readFile(inRoot('resources', 'demo', 'transcript.txt'), 'utf8');
    await dialog.getByLabel('Text of the conversation').fill(said);
    await dialog.getByRole('button', { name: 'Draft a note' }).click();
    await page
      .getByRole('region', { name: 'To be signed' })
      .getByRole('link', { name: new RegExp(family) })
      .click();
    await page.getByRole('heading', { level: 1, name: new RegExp(family) }).waitFor();
    await page.getByRole('region', { name: 'Problems' }).getByRole('checkbox').first().check();
    await page.getByRole('button', { name: 'Sign …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign', exact: true }).click();
    await page.getByText(/^Signed: /).waitFor();
  });

  test('desk and patient write to each other, and the visit ends', async () => {
    const page = of(desk);
    await of(patient).goto(`${web.baseUrl}/inbox`);
    await of(patient).getByRole('textbox', { name: 'Write to the clinic' }).waitFor();
    await page.goto(`${web.baseUrl}/patients/${visitor.id}?part=messages`);
    await page.getByRole('textbox', { name: 'Write to the patient' }).fill('Your results are here.');
    await page.getByRole('button', { name: 'Send' }).click();
    await of(patient).getByText('Your results are here.').waitFor();
    await of(patient).getByLabel('Write to the clinic').fill('Thank you, I come by.');
    await of(patient).getByRole('button', { name: 'Send' }).click();
    await page.getByText('Thank you, I come by.').first().waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await of(clinician).goto(`${web.baseUrl}/today?date=${day}`);
    await act(clinician, 'With the doctor', 'End the visit');
    await field(clinician, 'Done').waitFor();
  });

  test('another patient sees nothing of it', async () => {
    const other = await site.medplum.createResource<Patient>({ resourceType: 'Patient', active: true });
    const page = await windowsOf(browser, web.baseUrl).openAs(await patientLogin(site, other), '/visits');
    await page.getByText('You have no visit booked.').waitFor();
    await page.goto(`${web.baseUrl}/patients/${visitor.id}`);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    const { baseUrl } = site.server;
    const seen = await page.evaluate<number[]>(
      `Promise.all(['Patient/${visitor.id}', 'Appointment?patient=Patient/${visitor.id}'].map(async (url) => {
        const token = JSON.parse(localStorage.getItem('activeLogin')).accessToken;
        const answer = await fetch('${baseUrl}fhir/R4/' + url, { headers: { Authorization: 'Bearer ' + token } });
        return url.includes('?') ? ((await answer.json()).entry ?? []).length : answer.status;
      }))`,
    );
    expect(seen).toEqual([404, 0]);
  });
});
