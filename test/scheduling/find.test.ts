import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MedplumClient, WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { HealthcareService, Location, Practitioner, PractitionerRole, Schedule, Slot } from '@medplum/fhirtypes';
import { ofType } from '../../bots/runtime/load.ts';
import { DAYS } from '../../bots/scheduling/availability.ts';
import { actorsBehind, atTimes, firstOfEach, roleSearch, slotSearch } from '../../bots/scheduling/find.ts';
import type { SlotQuery, TimeOfWeek } from '../../bots/scheduling/find.ts';
import { watchedClient } from '../clinic.ts';
import { startDesk } from './desk.ts';
import type { Desk } from './desk.ts';
import { slotOf, withPattern } from './fixtures.ts';

const DAY_MS = 86_400_000;
const CODE = 'https://example.org/services|physio';

let desk: Desk;
let counted: MedplumClient;
let requests: string[] = [];
let service: WithId<HealthcareService>;
let clinic: WithId<Location>;
let early: WithId<Practitioner>;
let late: WithId<Practitioner>;
let lateThere: WithId<PractitionerRole>;
let window: Pick<SlotQuery, 'start' | 'end'>;

/** Two practitioners: one with a Schedule of their own from 10, one with a Schedule at the clinic from 14 to 15. */
beforeAll(async () => {
  desk = await startDesk();
  const { medplum } = desk;
  service = await desk.newService('physio');
  const person = (): Promise<WithId<Practitioner>> =>
    medplum.createResource({ resourceType: 'Practitioner', active: true });
  [early, late] = [await person(), await person()];
  clinic = await medplum.createResource<Location>({ resourceType: 'Location', status: 'active', name: 'South' });
  lateThere = await medplum.createResource<PractitionerRole>({
    resourceType: 'PractitionerRole',
    active: true,
    practitioner: createReference(late),
    location: [createReference(clinic)],
  });
  const start = new Date(desk.clock.now());
  window = { start, end: new Date(start.getTime() + 7 * DAY_MS) };
  await open(early, '10:00', '11:00');
  await open(lateThere, '14:00', '15:00');
  counted = watchedClient(desk, (url, options) => {
    requests.push(`${options.method} ${url}`);
    return fetch(url, options);
  });
});
afterAll(() => desk.close());

async function open(actor: WithId<Practitioner | PractitionerRole>, from: string, to: string): Promise<void> {
  const pattern = { hours: [{ days: DAYS, from, to }], duration: 30, zone: 'Europe/Vienna' };
  const empty: Schedule = { resourceType: 'Schedule', active: true, actor: [createReference(actor)] };
  const schedule = await desk.medplum.createResource(withPattern(empty, service, pattern));
  await desk.call('Schedule/$generate-slots', { schedule: `Schedule/${schedule.id}`, ...window });
}

interface Wanted extends TimeOfWeek {
  readonly who?: readonly string[];
  readonly service?: string;
}

/** What a client does: at most two requests, and the rest by itself. */
async function find({ who = [], service: code, ...times }: Wanted): Promise<{ clock: string[]; firsts: string[] }> {
  requests = [];
  const roles = who.length > 0 ? await counted.searchResources('PractitionerRole', queryOf(roleSearch(who))) : [];
  const actors = actorsBehind(who, roles);
  const search = slotSearch({ ...window, actors, ...(code && { services: [code] }) });
  const { entry = [] } = await counted.search('Slot', queryOf(search));
  const found = entry.map(({ resource }) => resource as WithId<Slot | Schedule>);
  const all = ofType(found, 'Slot');
  const schedules = ofType(found, 'Schedule');
  expect(requests.length).toBeLessThanOrEqual(2);
  const slots = atTimes(all, times);
  return {
    clock: [...new Set(slots.map(({ start }) => start.slice(11, 16)))],
    firsts: [...firstOfEach(slots, schedules)].map(([actor, { start }]) => `${actor} ${start.slice(0, 16)}`),
  };
}

const queryOf = (search: string): string => search.slice(search.indexOf('?') + 1);

describe('Free slots are found in at most two requests', () => {
  const first = (): string => `Practitioner/${early.id} 2026-03-02T10:00`;
  const second = (): string => `PractitionerRole/${lateThere.id} 2026-03-02T14:00`;

  test('by service, the first of each provider', async () => {
    expect(await find({ service: CODE })).toEqual({
      clock: ['10:00', '10:30', '14:00', '14:30'],
      firsts: [first(), second()],
    });
    expect(await find({ service: 'https://example.org/services|other' })).toEqual({ clock: [], firsts: [] });
  });

  test('by practitioner, whose Schedule may be that of their role', async () => {
    expect((await find({ who: [`Practitioner/${early.id}`] })).firsts).toEqual([first()]);
    expect((await find({ who: [`Practitioner/${late.id}`] })).firsts).toEqual([second()]);
    const both = [`Practitioner/${late.id}`, `Practitioner/${early.id}`];
    expect((await find({ who: both, service: CODE })).firsts).toEqual([first(), second()]);
  });

  test('by location', async () => {
    expect((await find({ who: [`Location/${clinic.id}`], service: CODE })).firsts).toEqual([second()]);
    const { id } = await desk.medplum.createResource<Location>({ resourceType: 'Location', status: 'active' });
    expect((await find({ who: [`Location/${id}`], service: CODE })).firsts).toEqual([]);
  });

  test('by time of day and weekday, by the clock of the place', async () => {
    expect((await find({ service: CODE, from: '10:30', to: '14:30' })).clock).toEqual(['10:30', '14:00']);
    expect((await find({ service: CODE, days: ['wed'] })).firsts.map((text) => text.slice(-16))).toEqual([
      '2026-03-04T10:00',
      '2026-03-04T14:00',
    ]);
  });

  test('and one that is taken is not among them', async () => {
    const search = slotSearch({ ...window, services: [CODE], count: 1 });
    const [slot] = await desk.medplum.searchResources('Slot', queryOf(search));
    await desk.book(slot!, await desk.newPatient());
    expect((await find({ service: CODE })).firsts[0]).toBe(first().replace('10:00', '10:30'));
  });
});

test('slots that are written in UTC are shown by the clock of a zone', () => {
  const slot = slotOf('utc', '2026-03-02T23:30:00Z', '2026-03-03T00:00:00Z');
  expect(atTimes([slot], { days: ['tue'], from: '00:00', to: '01:00' }, 'Europe/Vienna')).toEqual([slot]);
  expect(atTimes([slot], { days: ['mon'], from: '23:00' })).toEqual([slot]);
});
