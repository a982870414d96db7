import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { AuditEvent, Patient, Task } from '@medplum/fhirtypes';
import { sid, TASK_CODE } from '../../bots/runtime/contract.ts';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { bookDirectly } from '../appointments.ts';
import { administrator, loginOf } from './people.ts';
import { fitsWidth, seriousProblems, startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';

describe('what needs a person', () => {
  let pages: ClinicPages;

  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages.close());

  const newTicket = (key: string, over: Partial<Task> = {}): Task => ({
    resourceType: 'Task',
    identifier: [{ system: sid('ticket'), value: key }],
    status: 'requested',
    intent: 'order',
    priority: 'routine',
    code: { coding: [{ system: TASK_CODE, code: 'ticket' }] },
    description: key,
    authoredOn: new Date(pages.clinic.clock.now()).toISOString(),
    ...over,
  });
  const raise = (key: string, over: Partial<Task> = {}): Promise<WithId<Task>> =>
    pages.clinic.medplum.createResource<Task>(newTicket(key, over));
  const current = async ({ id }: WithId<Task>): Promise<WithId<Task>> =>
    pages.clinic.medplum.readResource('Task', id, { cache: 'reload' });

  test('a front desk takes a ticket, notes what was done, and closes it; runs of bots are not theirs', async () => {
    const patient = pages.clinic.demo('patient-2') as WithId<Patient>;
    const page = await pages.openAs(await loginOf(pages.clinic, 'front-desk'), '/health');
    await page.getByText('Nothing is waiting for a person.').waitFor();
    // Nobody loads the page again: the server tells.
    const ticket = await raise('message-unknown/1', { for: createReference(patient) });
    await raise('message-unknown/2', { priority: 'urgent' });
    await raise('journey/1');
    const messages = page.getByRole('list', { name: 'Messages' });
    await messages.getByText('message-unknown/1').waitFor();
    await page.getByRole('list', { name: 'Journeys and their definitions' }).getByText('journey/1').waitFor();
    await messages.getByText('message-unknown/2').waitFor();
    expect(await messages.getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringMatching(/^It is not clear whether a message was sent\s+urgent\s+message-unknown\/2/),
      expect.stringMatching(/^It is not clear whether a message was sent\s+message-unknown\/1/),
    ]);
    expect(await seriousProblems(page)).toEqual([]);
    const mine = messages.getByRole('listitem').filter({ hasText: 'message-unknown/1' });
    expect(await mine.getByRole('link', { name: 'Maria Lopez' }).getAttribute('href')).toBe(`/patients/${patient.id}`);
    await mine.getByRole('button', { name: 'Take it' }).click();
    await mine.getByText('taken by you').waitFor();
    await mine.getByRole('button', { name: 'Note' }).click();
    const dialog = page.getByRole('dialog', { name: 'Note on what is to be looked at' });
    await dialog.getByLabel('What was done').fill('Called her, she got it.');
    await page.context().setOffline(true);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('There is no connection').waitFor();
    expect(await dialog.getByLabel('What was done').inputValue()).toBe('Called her, she got it.');
    await page.context().setOffline(false);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await mine.getByText('Called her, she got it.').waitFor();
    await mine.getByRole('button', { name: 'Done' }).click();
    await mine.waitFor({ state: 'detached' });
    const desk = `Practitioner/${pages.clinic.demo('front-desk').id}`;
    expect(await current(ticket)).toMatchObject({
      status: 'completed',
      owner: { reference: desk },
      note: [{ text: 'Called her, she got it.', authorReference: { reference: desk } }],
    });
    expect(await page.getByText('Runs that failed').count()).toBe(0);
    await page.context().close();
  });

  test('a sweep that raises forty at once is looked at once or twice, not forty times', async () => {
    const page = await pages.openAs(await loginOf(pages.clinic, 'front-desk'), '/health');
    await page.getByRole('list').first().waitFor();
    const loads: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'GET' && request.url().includes('/Task?')) {
        loads.push(request.url());
      }
    });
    await pages.clinic.medplum.executeBatch({
      resourceType: 'Bundle',
      type: 'batch',
      entry: Array.from({ length: 40 }, (_ticket, index) => ({
        request: { method: 'POST', url: 'Task' },
        resource: newTicket(`schedule-sweep/${index}`),
      })),
    });
    await page.getByRole('heading', { name: /\(40\)$/ }).waitFor();
    expect(loads.length).toBeLessThanOrEqual(10);
    await page.context().close();
  });

  test('an administrator also sees which runs failed, and what they left in the log', async () => {
    const { medplum } = pages.clinic;
    const bot = await waitFor('a bot', () => medplum.searchOne('Bot', {}));
    await medplum.createResource<AuditEvent>({
      resourceType: 'AuditEvent',
      type: { system: 'https://medplum.com/CodeSystem/audit-event', code: 'execute' },
      recorded: new Date(pages.clinic.clock.now()).toISOString(),
      agent: [{ who: createReference(bot), requestor: true }],
      source: { observer: createReference(bot) },
      entity: [{ what: { reference: 'Appointment/123' } }],
      outcome: '4',
      outcomeDesc: 'The provider did not answer.',
    });
    const page = await pages.openAs(await administrator(pages.clinic), '/health');
    const runs = page.getByRole('region', { name: 'Runs that failed' });
    await runs.getByRole('button', { name: new RegExp(bot.name ?? '') }).click();
    await runs.getByText('The provider did not answer.').waitFor();
    await runs.getByText('About Appointment/123').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await page.context().close();
  });

  test('leads to where it is settled, and says what it is in the language of the reader', async () => {
    const { demo } = pages.clinic;
    const visit = await bookDirectly(pages.clinic, demo('patient-1') as WithId<Patient>, '2026-03-12T14:00:00Z');
    const definition = await pages.clinic.medplum.searchOne('PlanDefinition', { name: 'OutpatientVisit' });
    await raise(`appointment/${visit.id}/outside-hours`, { focus: createReference(visit) });
    await raise(`schedule/${demo('schedule-1').id}/1/no-slots`, { focus: createReference(demo('schedule-1')) });
    await raise(`journey-definition/${definition?.id}`, { focus: { reference: `PlanDefinition/${definition?.id}` } });
    await raise('scribe/1', { focus: { reference: 'DocumentReference/1' } });
    const page = await pages.openAs(await loginOf(pages.clinic, 'front-desk'), '/health', { language: 'de-DE' });
    const about = (text: string) => page.getByRole('listitem').filter({ hasText: text });
    const link = async (text: string, name: RegExp): Promise<string | null> =>
      about(text).getByRole('link', { name }).getAttribute('href');
    expect(await link('Ein Termin liegt außerhalb der Sprechzeiten', /^Termin Do\., 12\. März 2026/)).toBe(
      '/today?date=2026-03-12',
    );
    expect(await link('Es können keine Termine angelegt werden', /./)).toBe(`/schedules/${demo('schedule-1').id}`);
    expect(await link('Ein Behandlungsweg kann nicht beginnen', /^Vorlage/)).toBe(
      `/journeys/definitions/${definition?.id}`,
    );
    // Notes are not for the front desk: no link leads to a page that they do not have.
    await about('Es konnte keine Notiz entworfen werden').waitFor();
    expect(await about('Es konnte keine Notiz entworfen werden').getByRole('link').count()).toBe(0);
    expect(await seriousProblems(page)).toEqual([]);
    await page.context().close();
  });

  test('on a phone, in German and in the dark', async () => {
    const phone = await pages.openAs(await loginOf(pages.clinic, 'front-desk'), '/health', {
      viewport: 'phone',
      language: 'de-DE',
    });
    await phone.emulateMedia({ colorScheme: 'dark' });
    await phone.getByRole('list', { name: 'Nachrichten' }).getByText('message-unknown/2').waitFor();
    expect(await fitsWidth(phone)).toBe(true);
    expect(await seriousProblems(phone)).toEqual([]);
  });
});
