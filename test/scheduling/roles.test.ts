import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { MedplumClient, WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Appointment, AppointmentResponse, Patient, Slot, Subscription } from '@medplum/fhirtypes';
import { HOLD_EXPIRES } from '../../bots/scheduling/names.ts';
import { staffMember } from '../members.ts';
import type { Member } from '../members.ts';
import { FORBIDDEN, refusal, writeEveryWay } from '../refusals.ts';
import { answerOf, startDesk } from './desk.ts';
import type { Desk } from './desk.ts';

const ROLES = ['administrator', 'practitioner', 'front-desk'] as const;

let desk: Desk;
const members = new Map<string, Member>();
let slots: WithId<Slot>[];
let patient: WithId<Patient>;

beforeAll(async () => {
  // As the machine's time, so that the tokens of people who sign in are good.
  desk = await startDesk(new Date().toISOString());
  for (const role of ROLES) {
    members.set(role, await staffMember(desk, role));
  }
});
beforeEach(async () => {
  slots = await desk.newSlots();
  patient = await desk.newPatient();
});
afterAll(() => desk.close());

const as = (role: string): MedplumClient => members.get(role)!.medplum;

describe.each(ROLES)('%s', (role) => {
  test('books, holds and releases by the operations, and moves a visit on by a plain update', async () => {
    const medplum = as(role);
    const place = { slot: [`Slot/${slots[0]!.id}`], patient: `Patient/${patient.id}` };
    const held = await medplum.post<WithId<Appointment>>(medplum.fhirUrl('Slot', '$hold'), place);
    expect(held.status).toBe('pending');
    const booked = await medplum.post<WithId<Appointment>>(medplum.fhirUrl('Slot', '$book'), place);
    expect(booked).toMatchObject({ id: held.id, status: 'booked' });
    const arrived = await medplum.updateResource<Appointment>({ ...booked, status: 'arrived', comment: 'Early' });
    const left = await medplum.updateResource<Appointment>({ ...arrived, status: 'cancelled' });
    expect(left.status).toBe('cancelled');
    const entry = { resourceType: 'Appointment', status: 'waitlist', participant: booked.participant } as const;
    expect((await medplum.createResource<Appointment>(entry)).status).toBe('waitlist');
  });

  test('cannot book past the operations, in any way of writing', async () => {
    const proposed = await desk.medplum.createResource<Appointment>({
      resourceType: 'Appointment',
      status: 'proposed',
      participant: [{ actor: createReference(patient), status: 'accepted' }],
    });
    const { start, end } = slots[0]!;
    for (const status of ['booked', 'pending', 'arrived'] as const) {
      const booked: WithId<Appointment> = { ...proposed, status, start, end, slot: [createReference(slots[0]!)] };
      expect(await writeEveryWay(as(role), booked)).toEqual(FORBIDDEN);
    }
    expect(await desk.medplum.searchResources('Appointment', { slot: `Slot/${slots[0]!.id}` })).toHaveLength(0);
    expect((await desk.medplum.readResource('Appointment', proposed.id)).status).toBe('proposed');
  });

  test('cannot move a booking, prolong a hold or bring back what is over', async () => {
    const medplum = as(role);
    const booked = await desk.book(slots[0]!, patient);
    const held = await desk.hold(slots[1]!, patient);
    const { start, end } = slots[2]!;
    const other = await desk.newPatient();
    const later = [{ url: HOLD_EXPIRES, valueInstant: '2099-01-01T00:00:00Z' }];
    const wrong: WithId<Appointment>[] = [
      { ...booked, slot: [createReference(slots[2]!)] },
      { ...booked, slot: [...booked.slot!, createReference(slots[2]!)] },
      { ...booked, slot: undefined },
      { ...booked, slot: [createReference(slots[2]!)], start, end, status: 'arrived' },
      { ...booked, start, end },
      { ...booked, participant: [{ actor: createReference(other), status: 'accepted' }] },
      { ...held, status: 'booked' },
      { ...held, extension: later },
      { ...held, extension: undefined },
      { ...held, status: 'arrived' },
    ];
    for (const appointment of wrong) {
      expect(await refusal(medplum.updateResource(appointment))).toBe('forbidden');
    }
    const cancelled = await desk.cancel(booked);
    for (const status of ['booked', 'arrived', 'noshow', 'fulfilled', 'waitlist'] as const) {
      expect(await refusal(medplum.updateResource({ ...cancelled, status }))).toBe('forbidden');
    }
    await desk.server.drain();
  });

  test('sees how patients answered reminders, and answers none for them', async () => {
    const answer = await desk.medplum.createResource<AppointmentResponse>({
      resourceType: 'AppointmentResponse',
      appointment: createReference(await desk.book(slots[0]!, patient)),
      actor: createReference(patient),
      participantStatus: 'tentative',
    });
    expect((await as(role).readResource('AppointmentResponse', answer.id)).participantStatus).toBe('tentative');
    expect(await writeEveryWay(as(role), { ...answer, participantStatus: 'accepted' })).toEqual(FORBIDDEN);
    await desk.server.drain();
  });

  test('cannot write a Slot', async () => {
    const medplum = as(role);
    expect(await writeEveryWay(medplum, { ...slots[0]!, status: 'busy' })).toEqual(FORBIDDEN);
    expect(await refusal(medplum.deleteResource('Slot', slots[0]!.id))).toBe('forbidden');
    expect((await desk.slot(slots[0]!)).status).toBe('free');
  });

  test('runs operations, and no other bot', async () => {
    const medplum = as(role);
    const { id: bookedId } = await desk.book(slots[0]!, patient);
    await desk.server.drain();
    const booked = await desk.medplum.readResource('Appointment', bookedId);
    const bots = await desk.medplum.searchResources('Bot', { _count: '1000' });
    const other = bots.filter(({ category }) => category?.[0]?.coding?.[0]?.code !== 'operation');
    expect(other.length).toBeGreaterThan(10);
    for (const { id, identifier } of other) {
      expect(await refusal(medplum.executeBot(id, booked))).toBe('not-found');
      expect(await refusal(medplum.executeBot(identifier!.at(-1)!, booked))).toMatch(/not-found|forbidden/);
    }
    expect((await desk.medplum.readResource('Appointment', booked.id)).meta?.versionId).toBe(booked.meta?.versionId);
  });

  test('listens over a WebSocket of their own, and has nothing else called', async () => {
    const medplum = as(role);
    const subscription: Subscription = {
      resourceType: 'Subscription',
      status: 'active',
      reason: 'The calendar',
      criteria: 'Appointment',
      channel: { type: 'websocket' },
    };
    const own = await medplum.createResource(subscription);
    const hook = { type: 'rest-hook', endpoint: 'https://example.com/' } as const;
    expect(await refusal(medplum.createResource({ ...subscription, channel: hook }))).toBe('forbidden');
    expect(await refusal(medplum.updateResource({ ...own, channel: hook }))).toBe('forbidden');
    // Those over a WebSocket are read by their id; a search would find only others, such as those of the bots.
    expect((await medplum.readResource('Subscription', own.id)).criteria).toBe('Appointment');
    expect(await medplum.searchResources('Subscription', { _count: '1000' })).toHaveLength(0);
    await medplum.deleteResource('Subscription', own.id);
  });

  test('changes no policy, no membership and no secret', async () => {
    const medplum = as(role);
    const { membership } = members.get(role)!;
    expect(await refusal(medplum.searchResources('AccessPolicy'))).toBe('forbidden');
    expect(await refusal(medplum.updateResource({ ...membership, access: undefined }))).toBe('forbidden');
    const { projectId } = desk.server.credentials;
    expect(await refusal(medplum.readResource('Project', projectId))).toBe('forbidden');
    expect(await refusal(medplum.post(`admin/projects/${projectId}/secrets`, []))).toBe('forbidden');
  });
});

