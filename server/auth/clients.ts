import { isResource } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { ClientApplication } from '@medplum/fhirtypes';
import { sameSecret } from './keys.ts';
import { systemContext } from './session.ts';
import type { Repositories, Session, Sessions } from './session.ts';

/** The id and secret in an `Authorization: Basic` header. */
export interface ClientCredentials {
  clientId: string;
  clientSecret: string;
}

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

/** Checks a ClientApplication's id and secret. */
export async function checkClient(
  repositories: Repositories,
  sessions: Sessions,
  { clientId, clientSecret }: ClientCredentials,
): Promise<KnownClient | ClientRefusal> {
  let client: WithId<ClientApplication>;
  try {
    client = await repositories(systemContext()).readResource<ClientApplication>('ClientApplication', clientId);
  } catch {
    return 'Invalid client';
  }
  if (!isResource(client, 'ClientApplication') || (client.status && client.status !== 'active')) {
    return 'Invalid client';
  }
  const secrets = [client.secret, client.retiringSecret].filter((secret) => secret !== undefined);
  // Every secret is compared, so that the time does not tell which one it was.
  if (!secrets.map((secret) => sameSecret(secret, clientSecret)).includes(true)) {
    return 'Invalid secret';
  }
  const projectId = client.meta?.project;
  const session = projectId && (await sessions.ofProfile(projectId, { reference: `ClientApplication/${client.id}` }));
  return session ? { client, session } : 'Invalid client';
}
