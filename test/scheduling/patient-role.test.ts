import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { MedplumClient, WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type {
  Appointment,
  AppointmentResponse,
  Communication,
  Consent,
  Patient,
  Resource,
  Slot,
} from '@medplum/fhirtypes';
import { codeSystem } from '../../bots/runtime/contract.ts';
import { ticket } from '../../bots/runtime/ticket.ts';
import { BOOKING_RULES } from '../../bots/scheduling/names.ts';
import { patientMember, relatedMember } from '../members.ts';
import type { Member } from '../members.ts';
import { FORBIDDEN, refusal, writeEveryWay } from '../refusals.ts';
import { answerOf, MORNINGS, startDesk } from './desk.ts';
import type { Desk } from './desk.ts';

let desk: Desk;
let me: Member;
let own: MedplumClient;
let patient: WithId<Patient>;
let other: WithId<Patient>;
let slots: WithId<Slot>[];

beforeAll(async () => {
  // As the machine's time, so that the tokens of people who sign in are good.
  desk = await startDesk(new Date().toISOString());
  me = await patientMember(desk);
  own = me.medplum;
  patient = me.profile as WithId<Patient>;
});
beforeEach(async () => {
  slots = await desk.newSlots();
  other = await desk.newPatient();
});
afterAll(() => desk.close());

const place = (slot: WithId<Slot>, who: WithId<Patient>): object => ({
  slot: [`Slot/${slot.id}`],
  patient: `Patient/${who.id}`,
});
const post = (operation: '$hold' | '$book' | '$release', body: object): Promise<WithId<Appointment>> =>
  own.post(own.fhirUrl('Slot', operation), body);
const request = (who: WithId<Patient>, more: Partial<Appointment> = {}): Appointment => ({
  resourceType: 'Appointment',
  status: 'waitlist',
  serviceType: [{ text: 'Visit' }],
  participant: [{ actor: createReference(who), status: 'accepted' }],
  ...more,
});

test('finds a time, holds it, books it, moves it and gives it back', async () => {
  const [first] = await own.searchResources('Slot', { schedule: slots[0]!.schedule.reference!, status: 'free' });
  const held = await post('$hold', place(slots[0]!, patient));
  expect(first && held.status).toBe('pending');
  const booked = await post('$book', { ...place(slots[0]!, patient), appointment: `Appointment/${held.id}` });
  expect(booked.status).toBe('booked');
  const url = own.fhirUrl('Appointment', '$rebook');
  const body = { appointment: `Appointment/${booked.id}`, slot: [`Slot/${slots[2]!.id}`] };
  expect(await own.post<Appointment>(url, body)).toMatchObject({ id: booked.id, start: slots[2]!.start });
  expect((await post('$release', { appointment: `Appointment/${booked.id}` })).status).toBe('cancelled');
});

test("sees nothing of anybody else's, whichever way it is asked for", async () => {
  const theirs = await desk.book(slots[0]!, other);
  await desk.server.drain();
  const mine = await desk.book(slots[1]!, patient);
  const about: Resource[] = [
    { resourceType: 'Encounter', status: 'finished', class: { code: 'AMB' }, subject: createReference(other) },
    { resourceType: 'Communication', status: 'completed', recipient: [createReference(other)] },
    { resourceType: 'CarePlan', status: 'active', intent: 'plan', subject: createReference(other) },
    { resourceType: 'Task', status: 'requested', intent: 'order', owner: createReference(other) },
    { resourceType: 'QuestionnaireResponse', status: 'completed', subject: createReference(other) },
    { resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: createReference(patient) },
  ];
  const made = [other, theirs, ...(await Promise.all(about.map((resource) => desk.medplum.createResource(resource))))];
  for (const { resourceType, id } of made as WithId<Resource>[]) {
    expect(await refusal(own.readResource(resourceType, id))).toMatch(/not-found|forbidden/);
    expect(await refusal(own.readHistory(resourceType, id))).toMatch(/not-found|forbidden/);
    expect(await refusal(own.deleteResource(resourceType, id))).toMatch(/not-found|forbidden/);
  }
  const queries: [Resource['resourceType'], string][] = [
    ['Appointment', `slot=Slot/${slots[0]!.id}`],
    ['Appointment', `patient=Patient/${other.id}`],
    ['Appointment', 'patient.active=true&_include=Appointment:patient&_count=1000'],
    ['Slot', `_id=${slots[0]!.id}&_revinclude=Appointment:slot`],
    ['Slot', `_has:Appointment:slot:patient=Patient/${other.id}`],
    ['Patient', `_has:Appointment:patient:status=booked`],
    ['Patient', 'name=Test&_count=1000'],
  ];
  for (const [type, query] of queries) {
    const found = JSON.stringify((await own.search(type, query)).entry ?? []);
    expect(found).not.toContain(theirs.id);
    expect(found).not.toContain(other.id);
  }
  const graphql = `{ AppointmentList { id participant { actor { reference } } } PatientList { id } }`;
  expect(JSON.stringify(await own.graphql(graphql))).not.toContain(other.id);
  expect((await own.searchResources('Appointment', { slot: `Slot/${slots[1]!.id}` })).map(({ id }) => id)).toEqual([
    mine.id,
  ]);
});

test('acts for nobody else, and takes no place that there is not', async () => {
  const theirs = await desk.book(slots[0]!, other);
  expect(await answerOf(post('$hold', place(slots[1]!, other)))).toBe('forbidden patient');
  expect(await answerOf(post('$book', place(slots[1]!, other)))).toBe('forbidden patient');
  expect(await answerOf(post('$release', { appointment: `Appointment/${theirs.id}` }))).toBe('forbidden appointment');
  const overbook = { ...place(slots[0]!, patient), overbook: true, reason: 'I must' };
  expect(await answerOf(post('$book', overbook))).toBe('forbidden overbook');
  for (const operation of ['$check-in', '$no-show', '$complete', '$undo-check-in'] as const) {
    const call = own.post(own.fhirUrl('Appointment', operation), { appointment: `Appointment/${theirs.id}` });
    expect(await answerOf(call)).toBe('forbidden requester');
  }
  const block = own.post(own.fhirUrl('Slot', '$block'), { slot: `Slot/${slots[2]!.id}`, reason: 'Mine' });
  expect(await answerOf(block)).toBe('forbidden requester');
});

test('books past no operation, in any way of writing, and writes no Slot', async () => {
  const asked = await own.createResource(request(patient));
  const { start, end } = slots[0]!;
  for (const status of ['booked', 'pending', 'arrived', 'proposed'] as const) {
    const booked: WithId<Appointment> = { ...asked, status, start, end, slot: [createReference(slots[0]!)] };
    expect(await writeEveryWay(own, booked)).toEqual(FORBIDDEN);
  }
  expect(await writeEveryWay(own, { ...slots[0]!, status: 'busy' })).toEqual(FORBIDDEN);
  expect((await desk.medplum.readResource('Appointment', asked.id)).status).toBe('waitlist');
  await desk.server.drain();
});

test('waits for a place, without choosing whose turn it is, and leaves the list', async () => {
  const asked = await own.createResource(request(patient));
  await desk.server.drain();
  const waiting = await own.readResource('Appointment', asked.id);
  const before = {
    url: 'https://careline.dev/fhir/StructureDefinition/waitlist-since',
    valueInstant: '2020-01-01T00:00:00Z',
  };
  const wrong: Promise<unknown>[] = [
    own.createResource(request(patient, { priority: 1 })),
    own.createResource(request(patient, { extension: [before] })),
    own.createResource(request(other)),
    own.createResource({
      ...request(patient),
      participant: [...request(patient).participant, ...request(other).participant],
    }),
    own.updateResource<Appointment>({ ...waiting, priority: 1 }),
    own.updateResource<Appointment>({ ...waiting, extension: [before] }),
    own.updateResource<Appointment>({ ...waiting, status: 'cancelled', priority: 1 }),
    own.updateResource<Appointment>({ ...waiting, participant: request(other).participant }),
  ];
  for (const call of wrong) {
    expect(await refusal(call)).toBe('forbidden');
  }
  expect(await refusal(own.updateResource<Appointment>({ ...waiting, status: 'cancelled' }))).toBe('done');
});

test('cancels a booking by the booking rules only', async () => {
  const valueDuration = { value: 30, unit: 'd', code: 'd', system: 'http://unitsofmeasure.org' };
  const extension = [{ url: BOOKING_RULES, extension: [{ url: 'cancellationCutoff', valueDuration }] }];
  const [strict] = await desk.newSlots(MORNINGS, { extension });
  const booked = await post('$book', place(strict!, patient));
  const changed: WithId<Appointment> = { ...booked, status: 'cancelled' };
  expect(await answerOf(post('$release', { appointment: `Appointment/${booked.id}` }))).toBe(
    'business-rule appointment',
  );
  expect((await writeEveryWay(own, changed)).slice(0, 3)).toEqual(FORBIDDEN.slice(0, 3));
  expect(await refusal(own.deleteResource('Appointment', booked.id))).toBe('forbidden');
  // A hold is given back by a plain update too.
  const held = await post('$hold', place(slots[0]!, patient));
  expect(await refusal(own.updateResource<Appointment>({ ...held, status: 'cancelled' }))).toBe('done');
  await desk.server.drain();
  expect((await desk.slot(slots[0]!)).status).toBe('free');
});

test('keeps what a record says of them, but for how they are reached', async () => {
  const current = await own.readResource('Patient', patient.id);
  const updated = await own.updateResource<Patient>({
    ...current,
    telecom: [{ system: 'phone', value: '+12025550123' }],
    communication: [{ language: { text: 'German' }, preferred: true }],
    contact: [{ name: { text: 'Somebody' } }],
    name: [{ family: 'Changed' }],
    birthDate: '1900-01-01',
    active: false,
    identifier: [{ system: 'https://example.org/mrn', value: '1' }],
  });
  expect(updated).toMatchObject({ telecom: [{ value: '+12025550123' }], communication: [{ preferred: true }] });
  expect(updated.name).toEqual(current.name);
  expect([updated.birthDate, updated.active, updated.identifier]).toEqual([
    current.birthDate,
    current.active,
    undefined,
  ]);
  expect(await refusal(own.createResource<Patient>({ resourceType: 'Patient' }))).toBe('forbidden');
});

test('writes to the clinic, and sends nothing to anybody', async () => {
  const message: Communication = {
    resourceType: 'Communication',
    status: 'completed',
    sender: createReference(patient),
    subject: createReference(patient),
    payload: [{ contentString: 'Can I come earlier?' }],
  };
  const written = await own.createResource(message);
  await desk.server.drain();
  const raised = await desk.medplum.searchResources('Task', { patient: `Patient/${patient.id}`, code: 'conversation' });
  expect([...raised]).toMatchObject([{ status: 'requested' }]);
  // It stands in their thread now, which is the clinic's, and they still read it.
  const { partOf } = await own.readResource('Communication', written.id);
  expect([raised[0]?.focus]).toEqual(partOf);
  const wrong: Partial<Communication>[] = [
    { status: 'preparation', recipient: [createReference(other)] },
    { sender: createReference(other) },
    { subject: createReference(other) },
    { identifier: [{ system: 'https://careline.dev/fhir/sid/message', value: 'x' }] },
    { partOf: [{ reference: 'Communication/1' }] },
    { category: [{ coding: [{ system: codeSystem('message-category'), code: 'incoming' }] }] },
  ];
  for (const part of wrong) {
    expect(await refusal(own.createResource({ ...message, ...part }))).toBe('forbidden');
  }
});

test('reads how they answered a reminder, and answers an offer by the operations alone', async () => {
  const booked = await desk.book(slots[0]!, patient);
  const answer = (who: WithId<Patient>): AppointmentResponse => ({
    resourceType: 'AppointmentResponse',
    appointment: createReference(booked),
    actor: createReference(who),
    participantStatus: 'accepted',
  });
  const mine = await desk.medplum.createResource(answer(patient));
  const theirs = await desk.medplum.createResource(answer(other));
  expect((await own.searchResources('AppointmentResponse')).map(({ id }) => id)).toEqual([mine.id]);
  expect(await refusal(own.readResource('AppointmentResponse', theirs.id))).toBe('not-found');
  expect(await writeEveryWay(own, { ...mine, participantStatus: 'declined' })).toEqual(FORBIDDEN);
  await desk.server.drain();
});

test('opts out of messages, and agrees to nothing else', async () => {
  const consent: Consent = {
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ code: 'patient-privacy' }] },
    category: [{ coding: [{ system: codeSystem('consent-category'), code: 'messages' }] }],
    patient: createReference(patient),
    policyRule: { text: 'Messages of the clinic' },
    provision: { type: 'deny' },
  };
  const stored = await own.createResource(consent);
  expect(await refusal(own.updateResource<Consent>({ ...stored, provision: { type: 'permit' } }))).toBe('done');
  expect(await refusal(own.createResource({ ...consent, patient: createReference(other) }))).toBe('forbidden');
  expect(await refusal(own.createResource({ ...consent, category: [{ text: 'Research' }] }))).toBe('forbidden');
});

