import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OperationOutcomeError } from '@medplum/core';
import { encodeBase64, getReferenceString } from '@medplum/core';
import type { Attachment, Bundle, DocumentReference, OperationOutcome, Resource } from '@medplum/fhirtypes';
import { evidenceOf } from '../../bots/scribe/fhir/evidence.ts';
import type { Clinic } from '../clinic.ts';
import { startClinic } from '../clinic.ts';
import { chartOf, decided, draftWith, sampleDraft, startVisit, transcriptOf, undelivered } from './stage.ts';

const OPERATIONS = ['draft-note', 'extract-problems', 'suggest-orders', 'draft-resources'] as const;
const TYPES = [
  'Composition',
  'Condition',
  'MedicationRequest',
  'ServiceRequest',
  'Observation',
  'Provenance',
  'Device',
] as const;

const documentWith = (attachment: Attachment): DocumentReference => ({
  resourceType: 'DocumentReference',
  status: 'current',
  content: [{ attachment }],
});

describe('the scribe answers', () => {
  let clinic: Clinic;
  let conversation: string;
  beforeAll(async () => {
    conversation = await readFile('resources/demo/transcript.txt', 'utf8');
    clinic = await startClinic({ now: new Date().toISOString() });
  });
  afterAll(() => clinic.close());

  const call = (operation: string, body: unknown) => clinic.call<Bundle>(`Encounter/$${operation}`, body);
  const resourcesIn = (bundle: Bundle): Resource[] => bundle.entry?.flatMap(({ resource }) => resource ?? []) ?? [];
  const stored = async (): Promise<number[]> =>
    Promise.all(TYPES.map(async (type) => (await clinic.medplum.search(type, '_summary=count')).total ?? Number.NaN));

  test.each(OPERATIONS)('$%s, with what it is asked for, and stores nothing', async (operation) => {
    const before = await stored();
    const resources = resourcesIn(await call(operation, { transcript: conversation }));
    await clinic.server.drain();
    expect(await stored()).toEqual(before);
    const allowed = {
      'draft-note': ['Composition'],
      'extract-problems': ['Condition'],
      'suggest-orders': ['MedicationRequest', 'ServiceRequest'],
      'draft-resources': ['Composition', 'Condition', 'MedicationRequest', 'ServiceRequest', 'Observation'],
    }[operation];
    for (const resource of resources) {
      expect(allowed).toContain(resource.resourceType);
      expect(decided(resource)).toBe(false);
      const evidence =
        resource.resourceType === 'Composition'
          ? resource.section?.flatMap(evidenceOf)
          : evidenceOf(resource as { extension?: [] });
      expect(evidence?.length).toBeGreaterThan(0);
      evidence?.forEach(({ text, start, end }) => expect(conversation.slice(start, end)).toBe(text));
    }
  });

  test('the same, however the transcript comes', async () => {
    const visit = await startVisit(clinic);
    const document = transcriptOf(visit, conversation);
    const { id } = await undelivered(clinic, () => clinic.medplum.createResource(document));
    const reference = `DocumentReference/${id}`;
    const textsOf = async (body: unknown) => {
      const [note] = resourcesIn(await call('draft-note', body));
      return note?.resourceType === 'Composition' && note.section?.map(({ text }) => text);
    };
    const expected = await textsOf({ transcript: conversation });
    expect(expected).toHaveLength(4);
    for (const body of [
      { transcript: reference },
      { transcript: { reference } },
      { transcript: document },
      { resourceType: 'Parameters', parameter: [{ name: 'transcript', valueString: conversation }] },
      { resourceType: 'Parameters', parameter: [{ name: 'transcript', valueReference: { reference } }] },
      { resourceType: 'Parameters', parameter: [{ name: 'transcript', resource: document }] },
    ]) {
      expect(await textsOf(body)).toEqual(expected);
    }
    const [note] = resourcesIn(await call('draft-note', { transcript: reference }));
    expect(note).toMatchObject({
      subject: { reference: getReferenceString(visit.patient) },
      encounter: { reference: getReferenceString(visit.encounter) },
    });
  });

  test('with references that resolve within the answer', async () => {
    const bundle = await call('draft-resources', { transcript: conversation });
    const urls = bundle.entry?.map(({ fullUrl }) => fullUrl);
    const [note] = resourcesIn(bundle);
    const entries =
      note?.resourceType === 'Composition' ? note.section?.flatMap(({ entry }) => entry ?? []) : undefined;
    expect(entries?.length).toBe((urls?.length ?? 0) - 1);
    entries?.forEach(({ reference }) => expect(urls).toContain(reference));
  });

  test.each<[string, object, string]>([
    ['no transcript', {}, 'required'],
    ['an empty one', { transcript: ' ' }, 'value'],
    ['a number', { transcript: 7 }, 'value'],
    ['more than 50,000 words', { transcript: 'word '.repeat(50_001) }, 'value'],
    ['a reference to something else', { transcript: { reference: 'Patient/1' } }, 'value'],
    ['a reference to nothing', { transcript: 'DocumentReference/00000000-0000-4000-8000-000000000000' }, 'not-found'],
    ['a document that only names a Binary', { transcript: documentWith({ url: 'Binary/1' }) }, 'value'],
    ['a document without content', { transcript: { resourceType: 'DocumentReference' } }, 'value'],
    ['a document with an empty text', { transcript: documentWith({ data: encodeBase64(' ') }) }, 'value'],
    ['a document that is audio', { transcript: documentWith({ contentType: 'audio/wav', data: 'UklGRg==' }) }, 'value'],
  ])('%s with a refusal that names the parameter', async (_what, body, code) => {
    const outcome = await call('draft-note', body).then(
      () => undefined,
      (thrown: unknown) => (thrown as OperationOutcomeError).outcome,
    );
    expect(outcome?.issue[0]).toMatchObject({ code, expression: ['transcript'] });
  });

  test('what a clinician should look at before signing', async () => {
    const visit = await startVisit(clinic);
    await undelivered(clinic, async () => {
      const { id } = await clinic.medplum.createResource(transcriptOf(visit, 'chest pain'));
      await draftWith(clinic, id, sampleDraft());
    });
    await clinic.medplum.createResource({
      resourceType: 'AllergyIntolerance',
      patient: { reference: `Patient/${visit.patient.id}` },
      code: { text: 'Peniciloyl' },
      clinicalStatus: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }],
      },
    });
    const before = await chartOf(clinic, visit);
    const validate = () =>
      clinic.call<OperationOutcome>('Composition/$validate-note', {
        composition: `Composition/${before.notes[0]?.id}`,
      });
    expect((await validate()).issue.map(({ details }) => details?.text)).toEqual([
      'The section Objective says nothing.',
    ]);
    const medication = before.medications[0]!;
    await clinic.medplum.updateResource({
      ...medication,
      medicationCodeableConcept: { text: 'peniciloyl' },
      extension: [],
    });
    // A conflict with the allergy; no evidence, not in the plan, an empty section.
    expect((await validate()).issue.map(({ severity }) => severity)).toEqual([
      'error',
      'warning',
      'warning',
      'warning',
    ]);
    expect((await chartOf(clinic, visit)).notes).toEqual(before.notes);
  });
});

