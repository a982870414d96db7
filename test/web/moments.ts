import type { Patient, PlanDefinition, Schedule } from '@medplum/fhirtypes';
import type { Page } from 'playwright-core';
import type { Clinic } from '../clinic.ts';

/** What a page shows only after somebody did something: a dialog, a panel, two versions side by side. */
export interface Moment {
  /** Whose window: the name of a visitor. */
  readonly of: 'front-desk' | 'practitioner' | 'administrator' | 'patient';
  readonly name: string;
  /** With `ID` where one of the visitor's own addresses has the id. */
  readonly path: string;
  /** Brings it about on an English page, until it is seen. */
  readonly come: (page: Page, clinic: Clinic) => Promise<void>;
}

const click =
  (name: string | RegExp) =>
  async (page: Page): Promise<void> => {
    await page.getByRole('button', { name }).first().click();
    await page.getByRole('dialog').waitFor();
  };
const field =
  (name: RegExp) =>
  async (page: Page): Promise<void> => {
    await page.getByRole('gridcell').getByRole('button', { name }).first().click();
    await page.getByRole('dialog').waitFor();
  };
const tab =
  (name: string) =>
  async (page: Page): Promise<void> => {
    await page.getByRole('tab', { name }).click();
    await page.getByRole('tabpanel', { name }).waitFor();
  };
const conflict = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Save', exact: true }).last().click();
  await page.getByRole('dialog', { name: 'Somebody else has changed this' }).waitFor();
};
const PERSON = /^\d+:\d\d [AP]M (Joseph|Maria)/;

/** In this order: what one changes, the next ones show. */
export const MOMENTS: readonly Moment[] = [
  {
    of: 'front-desk',
    name: 'today-week',
    path: '/today?view=week',
    come: (page) => page.getByRole('grid').waitFor(),
  },
  { of: 'front-desk', name: 'today-keys', path: '/today', come: click('Keys') },
  { of: 'front-desk', name: 'today-block', path: '/today', come: click('Block time') },
  { of: 'front-desk', name: 'today-book', path: '/today', come: field(/^\d+:\d\d [AP]M Free/) },
  { of: 'front-desk', name: 'today-booked', path: '/today', come: field(PERSON) },
  {
    of: 'front-desk',
    name: 'today-cancel',
    path: '/today',
    come: async (page) => {
      await field(/^\d+:\d\d [AP]M (Joseph|Maria).*Booked/)(page);
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel appointment' }).click();
    },
  },
  {
    of: 'front-desk',
    name: 'today-closed',
    path: '/today',
    come: async (page, { call, demo }) => {
      await call('Schedule/$close', {
        schedule: `Schedule/${demo('schedule-1').id}`,
        start: '2026-03-02T15:00:00Z',
        end: '2026-03-02T23:00:00Z',
        reason: 'Dr. Silva is ill',
      });
      await click('Patient by patient')(page);
    },
  },
  { of: 'front-desk', name: 'find-book', path: '/find', come: click(/^First available/) },
  { of: 'front-desk', name: 'find-waitlist', path: '/find', come: click(/waitlist/i) },
  { of: 'front-desk', name: 'patients-new', path: '/patients', come: click('New patient') },
  { of: 'front-desk', name: 'patient-visits', path: '/patients/ID', come: tab('Appointments') },
  { of: 'front-desk', name: 'patient-messages', path: '/patients/ID', come: tab('Messages') },
  { of: 'front-desk', name: 'patient-journeys', path: '/patients/ID', come: tab('Journeys') },
  { of: 'practitioner', name: 'patient-problems', path: '/patients/ID', come: tab('Problems') },
  { of: 'practitioner', name: 'patient-documents', path: '/patients/ID', come: tab('Documents') },
  {
    of: 'front-desk',
    name: 'patient-conflict',
    path: '/patients/ID',
    come: async (page, { medplum, demo }) => {
      await click('Edit')(page);
      await page.getByRole('dialog').getByLabel('First name').fill('Joe');
      const now = await medplum.readResource('Patient', demo('patient-1').id, { cache: 'reload' });
      await medplum.updateResource<Patient>({ ...now, birthDate: '1960-01-02' });
      await conflict(page);
    },
  },
  { of: 'front-desk', name: 'messages-in', path: '/messages?show=in', come: async () => Promise.resolve() },
  { of: 'front-desk', name: 'messages-conversation', path: '/messages', come: click(/^(Joseph|Maria)/) },
  { of: 'front-desk', name: 'schedules-new', path: '/schedules', come: click('New schedule') },
  {
    of: 'front-desk',
    name: 'schedule-conflict',
    path: '/schedules/ID',
    come: async (page, { medplum, demo }) => {
      await page.getByLabel('Slots ahead (days)').fill('21');
      const now = await medplum.readResource('Schedule', demo('schedule-1').id, { cache: 'reload' });
      await medplum.updateResource<Schedule>({ ...now, comment: 'Edited elsewhere' });
      await conflict(page);
    },
  },
  { of: 'administrator', name: 'definitions-new', path: '/journeys/definitions', come: click('New definition') },
  {
    of: 'administrator',
    name: 'definition-conflict',
    path: '/journeys/definitions/ID',
    come: async (page, { medplum }) => {
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Visit as I see it');
      medplum.invalidateAll();
      const now = (await medplum.searchOne('PlanDefinition', { name: 'OutpatientVisit' })) as PlanDefinition;
      await medplum.updateResource<PlanDefinition>({ ...now, description: 'Edited elsewhere' });
      await conflict(page);
    },
  },
  { of: 'practitioner', name: 'scribe-add', path: '/scribe', come: click('Add a transcript') },
  { of: 'practitioner', name: 'scribe-sign', path: '/scribe/ID', come: click('Sign …') },
  { of: 'patient', name: 'visits-move', path: '/visits', come: click('Move') },
  { of: 'patient', name: 'visits-cancel', path: '/visits', come: click('Cancel') },
];
