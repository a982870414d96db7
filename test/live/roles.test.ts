import { beforeAll, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference, toServiceTypeCodeableConcepts } from '@medplum/core';
import type { Appointment, HealthcareService, Practitioner, Schedule, Slot } from '@medplum/fhirtypes';
import { DAYS } from '../../bots/scheduling/availability.ts';
import { deploy } from '../../scripts/deploy/deploy.ts';
import { signIn } from '../../scripts/lib/client.ts';
import { readCredentials } from '../../scripts/lib/settings.ts';
import { patientMember, staffMember } from '../members.ts';
import type { Member, Site } from '../members.ts';
import { FORBIDDEN, refusal, writeEveryWay } from '../refusals.ts';
import { withPattern } from '../scheduling/fixtures.ts';

let site: Site;
let slots: WithId<Slot>[];
beforeAll(async () => {
  const { baseUrl, ...secrets } = readCredentials(process.env);
  const medplum = await signIn({ baseUrl, ...secrets });
  await deploy(medplum);
  const { project } = await medplum.get<{ project: { id: string } }>('auth/me');
  site = { medplum, server: { baseUrl, credentials: { projectId: project.id } } };
  slots = await openSchedule();
}, 120_000);

/** Four hours of every day, and the slots of the next two days. */
async function openSchedule(): Promise<WithId<Slot>[]> {
  const { medplum } = site;
  const service = await medplum.createResource<HealthcareService>({
    resourceType: 'HealthcareService',
    active: true,
    type: [{ coding: [{ system: 'https://example.org/services', code: `roles-${Date.now()}` }] }],
  });
  const provider = await medplum.createResource<Practitioner>({ resourceType: 'Practitioner', active: true });
  const empty: Schedule = {
    resourceType: 'Schedule',
    active: true,
    actor: [createReference(provider)],
    serviceType: toServiceTypeCodeableConcepts(service),
  };
  const hours = [{ days: DAYS, from: '09:00', to: '13:00' }];
  const schedule = await medplum.createResource(withPattern(empty, service, { hours, duration: 30, zone: 'UTC' }));
  const [start, end] = [new Date(), new Date(Date.now() + 2 * 86_400_000)];
  const body = { schedule: `Schedule/${schedule.id}`, start: start.toISOString(), end: end.toISOString() };
  await medplum.post(medplum.fhirUrl('Schedule', '$generate-slots'), body);
  return medplum.searchResources('Slot', `schedule=Schedule/${schedule.id}&_sort=start&_count=100`);
}

async function checkMember({ medplum }: Member, patient: string, slot: WithId<Slot>): Promise<void> {
  const { schedule, start, end, serviceType } = slot;
  const participant: Appointment['participant'] = [{ actor: { reference: patient }, status: 'accepted' }];
  const asked = await medplum.createResource<Appointment>({
    resourceType: 'Appointment',
    status: 'proposed',
    participant,
  });
  const taken: WithId<Appointment> = { ...asked, status: 'booked', start, end, slot: [createReference(slot)] };
  expect(await writeEveryWay(medplum, taken)).toEqual(FORBIDDEN);
  expect(await writeEveryWay(medplum, { ...slot, status: 'busy' })).toEqual(FORBIDDEN);
  // Medplum's own way to book, hold and cancel: all of them write Slots.
  const proposed = { resourceType: 'Slot', schedule, start, end, status: 'busy', ...(serviceType && { serviceType }) };
  const parameter = [{ name: 'slot', resource: proposed }];
  const native = medplum.post(medplum.fhirUrl('Appointment', '$book'), { resourceType: 'Parameters', parameter });
  expect(await refusal(native)).toBe('forbidden');
  const url = medplum.fhirUrl('Slot', '$book');
  const booked = await medplum.post<WithId<Appointment>>(url, { slot: [`Slot/${slot.id}`], patient });
  expect(booked.status).toBe('booked');
  expect(await refusal(medplum.post(medplum.fhirUrl('Appointment', booked.id, '$cancel'), {}))).toBe('forbidden');
  expect((await site.medplum.readResource('Slot', slot.id, { cache: 'reload' })).status).toBe('busy');
  const bots = await site.medplum.searchResources('Bot', { name: 'careline-scheduling-give-back', _count: '1' });
  expect(await refusal(medplum.executeBot(bots[0]!.id, booked))).toBe('not-found');
}

test.each(['administrator', 'practitioner', 'front-desk'] as const)(
  '%s books by the operations only',
  async (role) => {
    const patient = await site.medplum.createResource({ resourceType: 'Patient', active: true });
    const index = ['administrator', 'practitioner', 'front-desk'].indexOf(role);
    await checkMember(await staffMember(site, role), `Patient/${patient.id}`, slots[index]!);
  },
  120_000,
);

test("a patient books for themself by the operations only, and sees nobody else's", async () => {
  const me = await patientMember(site);
  const other = await site.medplum.createResource({ resourceType: 'Patient', active: true });
  const slot = slots[4]!;
  const url = site.medplum.fhirUrl('Slot', '$book');
  const theirs = await site.medplum.post<WithId<Appointment>>(url, {
    slot: [`Slot/${slot.id}`],
    patient: `Patient/${other.id}`,
  });
  expect(await refusal(me.medplum.readResource('Appointment', theirs.id))).toBe('not-found');
  expect(await refusal(me.medplum.readResource('Patient', other.id))).toBe('not-found');
  expect(await me.medplum.searchResources('Appointment', { slot: `Slot/${slot.id}` })).toHaveLength(0);
  expect(
    JSON.stringify((await me.medplum.search('Slot', `_id=${slot.id}&_revinclude=Appointment:slot`)).entry),
  ).not.toContain(theirs.id);
  await checkMember(me, `Patient/${me.profile.id}`, slots[5]!);
  const current = await me.medplum.readResource('Patient', me.profile.id!);
  const changed = await me.medplum.updateResource({
    ...current,
    birthDate: '1900-01-01',
    telecom: [{ value: '+12025550101' }],
  });
  expect([changed.birthDate, changed.telecom?.[0]?.value]).toEqual([undefined, '+12025550101']);
}, 120_000);
