import { readFile } from 'node:fs/promises';
import { createReference, encodeBase64 } from '@medplum/core';
import type { Appointment, Encounter, Slot } from '@medplum/fhirtypes';
import { codeSystem } from '../../bots/runtime/contract.ts';
import type { Role } from '../../bots/runtime/contract.ts';
import { inRoot } from '../../scripts/lib/paths.ts';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { pagesFor } from '../../web/src/routes.ts';
import type { Who } from '../../web/src/session/who.ts';
import type { Page } from 'playwright-core';
import type { Clinic } from '../clinic.ts';
import { formTask } from './form-task.ts';
import { administrator, loginOf } from './people.ts';
import type { Login } from './people.ts';

/** Somebody, and the addresses of all pages that they have. */
export interface Visitor {
  readonly name: string;
  readonly login: Login;
  readonly paths: readonly string[];
}

/** A clinic in which every page has something to show, and who has which pages. */
export async function visitorsOf(clinic: Clinic): Promise<Visitor[]> {
  const ids = await fill(clinic);
  const pathsOf = (who: Pick<Who, 'kind' | 'roles'>): string[] =>
    pagesFor({ ...who, reference: '', name: '', project: '' }).map(({ path }) =>
      path.replace(/^(.*)\/:\w+$/, (_all, parent: string) => {
        const id = ids.get(parent);
        if (!id) {
          throw new Error(`Nothing is known to look at on ${path}.`);
        }
        return `${parent}/${id}`;
      }),
    );
  const staff = (role: Role): string[] => pathsOf({ kind: 'staff', roles: [role] });
  return [
    { name: 'front-desk', login: await loginOf(clinic, 'front-desk'), paths: staff('front-desk') },
    { name: 'practitioner', login: await loginOf(clinic, 'provider-1'), paths: staff('practitioner') },
    { name: 'administrator', login: await administrator(clinic), paths: staff('administrator') },
    { name: 'patient', login: await loginOf(clinic, 'patient-1'), paths: pathsOf({ kind: 'patient', roles: [] }) },
  ];
}

/** Visits, a note, a journey, a form and messages; the id that stands in the address of each kind of page. */
async function fill(clinic: Clinic): Promise<Map<string, string>> {
  const { medplum, call, demo } = clinic;
  const patient = `Patient/${demo('patient-1').id}`;
  for (const schedule of ['schedule-1', 'schedule-2']) {
    await call('Schedule/$generate-slots', {
      schedule: `Schedule/${demo(schedule).id}`,
      start: '2026-03-02T00:00:00-05:00',
      end: '2026-03-14T00:00:00-05:00',
    });
  }
  const slots = await medplum.searchResources('Slot', { status: 'free', _sort: 'start', _count: '8' });
  const booked: Appointment[] = [];
  for (const [index, slot] of slots.slice(2, 7).entries()) {
    const whose = index % 2 ? `Patient/${demo('patient-2').id}` : patient;
    booked.push(await call<Appointment>('Slot/$book', { slot: `Slot/${(slot as Slot).id}`, patient: whose }));
  }
  const encounter = await call<Encounter>('Appointment/$start-encounter', {
    appointment: `Appointment/${booked[0]?.id}`,
    practitioner: `Practitioner/${demo('provider-1').id}`,
  });
  await medplum.createResource({
    resourceType: 'DocumentReference',
    status: 'current',
    type: { coding: [{ system: codeSystem('document-type'), code: 'transcript' }] },
    subject: createReference(demo('patient-1')) as Encounter['subject'],
    content: [
      {
        attachment: {
          contentType: 'text/plain',
          data: encodeBase64(await readFile(inRoot('resources', 'demo', 'transcript.txt'), 'utf8')),
        },
      },
    ],
    context: { encounter: [{ reference: `Encounter/${encounter.id}` }] },
  });
  const note = await waitFor('the draft', () =>
    medplum.searchOne('Composition', { encounter: `Encounter/${encounter.id}` }),
  );
  const form = await medplum.createResource(formTask(patient));
  const journey = await waitFor('the journey', () => medplum.searchOne('CarePlan', { subject: patient }));
  const definition = await medplum.searchOne('PlanDefinition', { name: 'OutpatientVisit' });
  await clinic.server.drain();
  return new Map([
    ['/patients', patient.split('/')[1] ?? ''],
    ['/scribe', note.id],
    ['/forms', form.id],
    ['/journeys', journey.id],
    ['/journeys/definitions', definition?.id ?? ''],
    ['/schedules', demo('schedule-1').id],
  ]);
}

/** Until a page shows what it loaded. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
  await page.waitForLoadState('networkidle');
}
