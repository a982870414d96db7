import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from '@jest/globals';
import type { MedplumClient, WithId } from '@medplum/core';
import { createReference, encodeBase64, getReferenceString } from '@medplum/core';
import type {
  Bundle,
  Composition,
  DocumentReference,
  Encounter,
  OperationOutcome,
  Patient,
  Practitioner,
  PractitionerRole,
  Resource,
} from '@medplum/fhirtypes';
import { codeSystem } from '../../bots/runtime/contract.ts';
import { deploy } from '../../scripts/deploy/deploy.ts';
import { signIn } from '../../scripts/lib/client.ts';
import { readCredentials } from '../../scripts/lib/settings.ts';
import { waitFor } from '../../scripts/lib/wait-for.ts';

let medplum: MedplumClient;
let conversation: string;
beforeAll(async () => {
  medplum = await signIn(readCredentials(process.env));
  await deploy(medplum);
  conversation = await readFile('resources/demo/transcript.txt', 'utf8');
});

const call = <T>(path: string, body: object): Promise<T> => medplum.post(medplum.fhirUrl(...path.split('/')), body);
const typesIn = (bundle: Bundle): (string | undefined)[] =>
  bundle.entry?.map(({ resource }) => resource?.resourceType) ?? [];

test.each([
  ['draft-note', 'Composition'],
  ['extract-problems', 'Condition'],
  ['suggest-orders', 'MedicationRequest'],
  ['draft-resources', 'Composition'],
])('Encounter/$%s answers on a real server', async (operation, type) => {
  expect(typesIn(await call<Bundle>(`Encounter/$${operation}`, { transcript: conversation }))).toContain(type);
});

test('the longest transcript is drafted before the server cuts the bot off', async () => {
  const visit = conversation.trim();
  const times = Math.floor(49_000 / visit.split(/\s+/).length);
  const transcript = Array.from({ length: times }, () => visit)
    .join('\n')
    .slice(0, 490_000);
  expect(typesIn(await call<Bundle>('Encounter/$draft-note', { transcript }))).toEqual(['Composition']);
});

test('a transcript is drafted, checked and signed', async () => {
  const patient = await medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Scribed' }] });
  const practitioner = await medplum.createResource<Practitioner>({ resourceType: 'Practitioner', active: true });
  await medplum.createResource<PractitionerRole>({
    resourceType: 'PractitionerRole',
    active: true,
    practitioner: createReference(practitioner),
    code: [{ coding: [{ system: codeSystem('role'), code: 'practitioner' }] }],
  });
  const encounter = await medplum.createResource<Encounter>({
    resourceType: 'Encounter',
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: createReference(patient),
    participant: [{ individual: createReference(practitioner) }],
  });
  await medplum.createResource<DocumentReference>({
    resourceType: 'DocumentReference',
    status: 'current',
    type: { coding: [{ system: codeSystem('document-type'), code: 'transcript' }] },
    subject: createReference(patient),
    content: [{ attachment: { contentType: 'text/plain', data: encodeBase64(conversation) } }],
    context: { encounter: [createReference(encounter)] },
  });
  const about = `subject=${getReferenceString(patient)}`;
  const note = await waitFor('the draft', () => medplum.searchOne('Composition', about, { cache: 'reload' }));
  expect(note.status).toBe('preliminary');
  const conditions = await medplum.searchResources('Condition', about);
  const medications = await medplum.searchResources('MedicationRequest', about);
  const composition = getReferenceString(note);
  const checked = await call<OperationOutcome>('Composition/$validate-note', { composition });
  expect(checked.issue.length).toBeGreaterThan(0);
  const accepted: WithId<Resource>[] = [...conditions.slice(0, 1), ...medications.slice(0, 1)];
  const signed = await call<Composition>('Composition/$sign', {
    composition,
    accept: accepted.map((resource) => getReferenceString(resource)),
    practitioner: getReferenceString(practitioner),
  });
  expect(signed.status).toBe('final');
  const orders = await medplum.searchResources('MedicationRequest', about, { cache: 'reload' });
  expect(orders.filter(({ status, intent }) => status === 'active' && intent === 'order')).toHaveLength(1);
});
