import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { ActivityDefinition, Communication, Patient } from '@medplum/fhirtypes';
import type { Page } from 'playwright-core';
import { BASE, sid } from '../../bots/runtime/contract.ts';
import { MESSAGE_CATEGORY, OUTGOING } from '../../bots/messages/names.ts';
import { mediumOf, variantsOf } from '../../bots/messages/template.ts';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { administrator, loginOf } from './people.ts';
import { fitsWidth, seriousProblems, startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';

const coded = (code: string): Communication['category'] => [{ coding: [{ system: MESSAGE_CATEGORY, code }] }];

describe('messages', () => {
  let pages: ClinicPages;
  let page: Page;
  let patient: WithId<Patient>;

  beforeAll(async () => {
    pages = await startPages();
    patient = pages.clinic.demo('patient-1') as WithId<Patient>;
    page = await pages.openAs(await loginOf(pages.clinic, 'front-desk'), '/messages');
  });
  afterAll(() => pages.close());

  const write = (over: Partial<Communication>): Promise<WithId<Communication>> =>
    pages.clinic.medplum.createResource<Communication>({
      resourceType: 'Communication',
      status: 'preparation',
      subject: createReference(patient),
      recipient: [createReference(patient)],
      medium: [mediumOf('sms')],
      ...over,
    });

  test('what waits is seen to leave, without loading the page again', async () => {
    const waiting = await write({
      status: 'on-hold',
      category: coded(OUTGOING),
      payload: [{ contentString: 'Your results are here.' }],
    });
    const row = page.getByRole('row').filter({ hasText: 'Your results are here.' });
    await row.getByText('waiting', { exact: true }).waitFor();
    await pages.clinic.medplum.updateResource<Communication>({ ...waiting, status: 'preparation' });
    await row.getByText('sent', { exact: true }).waitFor();
    await row.getByText('SMS').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
  });

  test('what failed says why, and is sent again once that is put right', async () => {
    const { medplum } = pages.clinic;
    const unreachable = await medplum.createResource<Patient>({
      resourceType: 'Patient',
      name: [{ given: ['Nora'], family: 'Lindqvist' }],
    });
    await write({
      subject: createReference(unreachable),
      recipient: [createReference(unreachable)],
      payload: [{ contentString: 'Please call us.' }],
    });
    await page.getByLabel('Show').selectOption('Not sent');
    const row = page.getByRole('row').filter({ hasText: 'Please call us.' });
    await row.getByText('There is no number or address for this channel.').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await medplum.updateResource<Patient>({ ...unreachable, telecom: [{ system: 'phone', value: '+12025550155' }] });
    await row.getByRole('button', { name: 'Send again to Nora Lindqvist' }).click();
    await row.getByText('Sent again').waitFor();
    await page.getByLabel('Show').selectOption('Sent');
    await page.getByRole('row').filter({ hasText: 'Please call us.' }).getByText('sent', { exact: true }).waitFor();
  });

  test('a message of an unknown number is given to its patient', async () => {
    const { medplum, clock } = pages.clinic;
    const thread = await medplum.createResource<Communication>({
      resourceType: 'Communication',
      identifier: [{ system: sid('thread'), value: 'tel:+12025550179' }],
      category: coded('unknown-sender'),
      status: 'in-progress',
    });
    await medplum.createResource<Communication>({
      resourceType: 'Communication',
      status: 'completed',
      category: coded('incoming'),
      partOf: [createReference(thread)],
      medium: [mediumOf('sms')],
      sender: { identifier: { system: 'urn:ietf:rfc:3966', value: 'tel:+12025550179' } },
      received: new Date(clock.now()).toISOString(),
      payload: [{ contentString: 'This is my new number.' }],
    });
    const ticket = await waitFor('the ticket', () =>
      medplum.searchOne('Task', { focus: `Communication/${thread.id}` }, { cache: 'reload' }),
    );
    await page.getByRole('list', { name: 'To be looked at' }).getByText('Somebody wrote whose number').waitFor();
    await page.getByRole('tab', { name: 'From patients' }).click();
    await page.getByText('Unknown number +12025550179').waitFor();
    await page.getByRole('button', { name: 'Whose number is this?' }).click();
    const dialog = page.getByRole('dialog', { name: 'Whose number is +12025550179?' });
    await dialog.getByRole('searchbox').fill('miller');
    expect(await seriousProblems(page)).toEqual([]);
    await dialog.getByRole('button', { name: /^Joseph Miller/ }).click();
    const entry = page.getByRole('list', { name: 'From patients' }).getByRole('listitem');
    await entry.filter({ hasText: 'This is my new number.' }).getByRole('button', { name: 'Joseph Miller' }).click();
    // The conversation opens beside the list, with a box to answer.
    const conversation = page.getByRole('dialog', { name: 'Joseph Miller' });
    await conversation.getByText('This is my new number.').waitFor();
    await conversation.getByLabel('Write to the patient').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await conversation.getByRole('button', { name: 'Close' }).click();
    expect(await medplum.readResource('Task', ticket.id, { cache: 'reload' })).toMatchObject({
      for: { reference: `Patient/${patient.id}` },
    });
  });

  test('on a phone, in German and in the dark', async () => {
    const phone = await pages.openAs(await loginOf(pages.clinic, 'front-desk'), '/messages', {
      viewport: 'phone',
      language: 'de-DE',
    });
    await phone.emulateMedia({ colorScheme: 'dark' });
    await phone.getByRole('row').filter({ hasText: 'Your results are here.' }).getByText('gesendet').waitFor();
    expect(await fitsWidth(phone)).toBe(true);
    expect(await seriousProblems(phone)).toEqual([]);
    await phone.getByRole('link', { name: 'Vorlagen' }).click();
    await phone.getByRole('region', { name: 'Vorschau' }).waitFor();
    expect(await fitsWidth(phone)).toBe(true);
    expect(await seriousProblems(phone)).toEqual([]);
    await phone.context().close();
  });
});

describe('files in messages', () => {
  let pages: ClinicPages;
  // The smallest picture that there is.
  const PIXEL = Buffer.from('R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==', 'base64');

  beforeAll(async () => {
    pages = await startPages();
    const { medplum, demo } = pages.clinic;
    const patient = createReference(demo('patient-1') as WithId<Patient>);
    const message = await medplum.createResource<Communication>({
      resourceType: 'Communication',
      status: 'completed',
      subject: patient,
      sender: patient,
      medium: [mediumOf('sms')],
      sent: '2026-03-02T12:30:00Z',
    });
    const store = async (data: Buffer, contentType: string): Promise<string> => {
      const securityContext = createReference(message);
      const { id } = await medplum.createBinary({ data, contentType, securityContext });
      return `Binary/${id}`;
    };
    const page = Buffer.from('<script>document.title = "taken over"</script>');
    await medplum.updateResource<Communication>({
      ...message,
      payload: [
        { contentAttachment: { contentType: 'image/gif', url: await store(PIXEL, 'image/gif') } },
        {
          contentAttachment: { contentType: 'image/png', title: 'Not a picture', url: await store(page, 'text/html') },
        },
        { contentAttachment: { contentType: 'application/pdf', title: 'Letter', url: await store(page, 'text/html') } },
        { contentAttachment: { contentType: 'image/tiff', title: 'Not taken: its type' } },
      ],
    });
  });
  afterAll(() => pages.close());

  const path = (): string => `/patients/${pages.clinic.demo('patient-1').id}?part=messages`;

  test('a practitioner sees pictures, and saves what is none; nothing of it is run', async () => {
    const page = await pages.openAs(await loginOf(pages.clinic, 'provider-1'), path());
    const picture = page.getByRole('img', { name: 'Picture', exact: true });
    await picture.waitFor();
    expect(await picture.evaluate((img: unknown) => (img as { readonly naturalWidth: number }).naturalWidth)).toBe(1);
    await page.getByRole('img', { name: 'Not a picture' }).waitFor({ state: 'attached' });
    await page.getByText('Not taken: its type').waitFor();
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save Letter' }).click(),
    ]);
    expect(saved.suggestedFilename()).toMatch(/^Letter/);
    expect(await page.title()).not.toBe('taken over');
    expect(await seriousProblems(page)).toEqual([]);
    await page.context().close();
  });

  test('who may not read files is told of them, and has no link that would not open', async () => {
    const desk = await pages.openAs(await loginOf(pages.clinic, 'front-desk'), path());
    await desk.getByText('Letter', { exact: true }).waitFor();
    expect(await desk.getByRole('button', { name: /^Save/ }).count()).toBe(0);
    await desk.context().close();
    const patient = await pages.openAs(await loginOf(pages.clinic, 'patient-1'), '/inbox', { viewport: 'phone' });
    await patient.getByText('Letter', { exact: true }).waitFor();
    expect(await patient.getByRole('button', { name: /^Save/ }).count()).toBe(0);
    expect(await seriousProblems(patient)).toEqual([]);
  });
});

