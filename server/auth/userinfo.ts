import {
  formatAddress,
  formatFamilyName,
  formatGivenName,
  formatHumanName,
  getExtensionValue,
  getReferenceString,
} from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Address, ContactPoint, HumanName, Resource, User } from '@medplum/fhirtypes';
import { json } from '../http/messages.ts';
import type { ApiResponse } from '../http/messages.ts';
import { subjectOf, systemContext } from './session.ts';
import type { Repositories, Session } from './session.ts';

/** What profiles have in common, as far as a claim is made of it. */
type Person = WithId<Resource> & {
  name?: HumanName[] | string;
  telecom?: ContactPoint[];
  address?: Address[];
  birthDate?: string;
  gender?: string;
};

/** `/oauth2/userinfo`: OpenID's claims about who is signed in, as far as the scopes go. */
export async function userInfo(repositories: Repositories, session: Session): Promise<ApiResponse> {
  const server = repositories(systemContext());
  const scopes = session.login?.scope.split(' ') ?? [];
  // As they may see it themselves.
  const profile = (await repositories(session.context).readReference(session.membership.profile)) as Person;
  const { user } = session.membership;
  const account = user?.reference?.startsWith('User/') ? ((await server.readReference(user)) as User) : undefined;
  return json(200, {
    sub: subjectOf(session),
    ...(scopes.includes('profile') && profileClaims(profile)),
    ...(scopes.includes('email') && emailClaims(profile, account)),
    ...(scopes.includes('phone') && phoneClaims(profile)),
    ...(scopes.includes('address') && addressClaims(profile)),
  });
}

function profileClaims(profile: Person): Record<string, unknown> {
  const { name, birthDate, gender, meta } = profile;
  const [human] = Array.isArray(name) ? name : [];
  const [given, ...middle] = human ? formatGivenName(human).split(' ') : [];
  return {
    profile: getReferenceString(profile),
    locale: 'en-US',
    updated_at: Date.parse(meta?.lastUpdated ?? '') / 1000 || undefined,
    ...(human && {
      name: formatHumanName(human),
      family_name: formatFamilyName(human),
      given_name: given,
      middle_name: middle.join(' '),
      nickname: (name as HumanName[]).find(({ use }) => use === 'nickname')?.given?.[0],
    }),
    birthdate: birthDate,
    gender,
    website: contact(profile, 'url'),
    preferred_username: contact(profile, 'email')?.split('@')[0],
    zoneinfo: getExtensionValue(profile, 'http://hl7.org/fhir/StructureDefinition/timezone'),
  };
}

function emailClaims(profile: Person, account: User | undefined): Record<string, unknown> {
  const email = account?.email ?? contact(profile, 'email');
  return email === undefined ? {} : { email, email_verified: account?.emailVerified === true };
}

function phoneClaims(profile: Person): Record<string, unknown> {
  const phone = contact(profile, 'phone');
  return phone === undefined ? {} : { phone_number: phone, phone_number_verified: false };
}

function addressClaims({ address: [address] = [] }: Person): Record<string, unknown> {
  return address
    ? {
        address: {
          formatted: formatAddress(address),
          street_address: address.line?.join(' '),
          locality: address.city,
          region: address.state,
          postal_code: address.postalCode,
          country: address.country,
        },
      }
    : {};
}

function contact({ telecom }: Person, system: ContactPoint['system']): string | undefined {
  return telecom?.find((point) => point.system === system)?.value;
}
