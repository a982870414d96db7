import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { decodeBase64, encodeBase64, getReferenceString } from '@medplum/core';
import type { DocumentReference, Resource } from '@medplum/fhirtypes';
import { sid } from '../../bots/runtime/contract.ts';
import { evidenceOf } from '../../bots/scribe/fhir/evidence.ts';
import type { Clinic } from '../clinic.ts';
import { startClinic } from '../clinic.ts';
import { chartOf, draftWith, everDecided, sampleDraft, startVisit, transcriptOf, undelivered } from './stage.ts';
import type { Visit } from './stage.ts';

const CONVERSATION = '[doctor] hi , how are you ?\n[patient] i have had chest pain for two days .\n';
const AMENDED = '[doctor] hi , how are you ?\n[patient] i have had a cough for three weeks .\n';

describe('a transcript that is filed', () => {
  let clinic: Clinic;
  const signed: string[] = [];
  beforeAll(async () => {
    clinic = await startClinic({ now: new Date().toISOString() });
  });
  afterAll(() => clinic.close());

  const file = async (visit: Visit, text: string): Promise<WithId<DocumentReference>> => {
    const document = await clinic.medplum.createResource(transcriptOf(visit, text));
    await clinic.server.drain();
    return clinic.medplum.readResource('DocumentReference', document.id);
  };
  const amend = async (id: string, change: Partial<DocumentReference>): Promise<WithId<DocumentReference>> => {
    await clinic.medplum.updateResource({ ...(await clinic.medplum.readResource('DocumentReference', id)), ...change });
    await clinic.server.drain();
    return clinic.medplum.readResource('DocumentReference', id);
  };
  const containing = (text: string): Pick<DocumentReference, 'content'> => ({
    content: [{ attachment: { contentType: 'text/plain', data: encodeBase64(text) } }],
  });
  const statuses = async (visit: Visit): Promise<string[]> =>
    (await chartOf(clinic, visit)).notes.map(({ status }) => status).sort();
  const tickets = (document: Resource) =>
    clinic.medplum.searchResources('Task', { focus: getReferenceString(document)! });

  test('becomes a preliminary note of its encounter, whose every word of evidence stands in it', async () => {
    const visit = await startVisit(clinic);
    const document = await file(visit, CONVERSATION);
    const { notes } = await chartOf(clinic, visit);
    expect(notes).toHaveLength(1);
    const [note] = notes;
    expect(note).toMatchObject({
      status: 'preliminary',
      type: { coding: [{ system: 'http://loinc.org', code: '11506-3' }] },
      encounter: { reference: `Encounter/${visit.encounter.id}` },
    });
    expect(note?.attester).toBeUndefined();
    expect(note?.section?.map(({ code }) => code?.coding?.[0]?.code)).toEqual([
      '61150-9',
      '61149-1',
      '51848-0',
      '18776-5',
    ]);
    const evidence = note?.section?.flatMap(evidenceOf) ?? [];
    expect(evidence.length).toBeGreaterThan(0);
    const text = decodeBase64(document.content[0]?.attachment.data ?? '');
    for (const { text: said, start, end } of evidence) {
      expect(text.slice(start, end)).toBe(said);
    }
    expect(document.context?.related).toEqual([expect.objectContaining({ reference: `Composition/${note?.id}` })]);
  });

  test('has a Provenance with the Device of the scribe, which names model and version', async () => {
    const visit = await startVisit(clinic);
    const document = await file(visit, CONVERSATION);
    const [provenance, ...others] = await clinic.medplum.searchResources('Provenance', {
      entity: `DocumentReference/${document.id}`,
    });
    expect(others).toEqual([]);
    const [note] = (await chartOf(clinic, visit)).notes;
    expect(provenance?.target.map(({ reference }) => reference)).toContain(`Composition/${note?.id}`);
    const device = await clinic.medplum.readReference(provenance?.agent[0]?.who ?? {});
    expect(device).toMatchObject({
      resourceType: 'Device',
      modelNumber: 'offline',
      version: [{ type: { text: 'rules' } }],
    });
    expect(note?.author[0]?.reference).toBe(getReferenceString(device));
    const devices = await clinic.medplum.searchResources('Device', `identifier=${sid('scribe')}|`);
    expect(devices.filter(({ modelNumber }) => modelNumber === 'offline')).toHaveLength(1);
  });

  test('is drafted once, however often and however much at once it is delivered', async () => {
    const visit = await startVisit(clinic);
    const document = await undelivered(clinic, () => file(visit, CONVERSATION));
    expect(await statuses(visit)).toEqual([]);
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => draftWith(clinic, document.id, sampleDraft())));
    expect(outcomes.sort()).toEqual(['drafted', 'unchanged', 'unchanged', 'unchanged']);
    const before = await chartOf(clinic, visit);
    expect(Object.values(before).map((resources: unknown[]) => resources.length)).toEqual([1, 2, 1, 1, 1]);
    const bot = await clinic.medplum.searchOne('Bot', { 'name:exact': 'careline-scribe-draft' });
    await clinic.medplum.executeBot(bot?.id ?? '', await clinic.medplum.readResource('DocumentReference', document.id));
    await clinic.server.drain();
    expect(await chartOf(clinic, visit)).toEqual(before);
  });

  test('is read from a Binary too', async () => {
    const visit = await startVisit(clinic);
    const binary = await clinic.medplum.createBinary({ data: CONVERSATION, contentType: 'text/plain' });
    const content = [{ attachment: { contentType: 'text/plain', url: `Binary/${binary.id}` } }];
    const document = await clinic.medplum.createResource({ ...transcriptOf(visit, ''), content });
    await clinic.server.drain();
    expect(await statuses(visit)).toEqual(['preliminary']);
    await amend(document.id, { docStatus: 'final' });
    expect(await statuses(visit)).toEqual(['preliminary']);
  });

  test('that is amended is drafted anew; what was drafted before is entered in error and kept', async () => {
    const visit = await startVisit(clinic);
    const { id } = await undelivered(clinic, () => file(visit, CONVERSATION));
    await draftWith(clinic, id, sampleDraft());
    const document = await amend(id, containing(AMENDED));
    const { notes, conditions, medications, services, observations } = await chartOf(clinic, visit);
    expect(notes.map(({ status }) => status).sort()).toEqual(['entered-in-error', 'preliminary']);
    const old = notes.find(({ status }) => status === 'entered-in-error')?.identifier?.value ?? '';
    const ofOld = (resource: { identifier?: { value?: string }[] }): boolean =>
      resource.identifier?.some(({ value }) => value?.startsWith(old)) ?? false;
    const states = [
      ...conditions.filter(ofOld).map(({ verificationStatus }) => verificationStatus?.coding?.[0]?.code),
      ...[...medications, ...services, ...observations].filter(ofOld).map(({ status }) => status),
    ];
    expect(states).toEqual(Array(5).fill('entered-in-error'));
    const current = notes.find(({ status }) => status === 'preliminary');
    expect(document.context?.related?.map(({ reference }) => reference)).toEqual([`Composition/${current?.id}`]);

    await amend(id, containing(CONVERSATION));
    expect(await statuses(visit)).toEqual(['entered-in-error', 'entered-in-error', 'preliminary']);
  });

  test('that moves to another patient takes its draft out of the first chart', async () => {
    const [wrong, right] = [await startVisit(clinic), await startVisit(clinic)];
    const { id } = await file(wrong, CONVERSATION);
    const { subject, context } = transcriptOf(right, '');
    await amend(id, { subject, context });
    expect([await statuses(wrong), await statuses(right)]).toEqual([['entered-in-error'], ['preliminary']]);
  });

  test('that is withdrawn takes its draft along', async () => {
    const visit = await startVisit(clinic);
    const { id } = await file(visit, CONVERSATION);
    const document = await amend(id, { status: 'entered-in-error' });
    expect(await statuses(visit)).toEqual(['entered-in-error']);
    expect(document.context?.related).toBeUndefined();
  });

  test('is left alone once its note is signed', async () => {
    const visit = await startVisit(clinic);
    const { id } = await file(visit, CONVERSATION);
    const [note] = (await chartOf(clinic, visit)).notes;
    await clinic.call('Composition/$sign', {
      composition: `Composition/${note?.id}`,
      practitioner: `Practitioner/${visit.practitioner.id}`,
    });
    signed.push(getReferenceString(visit.patient));
    const chart = await chartOf(clinic, visit);
    await amend(id, containing(AMENDED));
    await clinic.server.advance({ minutes: 10 });
    expect(await chartOf(clinic, visit)).toEqual(chart);
    expect(chart.notes.map(({ status }) => status)).toEqual(['final']);

    await clinic.medplum.updateResource({ ...chart.notes[0]!, status: 'entered-in-error' });
    await amend(id, containing('[patient] i have a headache .'));
    expect(await statuses(visit)).toEqual(['entered-in-error']);
  });

  test('keeps a draft that a clinician withdrew withdrawn', async () => {
    const visit = await startVisit(clinic);
    const { id } = await file(visit, CONVERSATION);
    const [note] = (await chartOf(clinic, visit)).notes;
    await clinic.medplum.updateResource({ ...note!, status: 'entered-in-error' });
    await amend(id, { docStatus: 'amended' });
    await clinic.server.advance({ minutes: 10 });
    expect(await statuses(visit)).toEqual(['entered-in-error']);
  });

  test('is found by the sweep when its event was lost, and so is its amendment', async () => {
    const visit = await startVisit(clinic);
    const { id } = await undelivered(clinic, () => file(visit, CONVERSATION));
    expect(await statuses(visit)).toEqual([]);
    await clinic.server.advance({ minutes: 10 });
    expect(await statuses(visit)).toEqual(['preliminary']);
    await undelivered(clinic, () => amend(id, containing(AMENDED)));
    expect(await statuses(visit)).toEqual(['preliminary']);
    await clinic.server.advance({ minutes: 10 });
    expect(await statuses(visit)).toEqual(['entered-in-error', 'preliminary']);
  });

  test('gets its link back when a client has written over it', async () => {
    const visit = await startVisit(clinic);
    const before = await file(visit, CONVERSATION);
    await amend(before.id, { context: transcriptOf(visit, '').context });
    await clinic.server.advance({ minutes: 10 });
    const after = await clinic.medplum.readResource('DocumentReference', before.id);
    expect(after.context?.related).toEqual(before.context?.related);
    expect(await statuses(visit)).toEqual(['preliminary']);
  });

  test.each<[string, (visit: Visit) => Partial<DocumentReference> | Promise<Partial<DocumentReference>>]>([
    ['is empty', () => containing(' \n ')],
    ['is not text', () => ({ content: [{ attachment: { contentType: 'image/png', data: encodeBase64('PNG') } }] })],
    ['is not UTF-8', () => ({ content: [{ attachment: { contentType: 'text/plain', data: '/////w==' } }] })],
    ['is too long', () => containing('word '.repeat(50_001))],
    [
      'refers to no Binary',
      () => ({ content: [{ attachment: { url: 'Binary/00000000-0000-4000-8000-000000000000' } }] }),
    ],
    ['names no encounter', () => ({ context: {} })],
    ['names an encounter that is not there', () => ({ context: { encounter: [{ reference: 'Encounter/nowhere' }] } })],
    [
      'is of another patient than its encounter',
      async () => ({ subject: transcriptOf(await startVisit(clinic), '').subject! }),
    ],
  ])('that %s becomes one ticket and nothing else', async (what, change) => {
    const visit = await startVisit(clinic);
    const document = await file(visit, CONVERSATION).then(async ({ id }) => {
      await clinic.medplum.deleteResource('DocumentReference', id);
      return clinic.medplum.createResource({ ...transcriptOf(visit, CONVERSATION), ...(await change(visit)) });
    });
    const before = await chartOf(clinic, visit);
    await clinic.server.drain();
    expect(await tickets(document)).toHaveLength(1);
    await clinic.server.advance({ minutes: 20 });
    expect(await tickets(document)).toHaveLength(1);
    expect(await chartOf(clinic, visit)).toEqual(before);
    const now = await clinic.medplum.readResource('DocumentReference', document.id);
    expect(now.meta?.versionId).toBe(document.meta?.versionId);
    if (what === 'is empty') {
      await amend(document.id, containing(AMENDED));
      expect(await statuses(visit)).toContain('preliminary');
    }
  });

  test('was never final, active or confirmed in any version but where it was signed', async () => {
    const { about, versions } = await everDecided(clinic);
    expect(about).toEqual(signed);
    expect(versions).toBeGreaterThan(20);
  });
});