describe('templates of messages', () => {
  let pages: ClinicPages;
  let template: WithId<ActivityDefinition>;

  beforeAll(async () => {
    pages = await startPages();
    template = await current();
  });
  afterAll(() => pages.close());

  const current = (): Promise<WithId<ActivityDefinition>> => {
    pages.clinic.medplum.invalidateAll();
    return waitFor('the template', () =>
      pages.clinic.medplum.searchOne('ActivityDefinition', { url: `${BASE}/ActivityDefinition/appointment-reminder` }),
    );
  };
  const englishSms = (from: ActivityDefinition): string | undefined =>
    variantsOf(from).find(({ channel, language }) => channel === 'sms' && language === 'en')?.body;

  test('a front desk sees what a patient would get, and cannot write', async () => {
    const page = await pages.openAs(await loginOf(pages.clinic, 'front-desk'), `/messages/templates?id=${template.id}`);
    const text = page.getByRole('region', { name: 'SMS, Spanish' });
    expect(await text.getByLabel('Text').getAttribute('readonly')).not.toBeNull();
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
    const slots = await pages.clinic.medplum.searchResources('Slot', 'status=free&_sort=start&_count=60');
    const slot = slots.find(({ start }) => start.startsWith('2026-03-03'));
    const patient = pages.clinic.demo('patient-1');
    await pages.clinic.call('Slot/$book', { slot: `Slot/${slot?.id}`, patient: `Patient/${patient.id}` });
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByRole('searchbox', { name: 'Find a patient' }).fill('miller');
    await preview.getByLabel('About the visit').getByText('Tue, Mar 3, 2026').waitFor({ state: 'attached' });
    await preview.getByLabel('Text', { exact: true }).selectOption('SMS, Spanish');
    await preview.getByRole('button', { name: 'Show' }).click();
    // The text that was chosen, though this patient speaks English.
    await preview.getByText(/^Hola Joseph: le recordamos su cita con Dr\. Ana Silva/).waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await page.context().close();
  });

  test('an administrator edits; what is wrong cannot be saved, a failed save keeps the text, a conflict shows both', async () => {
    const login = await administrator(pages.clinic);
    const page = await pages.openAs(login, `/messages/templates?id=${template.id}`);
    const text = page.getByRole('region', { name: 'SMS, English' }).getByLabel('Text');
    const save = page.getByRole('button', { name: 'Save' });
    await text.fill('Hello {{ patient.nickname }}');
    await page.getByRole('alert').getByText('there is no variable "patient.nickname"').waitFor();
    expect(await save.isDisabled()).toBe(true);
    await text.fill('Hello {{ patient.given }}, see you soon.');
    await page.context().setOffline(true);
    await save.click();
    await page.getByText('There is no connection').first().waitFor();
    expect(await text.inputValue()).toBe('Hello {{ patient.given }}, see you soon.');
    await page.context().setOffline(false);
    const theirs = structuredClone(await current());
    const changed = JSON.stringify(theirs).replaceAll(
      'a reminder of your appointment',
      'do not forget your appointment',
    );
    await pages.clinic.medplum.updateResource(JSON.parse(changed) as WithId<ActivityDefinition>);
    await save.click();
    const conflict = page.getByRole('dialog', { name: 'Somebody else has changed this' });
    await conflict.getByRole('row', { name: /^SMS, English Hello .* see you soon\. Hello .* do not forget/ }).waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await conflict.getByRole('button', { name: 'Save mine' }).click();
    await conflict.waitFor({ state: 'detached' });
    await waitFor('the saved text', async () =>
      englishSms(await current()) === 'Hello {{ patient.given }}, see you soon.' ? true : undefined,
    );
    // What only they changed is kept.
    const variants = variantsOf(await current());
    const whatsapp = variants.find(({ channel, language }) => channel === 'whatsapp' && language === 'en');
    expect(whatsapp?.body).toContain('do not forget your appointment');
    expect(await seriousProblems(page)).toEqual([]);
  });
});
