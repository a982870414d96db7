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

const COUNT = 400;
const BATCH = 50;

let medplum: MedplumClient;
beforeAll(async () => {
  medplum = await signIn(readCredentials(process.env));
  await deploy(medplum);
}, 300_000);

test('a burst of messages arrives whole within the quota of the server, none twice', async () => {
  const patient = await medplum.createResource<Patient>({
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
  let made = 0;
  const make = async (): Promise<true | undefined> => {
    const entry = Array.from({ length: Math.min(BATCH, COUNT - made) }, () => ({
      request: { method: 'POST' as const, url: 'Communication' },
      resource: message,
    }));
    const answer = await medplum.executeBatch({ resourceType: 'Bundle', type: 'batch', entry } satisfies Bundle);
    made += answer.entry?.filter(({ response }) => response?.status.startsWith('201')).length ?? 0;
    return made === COUNT ? true : undefined;
  };
  // Of a batch some entries can be one too many for the minute's quota.
  await waitFor(`${COUNT} messages are there`, make, 180_000);
  const started = performance.now();
  const query = { subject: `Patient/${patient.id}`, status: 'completed' };
  await waitFor(
    `${COUNT} messages in the outbox`,
    async () => {
      const counted = { ...query, _total: 'accurate', _count: '0' } as const;
      const { total } = await medplum.search('Communication', counted, { cache: 'reload' });
      return total === COUNT ? true : undefined;
    },
    600_000,
  );
  console.log(`${COUNT} messages in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  const all = await medplum.searchResources('Communication', { ...query, _count: '1000' }, { cache: 'reload' });
  for (const { id, identifier = [], payload } of all) {
    expect(identifier.filter(({ system }) => system === OUTBOX_SID).map(({ value }) => value)).toEqual([id]);
    expect(payload).toEqual([{ contentString: 'Live burst' }]);
  }
}, 700_000);
