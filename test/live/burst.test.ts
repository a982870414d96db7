import { beforeAll, expect, test } from '@jest/globals';
import type { MedplumClient } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Bundle, Communication, Patient } from '@medplum/fhirtypes';
import { OUTBOX_SID } from '../../bots/messages/names.ts';
import { mediumOf } from '../../bots/messages/template.ts';
import { deploy } from '../../scripts/deploy/deploy.ts';
import { signIn } from '../../scripts/lib/client.ts';
import { readCredentials } from '../../scripts/lib/settings.ts';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { addClient } from '../bench/project.ts';

const COUNT = 400;
const BATCH = 50;

/** Who writes the messages: the quota that counts here is that of the bots. */
let writer: MedplumClient;
beforeAll(async () => {
  const credentials = readCredentials(process.env);
  const medplum = await signIn(credentials);
  await deploy(medplum);
  writer = await addClient(medplum, credentials.baseUrl);
}, 300_000);

test('a burst of messages arrives whole within the quota of the server, none twice', async () => {
  const patient = await writer.createResource<Patient>({
    resourceType: 'Patient',
    name: [{ given: ['Live'], family: 'Burst' }],
    telecom: [{ system: 'phone', use: 'mobile', value: '+12025550122' }],
  });
  const message: Communication = {
    resourceType: 'Communication',
    status: 'preparation',
    recipient: [createReference(patient)],
    subject: createReference(patient),
    medium: [mediumOf('sms')],
    payload: [{ contentString: 'Live burst' }],
  };
  const entry = Array.from({ length: BATCH }, () => ({
    request: { method: 'POST' as const, url: 'Communication' },
    resource: message,
  }));
  const started = performance.now();
  for (let made = 0; made < COUNT; made += BATCH) {
    const answer = await writer.executeBatch({ resourceType: 'Bundle', type: 'batch', entry } satisfies Bundle);
    expect(answer.entry?.map(({ response }) => response?.status)).toEqual(entry.map(() => '201'));
  }
  const query = { subject: `Patient/${patient.id}`, status: 'completed' };
  await waitFor(
    `${COUNT} messages in the outbox`,
    async () => {
      const counted = { ...query, _total: 'accurate', _count: '0' } as const;
      const { total } = await writer.search('Communication', counted, { cache: 'reload' });
      return total === COUNT ? true : undefined;
    },
    600_000,
  );
  console.log(`${COUNT} messages in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  const all = await writer.searchResources('Communication', { ...query, _count: '1000' }, { cache: 'reload' });
  for (const { id, identifier = [], payload } of all) {
    expect(identifier.filter(({ system }) => system === OUTBOX_SID).map(({ value }) => value)).toEqual([id]);
    expect(payload).toEqual([{ contentString: 'Live burst' }]);
  }
}, 700_000);
