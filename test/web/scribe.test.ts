import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReference } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Composition, Encounter } from '@medplum/fhirtypes';
import type { Page } from 'playwright-core';
import { inRoot } from '../../scripts/lib/paths.ts';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { loginOf } from './people.ts';
import { seriousProblems, startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';

describe('reviewing what the scribe drafted', () => {
  let pages: ClinicPages;
  let page: Page;
  let encounter: WithId<Encounter>;

  beforeAll(async () => {
    pages = await startPages();
    const { medplum, demo } = pages.clinic;
    encounter = await medplum.createResource<Encounter>({
      resourceType: 'Encounter',
      status: 'in-progress',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      subject: createReference(demo('patient-1')) as Encounter['subject'],
      participant: [{ individual: { reference: `Practitioner/${demo('provider-1').id}` } }],
      period: { start: '2026-03-02T13:00:00Z' },
    });
    page = await pages.openAs(await loginOf(pages.clinic, 'provider-1'), '/scribe');
  });
  afterAll(() => pages.close());

  const note = (): Promise<WithId<Composition>> =>
    waitFor('the draft', () =>
      pages.clinic.medplum.searchOne('Composition', { encounter: `Encounter/${encounter.id}` }),
    );

  test('a transcript is added, and a draft appears by itself', async () => {
    await page.getByRole('button', { name: 'Add a transcript' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a transcript' });
    await dialog.getByRole('textbox', { name: 'Visit' }).click();
    await page.getByRole('option', { name: /Joseph Miller/ }).click();
    await dialog
      .getByLabel('Text of the conversation')
      .fill(await readFile(inRoot('resources', 'demo', 'transcript.txt'), 'utf8'));
    expect(await seriousProblems(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Draft a note' }).click();
    await page.getByRole('region', { name: 'To be signed' }).getByRole('link', { name: 'Joseph Miller' }).click();
    await page.getByRole('heading', { level: 1, name: /^Note: / }).waitFor();
    expect(await seriousProblems(page)).toEqual([]);
  });

  test('each statement lights up the words that it rests on, by mouse and by keyboard', async () => {
    const transcript = page.getByRole('region', { name: 'What was said' });
    const statements = page.getByRole('region', { name: 'Subjective' }).getByRole('button', { name: /\w/ });
    await statements.filter({ hasNotText: 'Edit' }).first().hover();
    const lit = await transcript.locator('mark').first().textContent();
    expect(lit).toBeTruthy();
    await page
      .getByRole('region', { name: 'Problems' })
      .getByRole('button')
      .filter({ hasNotText: /^(Edit|Accept all)$/ })
      .first()
      .focus();
    await transcript.locator('mark').first().waitFor();
  });

  test('the words of a section are edited; the transcript and the draft stay apart', async () => {
    const plan = page.getByRole('region', { name: 'Plan' });
    await plan.getByRole('button', { name: 'Edit', exact: true }).click();
    await plan.getByRole('textbox', { name: 'Plan' }).fill('See again in two weeks. <script>alert(1)</script>');
    await plan.getByRole('button', { name: 'Save' }).click();
    // The field has these words too, until they are saved.
    await plan.getByRole('textbox').waitFor({ state: 'detached' });
    await plan.getByText('See again in two weeks. <script>alert(1)</script>').waitFor();
    expect((await note()).section?.find(({ title }) => title === 'Plan')?.text?.div).toContain('&lt;script&gt;');
  });

  test('what is accepted is confirmed by the signature, the rest is not', async () => {
    const problems = page.getByRole('region', { name: 'Problems' });
    const first = problems.getByRole('checkbox').first();
    await first.check();
    await page.getByRole('button', { name: 'Sign …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sign this note?' });
    await dialog.getByRole('status').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Sign', exact: true }).click();
    await page.getByText(/^Signed: /).waitFor();
    const signed = await note();
    expect(signed.status).toBe('final');
    const conditions = await pages.clinic.medplum.searchResources('Condition', {
      encounter: `Encounter/${encounter.id}`,
    });
    const codes = conditions.map(({ verificationStatus }) => verificationStatus?.coding?.[0]?.code);
    expect(codes.filter((code) => code === 'confirmed')).toHaveLength(1);
    expect(codes.filter((code) => code === 'provisional')).toHaveLength(0);
    await page.getByRole('button', { name: 'Edit', exact: true }).waitFor({ state: 'detached' });
    expect(await seriousProblems(page)).toEqual([]);
  });
});
