import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference, getReferenceString } from '@medplum/core';
import type { Composition, Encounter, OperationOutcome, Practitioner, Resource } from '@medplum/fhirtypes';
import { evidenceOf } from '../../bots/scribe/fhir/evidence.ts';
import { narrative, plainText } from '../../bots/scribe/fhir/narrative.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';
import { patientMember, staffMember } from '../members.ts';
import type { Member } from '../members.ts';
import { FORBIDDEN, refusal, writeEveryWay } from '../refusals.ts';
import { chartOf, transcriptOf } from './stage.ts';
import type { Chart, Visit } from './stage.ts';

const CONVERSATION = [
  '[doctor] what brings you in today ?',
  '[patient] i have had a sore throat for three days .',
  '[doctor] your temperature is one hundred point two .',
  '[doctor] so for your sore throat i am going to prescribe amoxicillin five hundred milligrams twice a day .',
  '[doctor] i also want to order a chest x-ray .',
].join('\n');

let clinic: Clinic;
let doctor: Member;
let desk: Member;
let somebody: Member;
beforeAll(async () => {
  // As the machine's time, so that the tokens of people who sign in are good.
  clinic = await startClinic({ now: new Date().toISOString() });
  doctor = await staffMember(clinic, 'practitioner');
  desk = await staffMember(clinic, 'front-desk');
  somebody = await patientMember(clinic);
});
afterAll(() => clinic.close());

interface Drafted extends Visit, Chart {
  readonly note: WithId<Composition>;
}

async function drafted(): Promise<Drafted> {
  const patient = await clinic.newPatient();
  const practitioner = doctor.profile as WithId<Practitioner>;
  const encounter = await clinic.medplum.createResource<Encounter>({
    resourceType: 'Encounter',
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: createReference(patient),
    participant: [{ individual: createReference(practitioner) }],
  });
  const visit = { patient, practitioner, encounter };
  // The doctor files it themself.
  await doctor.medplum.createResource(transcriptOf(visit, CONVERSATION));
  await clinic.server.drain();
  const chart = await chartOf(clinic, visit);
  return { ...visit, ...chart, note: chart.notes[0]! };
}

const ref = (resource: Resource): string => getReferenceString(resource) ?? '';
const verified = (code: string) => ({
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code }],
});