describe('nothing is final, active, confirmed or ordered before a signature', () => {
  test('whatever way a draft comes into a chart', async () => {
    const clinic = await startClinic({ now: new Date().toISOString() });
    try {
      const conversation = await readFile('resources/demo/transcript.txt', 'utf8');
      const visits = [await startVisit(clinic), await startVisit(clinic), await startVisit(clinic)];
      const [filed, swept, amended] = visits as [(typeof visits)[0], (typeof visits)[0], (typeof visits)[0]];
      await clinic.medplum.createResource(transcriptOf(filed, conversation));
      await undelivered(clinic, () => clinic.medplum.createResource(transcriptOf(swept, conversation)));
      const document = await clinic.medplum.createResource(
        transcriptOf(amended, '[doctor] hello .\n[patient] i have a cough .'),
      );
      await clinic.server.drain();
      await clinic.medplum.updateResource({
        ...(await clinic.medplum.readResource('DocumentReference', document.id)),
        content: transcriptOf(amended, conversation).content,
      });
      await clinic.server.drain();
      await clinic.server.advance({ minutes: 10 });
      for (const visit of visits) {
        const { notes, conditions, medications, services, observations } = await chartOf(clinic, visit);
        const withdrawn = (resource: Resource): boolean => JSON.stringify(resource).includes('"entered-in-error"');
        const live = [...notes, ...conditions, ...medications, ...services, ...observations].filter(
          (r) => !withdrawn(r),
        );
        expect(notes.filter((note) => !withdrawn(note))).toHaveLength(1);
        expect(live.filter(decided)).toEqual([]);
      }
    } finally {
      await clinic.close();
    }
  });
});