/** What each role may do with a type, beside what the tests above say. */
const CLINICAL = ['Composition', 'Condition', 'DocumentReference', 'MedicationRequest', 'Observation'] as const;
const SETUP = ['PractitionerRole', 'PlanDefinition', 'ActivityDefinition', 'HealthcareService', 'Location'] as const;

describe('what is for one role', () => {
  test.each(['administrator', 'front-desk'])('%s sees no clinical record, and no reason of a visit', async (role) => {
    for (const type of [...CLINICAL, 'Provenance'] as const) {
      expect(await refusal(as(role).search(type))).toBe('forbidden');
    }
    const encounter = await desk.medplum.createResource({
      resourceType: 'Encounter',
      status: 'in-progress',
      class: { code: 'AMB' },
      subject: createReference(patient),
      reasonCode: [{ text: 'Chest pain' }],
    });
    expect(await as(role).readResource('Encounter', encounter.id)).not.toHaveProperty('reasonCode');
    expect(JSON.stringify(await as(role).search('Patient', '_revinclude=Encounter:patient'))).not.toContain('Chest');
    expect(await refusal(as(role).updateResource({ ...encounter, status: 'finished' }))).toBe('forbidden');
  });

  test('only an administrator sets the clinic up, and sees which bots failed', async () => {
    const schedule = await desk.medplum.readReference(slots[0]!.schedule);
    for (const role of ['practitioner', 'front-desk']) {
      for (const type of SETUP) {
        const found = await desk.medplum.searchOne(type);
        expect(await refusal(as(role).updateResource({ ...found!, language: 'en' }))).toBe('forbidden');
      }
      expect(await refusal(as(role).search('AuditEvent'))).toBe('forbidden');
    }
    for (const type of SETUP) {
      const found = await desk.medplum.searchOne(type);
      expect(await refusal(as('administrator').updateResource({ ...found!, language: 'en' }))).toBe('done');
    }
    expect(await refusal(as('administrator').search('AuditEvent'))).toBe('done');
    expect(await refusal(as('practitioner').updateResource({ ...schedule, comment: 'Mine' }))).toBe('forbidden');
    expect(await refusal(as('front-desk').updateResource({ ...schedule, comment: 'Ours' }))).toBe('done');
    await desk.server.drain();
  });

  test('a practitioner edits a draft, which only signing makes final', async () => {
    const medplum = as('practitioner');
    const draft = await medplum.createResource({
      resourceType: 'Composition',
      status: 'preliminary',
      type: { text: 'Note' },
      subject: createReference(patient),
      date: '2026-03-02T09:00:00Z',
      author: [createReference(members.get('practitioner')!.profile)],
      title: 'Note',
    });
    const edited = await medplum.updateResource({ ...draft, title: 'Progress note' });
    expect(edited.title).toBe('Progress note');
    expect(await refusal(medplum.updateResource({ ...edited, status: 'final' }))).toBe('forbidden');
    const signed = await desk.medplum.updateResource({ ...edited, status: 'final' });
    expect(await refusal(medplum.updateResource({ ...signed, title: 'Another' }))).toBe('forbidden');
    expect(await refusal(medplum.updateResource({ ...signed, status: 'entered-in-error' }))).toBe('done');
  });

  test('overbooking needs a role that may, and a reason', async () => {
    await desk.book(slots[0]!, await desk.newPatient());
    const body = { slot: [`Slot/${slots[0]!.id}`], patient: `Patient/${patient.id}`, overbook: true };
    const book = (medplum: MedplumClient, more: object): Promise<string> =>
      answerOf(medplum.post(medplum.fhirUrl('Slot', '$book'), { ...body, ...more }));
    expect(await book(as('front-desk'), {})).toBe('required reason');
    expect(await book(as('front-desk'), { reason: 'Emergency' })).toBe('done');
    // A role is that of an active PractitionerRole, whatever the policy of the membership is.
    const { medplum, profile } = await staffMember(desk, 'front-desk');
    const role = await desk.medplum.searchOne('PractitionerRole', { practitioner: `Practitioner/${profile.id}` });
    await desk.medplum.updateResource({ ...role!, active: false });
    expect(await book(medplum, { reason: 'Emergency' })).toBe('forbidden requester');
  });
});
