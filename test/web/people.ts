import { randomUUID } from 'node:crypto';
import { createReference } from '@medplum/core';
import type { InviteRequest, WithId } from '@medplum/core';
import type { Patient, PractitionerRole, Resource } from '@medplum/fhirtypes';
import { codeSystem } from '../../bots/runtime/contract.ts';
import { policyNamed } from '../members.ts';
import type { Site } from '../members.ts';

/** A server with the layer and the demo clinic on it. */
interface DemoSite extends Site {
  readonly demo: (key: string) => Resource & { readonly id: string };
}

/** How somebody signs in. */
export interface Login {
  readonly email: string;
  readonly password: string;
}

/** The policies that people of the demo clinic have, by what their keys begin with. */
const POLICIES = [
  ['front-desk', 'Careline front desk'],
  ['provider', 'Careline practitioner'],
  ['patient', 'Careline patient'],
] as const;

/** Makes somebody of the demo clinic (`front-desk`, `provider-1`, `patient-1` …) somebody who can sign in, in their role. */
export async function loginOf(clinic: DemoSite, key: string): Promise<Login> {
  const profile = clinic.demo(key);
  const policy = POLICIES.find(([prefix]) => key.startsWith(prefix))?.[1];
  if (!policy) {
    throw new Error(`Nobody of the demo clinic has the key ${key}.`);
  }
  return invite(clinic, key, policy, {
    resourceType: profile.resourceType as InviteRequest['resourceType'],
    membership: { profile: createReference(profile) as never },
  });
}

/** Makes a patient somebody who can sign in. */
export const patientLogin = (site: Site, patient: WithId<Patient>): Promise<Login> =>
  invite(site, 'patient', 'Careline patient', {
    resourceType: 'Patient',
    membership: { profile: createReference(patient) },
  });

/** An administrator of the clinic's, who is no administrator of the project. */
export async function administrator(clinic: Site): Promise<Login> {
  const practitioner = await clinic.medplum.createResource({
    resourceType: 'Practitioner',
    active: true,
    name: [{ given: ['Dana'], family: 'Reyes' }],
  });
  await clinic.medplum.createResource<PractitionerRole>({
    resourceType: 'PractitionerRole',
    active: true,
    practitioner: createReference(practitioner),
    code: [{ coding: [{ system: codeSystem('role'), code: 'administrator' }] }],
  });
  return invite(clinic, 'administrator', 'Careline administrator', {
    resourceType: 'Practitioner',
    membership: { profile: createReference(practitioner) },
  });
}

async function invite(
  clinic: Site,
  key: string,
  policy: string,
  request: Pick<InviteRequest, 'resourceType' | 'membership'>,
): Promise<Login> {
  const login = { email: `${key}-${randomUUID()}@example.com`, password: `Aa1 ${randomUUID()}` };
  await clinic.medplum.invite(clinic.server.credentials.projectId, {
    firstName: 'Demo',
    lastName: key,
    sendEmail: false,
    access: [{ policy: createReference(await policyNamed(clinic, policy)) }],
    ...login,
    ...request,
  });
  return login;
}