test('sees what is for them, signed notes among it, and no drafts, transcripts or tickets', async () => {
  const subject = createReference(patient);
  const { resource: raised } = ticket({ key: `role/${patient.id}`, text: 'Look', patient: subject }, new Date());
  const note = {
    resourceType: 'Composition',
    type: { text: 'Note' },
    subject,
    date: '2026-03-02',
    title: 'Note',
  } as const;
  const author = [createReference(desk.demo('provider-1'))] as never;
  const transcript = { coding: [{ system: codeSystem('document-type'), code: 'transcript' }] };
  const content = [{ attachment: { contentType: 'text/plain', data: 'YQ==' } }];
  const hidden: Resource[] = [
    raised,
    { ...note, author, status: 'preliminary' },
    { resourceType: 'DocumentReference', status: 'current', type: transcript, subject, content },
  ];
  for (const resource of hidden) {
    const { resourceType, id } = await desk.medplum.createResource(resource);
    expect(await refusal(own.readResource(resourceType, id))).toBe('not-found');
  }
  const shown: Resource[] = [
    { ...note, author, status: 'final' },
    { resourceType: 'DocumentReference', status: 'current', subject, content },
    { resourceType: 'Task', status: 'requested', intent: 'order', for: subject, owner: subject },
  ];
  for (const resource of shown) {
    const { resourceType, id } = await desk.medplum.createResource(resource);
    expect(await refusal(own.readResource(resourceType, id))).toBe('done');
  }
  const provider = await own.readResource('Practitioner', desk.demo('provider-1').id);
  expect(provider.name).toBeDefined();
  expect(provider).not.toHaveProperty('telecom');
});

test('answers that were sent in stay', async () => {
  const answer = { resourceType: 'QuestionnaireResponse', subject: createReference(patient) } as const;
  const begun = await own.createResource({ ...answer, status: 'in-progress' });
  const sent = await own.updateResource({ ...begun, status: 'completed' });
  expect(await refusal(own.updateResource({ ...sent, item: [{ linkId: '1' }] }))).toBe('forbidden');
  expect(await refusal(own.createResource({ ...answer, subject: createReference(other), status: 'completed' }))).toBe(
    'forbidden',
  );
  await desk.server.drain();
});

test('somebody who acts for a patient sees that patient, and books for them', async () => {
  const { medplum } = await relatedMember(desk, `Patient/${other.id}`);
  expect((await medplum.searchResources('Patient')).map(({ id }) => id)).toEqual([other.id]);
  const url = medplum.fhirUrl('Slot', '$book');
  expect(await answerOf(medplum.post(url, place(slots[0]!, other)))).toBe('done');
  expect(await answerOf(medplum.post(url, place(slots[1]!, patient)))).toBe('forbidden patient');
  await desk.server.drain();
});
