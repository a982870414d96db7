import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReference, encodeBase64 } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Composition, Encounter, MedicationRequest } from '@medplum/fhirtypes';
import type { Locator, Page } from 'playwright-core';
import { codeSystem } from '../../bots/runtime/contract.ts';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { textOf, withText } from '../../web/src/staff/scribe/note.ts';
import { loginOf } from './people.ts';
import { seriousProblems, startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';

const SAID = [
  '[doctor] what brings you in today ?',
  '[patient] i have had a cough for three days , no fever .',
  '[doctor] so for your hypertension , start lisinopril 20 milligrams once a day . come back in two weeks .',
].join('\n');

describe('editing what the scribe drafted', () => {
  let pages: ClinicPages;
  let page: Page;
  let encounter: string;

  beforeAll(async () => {
    pages = await startPages();
    const { medplum, demo } = pages.clinic;
    const subject = createReference(demo('patient-1')) as Encounter['subject'];
    const visit = await medplum.createResource<Encounter>({
      resourceType: 'Encounter',
      status: 'in-progress',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      subject,
      participant: [{ individual: { reference: `Practitioner/${demo('provider-1').id}` } }],
      period: { start: '2026-03-02T13:00:00Z' },
    });
    encounter = `Encounter/${visit.id}`;
    await medplum.createResource({
      resourceType: 'DocumentReference',
      status: 'current',
      type: { coding: [{ system: codeSystem('document-type'), code: 'transcript' }] },
      subject,
      content: [{ attachment: { contentType: 'text/plain', data: encodeBase64(SAID) } }],
      context: { encounter: [{ reference: encounter }] },
    });
    const { id } = await note();
    page = await pages.openAs(await loginOf(pages.clinic, 'provider-1'), `/scribe/${id}`);
  });
  afterAll(() => pages.close());

  const note = (): Promise<WithId<Composition>> =>
    waitFor('the draft', () => pages.clinic.medplum.searchOne('Composition', { encounter }, { cache: 'no-store' }));
  const order = (): Promise<WithId<MedicationRequest>> =>
    waitFor('the order', () =>
      pages.clinic.medplum.searchOne('MedicationRequest', { encounter }, { cache: 'no-store' }),
    );
  const planAt = async (): Promise<number> => (await note()).section?.findIndex(({ title }) => title === 'Plan') ?? -1;
  const planOf = async (): Promise<string> => {
    const section = (await note()).section?.[await planAt()];
    return section ? textOf(section) : '';
  };
  const plan = (): Locator => page.getByRole('region', { name: 'Plan' });
  const conflict = (): Locator => page.getByRole('dialog', { name: 'Somebody else has changed this' });
  const edit = async (text: string): Promise<void> => {
    await plan().getByRole('button', { name: 'Edit', exact: true }).click();
    await plan().getByRole('textbox', { name: 'Plan' }).fill(text);
  };
  const savedElsewhere = async (text: string): Promise<void> => {
    await pages.clinic.medplum.updateResource(withText(await note(), await planAt(), text));
  };

  test('another dosage of an order leaves nothing of the old one', async () => {
    expect((await order()).dosageInstruction?.[0]?.doseAndRate?.[0]?.doseQuantity?.value).toBe(20);
    const orders = page.getByRole('region', { name: 'Orders' });
    await orders
      .getByRole('button', { name: /^Edit: .*lisinopril/i })
      .first()
      .click();
    await orders.getByRole('textbox', { name: 'Dosage' }).fill('40 mg once a day');
    expect(await seriousProblems(page)).toEqual([]);
    await orders.getByRole('button', { name: 'Save' }).click();
    await orders
      .getByRole('button', { name: /lisinopril.*40 mg once a day$/i })
      .first()
      .waitFor();
    expect((await order()).dosageInstruction).toEqual([{ text: '40 mg once a day' }]);
  });

  test('while something is being edited, nothing is signed, and it says why', async () => {
    const sign = page.getByRole('button', { name: 'Sign …' });
    await edit('Rest.');
    expect(await sign.isDisabled()).toBe(true);
    await page.getByText(/^Something is still being edited/).waitFor();
    await plan().getByRole('button', { name: 'Cancel' }).click();
    await page.getByText(/^Something is still being edited/).waitFor({ state: 'detached' });
    expect(await sign.isEnabled()).toBe(true);
  });

  test('a save that fails keeps what was typed', async () => {
    await page.route('**/Composition/*', (route) =>
      route.request().method() === 'PUT' ? route.abort() : route.continue(),
    );
    await edit('Rest and tea.');
    await plan().getByRole('button', { name: 'Save' }).click();
    await plan().getByRole('alert').waitFor();
    expect(await plan().getByRole('textbox', { name: 'Plan' }).inputValue()).toBe('Rest and tea.');
    await page.unroute('**/Composition/*');
    await plan().getByRole('button', { name: 'Save' }).click();
    await plan().getByText('Rest and tea.').waitFor();
    expect(await planOf()).toBe('Rest and tea.');
  });

  test('what somebody else saved is not overwritten, though the page has loaded it meanwhile; no key decides', async () => {
    await edit('Mine.');
    await savedElsewhere('Theirs.');
    // Another section that is saved loads the note anew.
    const subjective = page.getByRole('region', { name: 'Subjective' });
    await subjective.getByRole('button', { name: 'Edit', exact: true }).click();
    await subjective.getByRole('textbox', { name: 'Subjective' }).fill('Cough.');
    await subjective.getByRole('button', { name: 'Save' }).click();
    await conflict()
      .getByRole('row', { name: /^Subjective Cough\./ })
      .waitFor();
    await conflict().getByRole('button', { name: 'Save mine' }).click();
    await subjective.getByText('Cough.').waitFor();
    expect(await planOf()).toBe('Theirs.');
    await plan().getByRole('button', { name: 'Save' }).click();
    await conflict().getByRole('row', { name: 'Plan Mine. Theirs.' }).waitFor();
    await page.keyboard.press('Escape');
    await conflict().getByRole('button', { name: 'Take theirs' }).click();
    await plan().getByText('Theirs.').waitFor();
    expect(await plan().getByRole('textbox').count()).toBe(0);
    expect(await planOf()).toBe('Theirs.');
  });

  test('two sections edited at once are no conflict with oneself', async () => {
    await edit('See again.');
    const subjective = page.getByRole('region', { name: 'Subjective' });
    await subjective.getByRole('button', { name: 'Edit', exact: true }).click();
    await subjective.getByRole('textbox', { name: 'Subjective' }).fill('Cough, better.');
    await subjective.getByRole('button', { name: 'Save' }).click();
    await subjective.getByText('Cough, better.').waitFor();
    await plan().getByRole('button', { name: 'Save' }).click();
    await plan().getByText('See again.').waitFor();
    expect(await planOf()).toBe('See again.');
  });

  test('a signature waits for the check; one that fails is told where one signs', async () => {
    await page.route('**/$validate-note', (route) =>
      route.fulfill({
        status: 400,
        contentType: 'application/fhir+json',
        body: JSON.stringify({
          resourceType: 'OperationOutcome',
          issue: [{ severity: 'error', code: 'business-rule', details: { text: 'The check is closed today.' } }],
        }),
      }),
    );
    await page.getByRole('button', { name: 'Sign …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sign this note?' });
    const refusal = dialog.getByRole('alert').getByText('The check is closed today.');
    await refusal.waitFor();
    // The words of a rule are English on the German pages, too.
    expect(await refusal.getAttribute('lang')).toBe('en');
    expect(await dialog.getByRole('button', { name: 'Sign', exact: true }).isDisabled()).toBe(true);
    await page.unroute('**/$validate-note');
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await dialog.getByRole('button', { name: 'Sign', exact: true, disabled: false }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  test('what was found in an earlier version goes with it', async () => {
    const signing = page.getByRole('region', { name: 'Check and sign' });
    await signing.getByRole('button', { name: 'Check the note' }).click();
    await signing.getByRole('listitem').first().waitFor();
    await edit('See again on Friday.');
    await plan().getByRole('button', { name: 'Save' }).click();
    await plan().getByText('See again on Friday.').waitFor();
    await signing.getByRole('listitem').first().waitFor({ state: 'detached' });
  });
});