describe('a practitioner', () => {
  test('edits, checks and signs a draft by plain FHIR, and what still applies keeps its evidence', async () => {
    const { note, conditions, medications, ...visit } = await drafted();
    const { medplum } = doctor;
    const before = await medplum.readResource('Composition', note.id);
    const words = plainText(before.section?.[0]?.text);
    const section = before.section?.map((part, index) =>
      index === 0 ? { ...part, text: narrative(`${words}\nWritten by hand.`) } : part,
    );
    const edited = await medplum.updateResource<Composition>({ ...before, section });
    expect(edited.status).toBe('preliminary');
    expect(evidenceOf(edited.section![0]!)).toEqual(evidenceOf(before.section![0]!));
    const condition = await medplum.updateResource({ ...conditions[0]!, note: [{ text: 'Seen.' }] });
    const checked = await medplum.post<OperationOutcome>(medplum.fhirUrl('Composition', '$validate-note'), {
      composition: ref(note),
    });
    expect(checked.issue.length).toBeGreaterThan(0);
    const signed = await medplum.post<Composition>(medplum.fhirUrl('Composition', '$sign'), {
      composition: ref(note),
      accept: [ref(condition), ref(medications[0]!)],
    });
    expect(signed).toMatchObject({ status: 'final', attester: [{ party: { reference: ref(doctor.profile) } }] });
    expect(evidenceOf(signed.section![0]!)).toEqual(evidenceOf(before.section![0]!));
    const chart = await chartOf(clinic, visit);
    expect(chart.medications.map(({ status, intent }) => `${status} ${intent}`).sort()).toEqual([
      'active order',
      'completed proposal',
    ]);
    const signatures = await clinic.medplum.searchResources('Provenance', {
      target: ref(note),
      agent: ref(doctor.profile),
    });
    expect(signatures[0]?.entity?.[0]?.role).toBe('revision');
    // What is confirmed now is theirs to change.
    const own = chart.conditions.find(({ id }) => id === condition.id)!;
    expect((await medplum.updateResource({ ...own, note: [{ text: 'Better.' }] })).note?.[0]?.text).toBe('Better.');
  });

  test('makes nothing of a draft final, active or confirmed but by signing, in whatever way of writing', async () => {
    const { note, conditions, medications, services, observations, ...visit } = await drafted();
    expect([conditions, medications, services, observations].map((list) => list.length > 0)).toEqual(
      Array(4).fill(true),
    );
    const { medplum } = doctor;
    for (const status of ['final', 'amended'] as const) {
      expect(await writeEveryWay(medplum, { ...note, status })).toEqual(FORBIDDEN);
    }
    const before = await chartOf(clinic, visit);
    const bare = { identifier: undefined };
    const attempts: WithId<Resource>[] = [
      { ...conditions[0]!, verificationStatus: verified('confirmed') },
      { ...conditions[0]!, verificationStatus: undefined },
      { ...conditions[0]!, ...bare },
      { ...conditions[0]!, clinicalStatus: { coding: [{ code: 'active' }] } },
      { ...medications[0]!, status: 'active' },
      { ...medications[0]!, status: 'active', intent: 'order', ...bare },
      { ...medications[0]!, intent: 'order' },
      { ...services[0]!, status: 'active' },
      { ...services[0]!, status: 'completed', ...bare },
      { ...observations[0]!, status: 'final' },
      { ...observations[0]!, status: 'amended', ...bare },
    ];
    for (const attempt of attempts) {
      expect(await refusal(medplum.updateResource(attempt))).toBe('forbidden');
      const entry = { request: { method: 'PUT' as const, url: ref(attempt) }, resource: attempt };
      expect(await refusal(medplum.executeBatch({ resourceType: 'Bundle', type: 'transaction', entry: [entry] }))).toBe(
        'forbidden',
      );
    }
    expect(await chartOf(clinic, visit)).toEqual(before);
    expect(await refusal(medplum.updateResource({ ...medications[0]!, status: 'cancelled' }))).toBe('done');
    expect(await refusal(medplum.updateResource({ ...conditions[0]!, verificationStatus: verified('refuted') }))).toBe(
      'done',
    );
  });

  test('has no way around by two writes either: what was taken back is not made of use', async () => {
    const { conditions, medications, services, observations } = await drafted();
    const { medplum } = doctor;
    const bare = { identifier: undefined };
    const ways: readonly (readonly [WithId<Resource>, ...WithId<Resource>[]])[] = [
      [
        { ...conditions[0]!, verificationStatus: verified('refuted') },
        { ...conditions[0]!, verificationStatus: verified('confirmed') },
        { ...conditions[0]!, clinicalStatus: { coding: [{ code: 'active' }] } },
        { ...conditions[0]!, verificationStatus: verified('confirmed'), ...bare },
      ],
      [
        { ...medications[0]!, status: 'cancelled' },
        { ...medications[0]!, status: 'active' },
        { ...medications[0]!, status: 'active', intent: 'order' },
        { ...medications[0]!, status: 'active', intent: 'order', ...bare },
        { ...medications[0]!, status: 'completed' },
      ],
      [
        { ...services[0]!, status: 'revoked' },
        { ...services[0]!, status: 'active' },
        { ...services[0]!, status: 'active', intent: 'order' },
        { ...services[0]!, status: 'completed', ...bare },
      ],
      [
        { ...observations[0]!, status: 'cancelled' },
        { ...observations[0]!, status: 'final' },
        { ...observations[0]!, status: 'amended', ...bare },
      ],
    ];
    for (const [back, ...uses] of ways) {
      expect(await refusal(medplum.updateResource(back))).toBe('done');
      for (const use of uses) expect(await refusal(medplum.updateResource(use))).toBe('forbidden');
    }
  });

  test('keeps the patient and the encounter of a note, so that it is signed by who was there', async () => {
    const { note, patient } = await drafted();
    const other = await drafted();
    const { medplum } = doctor;
    for (const moved of [
      { ...note, encounter: createReference(other.encounter) },
      { ...note, encounter: createReference(other.encounter), subject: createReference(other.patient) },
      { ...note, encounter: undefined },
      { ...note, subject: createReference(other.patient) },
    ]) {
      expect(await refusal(medplum.updateResource(moved))).toBe('forbidden');
    }
    expect(await refusal(medplum.updateResource({ ...note, subject: createReference(patient) }))).toBe('done');
  });

  test('writes a problem and an order of their own as ever', async () => {
    const { patient } = await drafted();
    const { medplum } = doctor;
    const condition = await medplum.createResource({
      resourceType: 'Condition',
      subject: createReference(patient),
      verificationStatus: verified('provisional'),
      code: { text: 'Cough' },
    });
    expect(await refusal(medplum.updateResource({ ...condition, verificationStatus: verified('confirmed') }))).toBe(
      'done',
    );
  });
});

test('nobody else signs a draft, or makes it final', async () => {
  const { note } = await drafted();
  for (const { medplum } of [desk, somebody]) {
    const signing = medplum.post(medplum.fhirUrl('Composition', '$sign'), { composition: ref(note) });
    expect(await refusal(signing)).toBe('forbidden');
    expect(['forbidden', 'not-found']).toContain(await refusal(medplum.updateResource({ ...note, status: 'final' })));
  }
  const colleague = await staffMember(clinic, 'practitioner');
  const signing = colleague.medplum.post(colleague.medplum.fhirUrl('Composition', '$sign'), { composition: ref(note) });
  expect(await refusal(signing)).toBe('forbidden');
  expect((await clinic.medplum.readResource('Composition', note.id)).status).toBe('preliminary');
});
