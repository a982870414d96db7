import { isResource, MEDPLUM_CLI_CLIENT_ID } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { ClientApplication } from '@medplum/fhirtypes';
import { sameSecret } from './keys.ts';
import { ACCESS_LIFETIME, REFRESH_LIFETIME } from './logins.ts';
import { systemContext } from './session.ts';
import type { Repositories, Session, Sessions } from './session.ts';

/** The id and secret in an `Authorization: Basic` header. */
export interface ClientCredentials {
  clientId: string;
  clientSecret: string;
}

/** Medplum's command line has no ClientApplication of its own: it is known by name, and listens on the person's machine. */
const MEDPLUM_CLI: WithId<ClientApplication> = {
  resourceType: 'ClientApplication',
  id: MEDPLUM_CLI_CLIENT_ID,
  name: 'Medplum CLI',
  redirectUris: ['http://localhost:9615'],
  pkceOptional: true,
};

/** Reads an `Authorization: Basic` header; undefined if it is none. */
export function parseBasic(header: string | undefined): ClientCredentials | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=_-]+)$/i.exec(header ?? '')?.[1];
  if (!encoded) {
    return undefined;
  }
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? undefined : { clientId: decoded.slice(0, colon), clientSecret: decoded.slice(colon + 1) };
}

/** Why a client was not let in, in the words that Medplum has for it. */
export type ClientRefusal = 'Invalid client' | 'Invalid secret';

/** A client that proved who it is. */
export interface KnownClient {
  client: WithId<ClientApplication>;
  session: Session;
}

/** The client of an id; undefined where there is none, or it is switched off. */
export async function findClient(
  repositories: Repositories,
  clientId: string,
): Promise<WithId<ClientApplication> | undefined> {
  if (clientId === MEDPLUM_CLI.id) {
    return MEDPLUM_CLI;
  }
  try {
    const client = await repositories(systemContext()).readResource<ClientApplication>('ClientApplication', clientId);
    const usable = isResource(client, 'ClientApplication') && (!client.status || client.status === 'active');
    return usable ? client : undefined;
  } catch {
    return undefined;
  }
}

/** Is this the client's secret? Every one it has is compared, so that the time does not tell which one it was. */
export function isSecretOf(client: ClientApplication, secret: string): boolean {
  const secrets = [client.secret, client.retiringSecret].filter((candidate) => candidate !== undefined);
  return secrets.map((candidate) => sameSecret(candidate, secret)).includes(true);
}

/** Checks a ClientApplication's id and secret. */
export async function checkClient(
  repositories: Repositories,
  sessions: Sessions,
  { clientId, clientSecret }: ClientCredentials,
): Promise<KnownClient | ClientRefusal> {
  const client = await findClient(repositories, clientId);
  if (!client) {
    return 'Invalid client';
  }
  if (!isSecretOf(client, clientSecret)) {
    return 'Invalid secret';
  }
  const projectId = client.meta?.project;
  const session = projectId && (await sessions.ofProfile(projectId, { reference: `ClientApplication/${client.id}` }));
  return session ? { client, session } : 'Invalid client';
}

/** Where a client may have a person sent back to. Compared as a whole: a part would let others have the code. */
export function isRedirectUri({ redirectUri, redirectUris = [] }: ClientApplication, wanted: string): boolean {
  return wanted === redirectUri || redirectUris.includes(wanted);
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_557_600 };

/** How long the tokens of a client are good for, in seconds. */
export function lifetimesOf(client: ClientApplication | undefined): { access: number; refresh: number } {
  return {
    access: seconds(client?.accessTokenLifetime) ?? ACCESS_LIFETIME,
    refresh: seconds(client?.refreshTokenLifetime) ?? REFRESH_LIFETIME,
  };
}

/** `90m` is 5400. */
function seconds(duration: string | undefined): number | undefined {
  const [, count, unit] = /^(\d+)([smhdwy])$/.exec(duration ?? '') ?? [];
  return count === undefined ? undefined : Number(count) * (UNITS[unit as string] as number);
}
