import { randomBytes } from 'node:crypto';
import { createReference } from '@medplum/core';
import type { InviteRequest, MedplumClient, WithId } from '@medplum/core';
import type { ProjectMembership } from '@medplum/fhirtypes';
import { readCredentials, writeCredentials } from '../../server/projects/credentials.ts';
import type { DemoClinic } from './seed.ts';

/** Somebody of the demo clinic who can sign in; an entry of `users` in `credentials.json`. */
export interface DemoUser {
  readonly role: string;
  readonly email: string;
  readonly password: string;
}

/** Who can sign in: by the key in the demo clinic, with the policy of the role. */
const PEOPLE = [
  { key: 'front-desk', role: 'front desk', policy: 'Careline front desk' },
  { key: 'provider-1', role: 'clinician', policy: 'Careline practitioner' },
  { key: 'patient-1', role: 'patient', policy: 'Careline patient' },
] as const;

type Person = (typeof PEOPLE)[number];

/**
 * Sees to it that people of the demo clinic can sign in. Their passwords are made at random and written down in
 * `credentials.json` before anybody is invited, so that a start that breaks off can be finished by the next one.
 * @returns Those whose password was made now, to be shown once.
 */
export async function inviteDemoUsers(
  medplum: MedplumClient,
  projectId: string,
  clinic: DemoClinic,
  dataDir: string,
): Promise<DemoUser[]> {
  const file = await readCredentials(dataDir);
  if (!file) {
    throw new Error(`There is no credentials.json in ${dataDir}.`);
  }
  const known = (file as { users?: readonly DemoUser[] }).users ?? [];
  const made = PEOPLE.filter(({ role }) => !known.some((user) => user.role === role)).map(newUser);
  const users = [...known, ...made];
  if (made.length > 0) {
    await writeCredentials(dataDir, { ...file, ...{ users } });
  }
  for (const person of PEOPLE) {
    const user = users.find(({ role }) => role === person.role) as DemoUser;
    await invite(medplum, projectId, clinic, person, user);
  }
  return made;
}

/** Addresses of a domain that nobody can own. */
const newUser = ({ key, role }: Person): DemoUser => ({
  role,
  email: `${key}@demo.example`,
  password: randomBytes(12).toString('base64url'),
});

/** Invites somebody, unless they are there. */
async function invite(
  medplum: MedplumClient,
  projectId: string,
  clinic: DemoClinic,
  { key, policy: name }: Person,
  { email, password }: DemoUser,
): Promise<void> {
  const profile = clinic.get(key);
  const policy = await medplum.searchOne('AccessPolicy', { 'name:exact': name });
  if (!profile || !policy) {
    throw new Error(`The demo clinic has no ${key}, or the layer no policy "${name}".`);
  }
  const reference = createReference(profile) as WithId<ProjectMembership>['profile'];
  if (await medplum.searchOne('ProjectMembership', { profile: reference.reference as string })) {
    return;
  }
  const [person] = (profile as { name?: { given?: string[]; family?: string }[] }).name ?? [];
  await medplum.invite(projectId, {
    resourceType: profile.resourceType as InviteRequest['resourceType'],
    firstName: person?.given?.[0] ?? key,
    lastName: person?.family ?? key,
    email,
    password,
    sendEmail: false,
    membership: { profile: reference },
    access: [{ policy: createReference(policy) }],
  });
}
