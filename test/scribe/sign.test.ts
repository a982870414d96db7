import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import {
  createReference,
  getExtension,
  getReferenceString,
  isOperationOutcome,
  OperationOutcomeError,
} from '@medplum/core';
import type {
  Composition,
  Encounter,
  OperationOutcome,
  PractitionerRole,
  Practitioner,
  Provenance,
  Resource,
} from '@medplum/fhirtypes';
import { codeSystem, extensionUrl } from '../../bots/runtime/contract.ts';
import { handlerOf } from '../../bots/runtime/handler.ts';
import sign from '../../bots/scribe/sign.ts';
import type { Clinic } from '../clinic.ts';
import { startClinic } from '../clinic.ts';
import { chartOf, draftWith, sampleDraft, startVisit, transcriptOf, undelivered } from './stage.ts';
import type { Chart, Visit } from './stage.ts';

describe('signing a note', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await startClinic({ now: new Date().toISOString() });
  });
  afterAll(() => clinic.close());

  interface Drafted extends Visit, Chart {
    readonly note: WithId<Composition>;
  }

  const drafted = async (...size: Parameters<typeof sampleDraft>): Promise<Drafted> => {
    const visit = await startVisit(clinic);
    await undelivered(clinic, async () => {
      const { id } = await clinic.medplum.createResource(transcriptOf(visit, '[doctor] chest pain'));
      expect(await draftWith(clinic, id, sampleDraft(...size))).toBe('drafted');
    });
    const chart = await chartOf(clinic, visit);
    return { ...visit, ...chart, note: chart.notes[0]! };
  };
  const ref = (resource: Resource): string => getReferenceString(resource) ?? '';
  const signFor = (visit: Drafted, accept: Resource[], practitioner: Resource = visit.practitioner) =>
    clinic.call<WithId<Composition>>('Composition/$sign', {
      composition: ref(visit.note),
      accept: accept.map(ref),
      practitioner: ref(practitioner),
    });
  const refusal = async (promise: Promise<unknown>): Promise<{ code?: string; about?: string }> => {
    const thrown: unknown = await promise.then(
      () => undefined,
      (error: unknown) => error,
    );
    const outcome = thrown instanceof OperationOutcomeError ? thrown.outcome : thrown;
    if (!isOperationOutcome(outcome)) {
      throw new Error('It was not refused.');
    }
    return { code: outcome.issue[0]?.code, about: outcome.issue[0]?.expression?.[0] };
  };
  const verification = (chart: Chart) =>
    chart.conditions.map(({ verificationStatus }) => verificationStatus?.coding?.[0]?.code).sort();
  const signatures = async (note: Resource) =>
    (await clinic.medplum.searchResources('Provenance', { target: ref(note) })).filter(({ activity }) =>
      activity?.coding?.some(({ code }) => code === 'LA'),
    );
  const countsOf = (provenance: Provenance): Record<string, number> =>
    Object.fromEntries(
      (getExtension(provenance, extensionUrl('scribe-edit'))?.extension ?? []).map(({ url, valueUnsignedInt }) => [
        url,
        valueUnsignedInt ?? Number.NaN,
      ]),
    );
  const newPractitioner = async (role: string): Promise<WithId<Practitioner>> => {
    const practitioner = await clinic.medplum.createResource<Practitioner>({
      resourceType: 'Practitioner',
      active: true,
    });
    await clinic.medplum.createResource<PractitionerRole>({
      resourceType: 'PractitionerRole',
      active: true,
      practitioner: createReference(practitioner),
      code: [{ coding: [{ system: codeSystem('role'), code: role }] }],
    });
    return practitioner;
  };

  test('confirms and orders what was accepted, and nothing else', async () => {
    const visit = await drafted(2, 4, 2);
    const accept = [visit.conditions[0]!, visit.medications[0]!, visit.services[0]!, visit.observations[0]!];
    const note = await signFor(visit, accept);
    expect(note.status).toBe('final');
    expect(note.attester).toEqual([
      {
        mode: 'legal',
        time: expect.any(String),
        party: expect.objectContaining({ reference: ref(visit.practitioner) }),
      },
    ]);
    const chart = await chartOf(clinic, visit);
    expect(verification(chart)).toEqual(['confirmed', 'refuted']);
    const confirmed = chart.conditions.find(({ id }) => id === visit.conditions[0]?.id);
    expect(confirmed?.clinicalStatus?.coding?.[0]?.code).toBe('active');
    const refuted = chart.conditions.find(({ id }) => id !== visit.conditions[0]?.id);
    expect(refuted?.clinicalStatus).toBeUndefined();
    const states = (requests: { status?: string; intent?: string }[]) =>
      requests.map(({ status, intent }) => `${status} ${intent}`).sort();
    const expected = ['active order', 'completed proposal', 'entered-in-error proposal'];
    expect([states(chart.medications), states(chart.services)]).toEqual([expected, expected]);
    expect(chart.observations.map(({ status }) => status).sort()).toEqual(['entered-in-error', 'final']);
    for (const [orders, proposal] of [
      [chart.medications, visit.medications[0]],
      [chart.services, visit.services[0]],
    ] as const) {
      const order = orders.find(({ intent }) => intent === 'order');
      expect(order?.basedOn?.map(({ reference }) => reference)).toEqual([ref(proposal!)]);
      expect(order?.requester?.reference).toBe(ref(visit.practitioner));
      expect(order?.encounter?.reference).toBe(ref(visit.encounter));
      expect(JSON.stringify(order)).not.toContain('StructureDefinition/evidence');
    }
    const listed = note.section?.flatMap(({ entry }) => entry ?? []).map(({ reference }) => reference);
    const orders = [...chart.medications, ...chart.services].filter(({ intent }) => intent === 'order');
    expect(listed?.sort()).toEqual([visit.conditions[0]!, visit.observations[0]!, ...orders].map(ref).sort());
    expect(note.section?.map(({ text }) => text)).toEqual(visit.note.section?.map(({ text }) => text));
  });

  test('leaves a Provenance of the practitioner, who signed the draft as it was', async () => {
    const visit = await drafted();
    await signFor(visit, visit.medications);
    const [signature, ...others] = await signatures(visit.note);
    expect(others).toEqual([]);
    expect(signature?.agent[0]?.who.reference).toBe(ref(visit.practitioner));
    expect(signature?.entity).toEqual([
      { role: 'source', what: { reference: `${ref(visit.note)}/_history/${visit.note.meta?.versionId}` } },
    ]);
    const order = (await chartOf(clinic, visit)).medications.find(({ intent }) => intent === 'order');
    expect(signature?.target.map(({ reference }) => reference).sort()).toEqual(
      [visit.note, visit.medications[0]!, order!].map(ref).sort(),
    );
  });

  test('signs the words as the clinician left them, and says that they were changed', async () => {
    const visit = await drafted();
    const div = '<div xmlns="http://www.w3.org/1999/xhtml"><p>No chest pain at all.</p></div>';
    const section = visit.note.section?.map((part, index) =>
      index === 0 ? { ...part, text: { status: 'additional' as const, div } } : part,
    );
    const edited = await clinic.medplum.updateResource<Composition>({ ...visit.note, section });
    const note = await signFor(visit, visit.conditions);
    expect(note.section?.map(({ text }) => text)).toEqual(edited.section?.map(({ text }) => text));
    expect(countsOf((await signatures(note))[0]!)).toEqual({
      wordsDrafted: 18,
      wordsSigned: 21,
      wordsKept: 18,
      accepted: 2,
      rejected: 3,
    });
    expect((await signatures(note))[0]?.entity?.[0]).toEqual({
      role: 'revision',
      what: { reference: `${ref(visit.note)}/_history/${visit.note.meta?.versionId}` },
    });
  });

  test('gives the same answer when it is called again, also by many at once', async () => {
    const visit = await drafted();
    const accept = [visit.conditions[0]!, visit.medications[0]!];
    const answers = await Promise.all(Array.from({ length: 4 }, () => signFor(visit, accept)));
    const chart = await chartOf(clinic, visit);
    expect(await signFor(visit, accept)).toEqual(answers[0]);
    expect(new Set(answers.map(({ meta }) => meta?.versionId)).size).toBe(1);
    expect(chart.medications.filter(({ intent }) => intent === 'order')).toHaveLength(1);
    expect(await chartOf(clinic, visit)).toEqual(chart);
    expect(await signatures(visit.note)).toHaveLength(1);
    expect(await refusal(signFor(visit, [visit.conditions[1]!]))).toEqual({ code: 'business-rule', about: 'accept' });
  });

  test('has room for as much as one draft can hold', async () => {
    const visit = await drafted(20, 20, 20);
    const everything = [...visit.conditions, ...visit.medications, ...visit.services, ...visit.observations];
    expect(visit.conditions).toHaveLength(20);
    expect((await signFor(visit, everything)).status).toBe('final');
    const chart = await chartOf(clinic, visit);
    expect(new Set(verification(chart))).toEqual(new Set(['confirmed']));
  });

  test('is refused where it must be, and then changes nothing', async () => {
    const visit = await drafted();
    const other = await drafted();
    const stranger = await newPractitioner('practitioner');
    const before = await chartOf(clinic, visit);
    const composition = ref(visit.note);
    const call = (body: object) => refusal(clinic.call('Composition/$sign', body));
    expect(await call({ composition })).toEqual({ code: 'required', about: 'practitioner' });
    expect(await call({ practitioner: ref(visit.practitioner) })).toEqual({ code: 'required', about: 'composition' });
    expect(await call({ composition, practitioner: 'Practitioner/00000000-0000-4000-8000-000000000000' })).toEqual({
      code: 'not-found',
      about: 'practitioner',
    });
    expect(
      await call({
        composition: 'Composition/00000000-0000-4000-8000-000000000000',
        practitioner: ref(visit.practitioner),
      }),
    ).toEqual({ code: 'not-found', about: 'composition' });
    expect(await refusal(signFor(visit, [], stranger))).toEqual({ code: 'forbidden', about: 'practitioner' });
    expect(await refusal(signFor(visit, [other.conditions[0]!]))).toEqual({ code: 'value', about: 'accept' });
    expect(await chartOf(clinic, visit)).toEqual(before);

    await clinic.medplum.updateResource({
      ...visit.conditions[0]!,
      subject: createReference(visit.patient),
      clinicalStatus: undefined,
      verificationStatus: { coding: [{ code: 'entered-in-error' }] },
    });
    expect(await refusal(signFor(visit, [visit.conditions[0]!]))).toEqual({ code: 'business-rule', about: 'accept' });
    await clinic.medplum.updateResource({ ...visit.note, status: 'entered-in-error' });
    expect(await refusal(signFor(visit, []))).toEqual({ code: 'business-rule', about: 'composition' });
  });

  test('is refused while the transcript says something else than the draft was made of', async () => {
    const visit = await drafted();
    const document = await clinic.medplum.searchOne('DocumentReference', { subject: ref(visit.patient) });
    const amended = transcriptOf(visit, '[doctor] chest pain\n[patient] no , my back').content;
    await undelivered(clinic, () => clinic.medplum.updateResource({ ...document!, content: amended }));
    expect(await refusal(signFor(visit, []))).toEqual({ code: 'business-rule', about: 'composition' });
    const checked = await clinic.call<OperationOutcome>('Composition/$validate-note', { composition: ref(visit.note) });
    expect(checked.issue[0]).toMatchObject({ severity: 'error', code: 'business-rule' });
    expect(checked.issue[0]?.details?.text).toContain('amended');
  });

  test('does not touch what a forged Provenance claims for the draft', async () => {
    const visit = await drafted();
    const foreign = (await drafted()).conditions[0]!;
    const [provenance] = await clinic.medplum.searchResources('Provenance', { target: ref(visit.note) });
    await clinic.medplum.createResource({
      ...provenance!,
      id: undefined,
      meta: undefined,
      target: [createReference(visit.note), createReference(foreign)],
    });
    await signFor(visit, []);
    expect(await clinic.medplum.readResource('Condition', foreign.id)).toEqual(foreign);
  });

  test('is for a practitioner of the encounter themself, also one who takes part by their role', async () => {
    const run = (visit: Drafted, requester: Resource, body: object = {}) =>
      handlerOf(sign)(clinic.medplum, {
        bot: { reference: 'Bot/test' },
        requester: createReference(requester as Practitioner),
        contentType: 'application/json',
        input: { composition: ref(visit.note), ...body },
        secrets: {},
      });
    const visit = await drafted();
    const nurse = await newPractitioner('nurse');
    const colleague = await newPractitioner('practitioner');
    const roles = await clinic.medplum.searchResources('PractitionerRole', { practitioner: ref(colleague) });
    const join = async (...individuals: Resource[]) => {
      const encounter = await clinic.medplum.readResource('Encounter', visit.encounter.id);
      const participant = individuals.map((individual) => ({
        individual: createReference(individual as Practitioner),
      }));
      await clinic.medplum.updateResource<Encounter>({ ...encounter, participant });
    };
    await join(visit.practitioner, nurse);
    expect(await refusal(run(visit, nurse))).toEqual({ code: 'forbidden', about: 'requester' });
    expect(await refusal(run(visit, visit.patient))).toEqual({ code: 'forbidden', about: 'requester' });
    expect(await refusal(run(visit, colleague))).toEqual({ code: 'forbidden', about: 'practitioner' });
    expect(await refusal(run(visit, visit.practitioner, { practitioner: ref(colleague) }))).toEqual({
      code: 'forbidden',
      about: 'practitioner',
    });
    await join(roles[0]!);
    expect(await run(visit, colleague)).toMatchObject({ status: 'final' });
  });
});
