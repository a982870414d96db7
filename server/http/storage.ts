import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isUUID } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Binary } from '@medplum/fhirtypes';
import { systemContext } from '../auth/session.ts';
import type { Repositories } from '../auth/session.ts';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import type { BinaryContent } from './binary-content.ts';
import { contentResponse } from './content-response.ts';
import { queryOf, text } from './messages.ts';
import type { ApiRequest, ApiResponse } from './messages.ts';
import type { OpenRoute, PathParams } from './router.ts';

/** How long a signed address is good for, in seconds; Medplum's number. */
const LIFETIME = 3600;

/**
 * Signed addresses of content: whoever has one may read this version of this Binary until it expires, without a token,
 * as an `<img>` does. The key is kept in the database, so that a restart breaks no address.
 */
export class StorageUrls {
  private readonly key: Uint8Array;
  private readonly clock: Clock;
  private readonly root: string;

  private constructor(key: Uint8Array, clock: Clock, baseUrl: string) {
    this.key = key;
    this.clock = clock;
    this.root = `${baseUrl}/storage`;
  }

  static async open(store: Store, clock: Clock, baseUrl: string): Promise<StorageUrls> {
    const key = await store.transaction((db) => {
      db.exec('CREATE TABLE IF NOT EXISTS storage_key (key BLOB NOT NULL)');
      const known = db.get<{ key: Uint8Array }>('SELECT key FROM storage_key LIMIT 1')?.key;
      const made = known ?? randomBytes(32);
      if (!known) {
        db.run('INSERT INTO storage_key (key) VALUES (?)', made);
      }
      return made;
    });
    return new StorageUrls(key, clock, baseUrl);
  }

  /** The address of a version of a Binary. Whether the requester may read it is the caller's question. */
  sign({ id, meta }: WithId<Binary>): string {
    const claims = {
      id,
      version: meta?.versionId ?? '',
      project: meta?.project ?? '',
      expires: String(Math.floor(this.clock.now() / 1000) + LIFETIME),
    };
    const query = new URLSearchParams({
      Expires: claims.expires,
      Project: claims.project,
      Signature: this.signature(claims).toString('base64url'),
    });
    return `${this.root}/${id}/${claims.version}?${query.toString()}`;
  }

  /** What is wrong with a request for such an address; undefined if it may be answered. */
  refusal(request: ApiRequest, { id = '', version = '' }: PathParams): ApiResponse | undefined {
    const query = queryOf(request);
    const given = query.get('Signature');
    const expires = query.get('Expires') ?? '';
    if (!given) {
      return text(401, 'Unauthorized');
    }
    if (!(Number(expires) * 1000 > this.clock.now())) {
      return text(410, 'URL has expired');
    }
    const right = this.signature({ id, version, project: query.get('Project') ?? '', expires });
    const bytes = Buffer.from(given, 'base64url');
    return bytes.byteLength === right.byteLength && timingSafeEqual(bytes, right)
      ? undefined
      : text(401, 'Invalid signature');
  }

  private signature(claims: { id: string; version: string; project: string; expires: string }): Buffer {
    const { id, version, project, expires } = claims;
    return createHmac('sha256', this.key)
      .update(JSON.stringify([id, version, project, expires]))
      .digest();
  }
}

/** `GET /storage/:id/:version`: the content behind a signed address. */
export function storageRoute(urls: StorageUrls, repositories: Repositories, content: BinaryContent): OpenRoute {
  return {
    method: 'GET',
    path: '/storage/:id/:version',
    handle: async (request, params) => {
      const refusal = urls.refusal(request, params);
      const project = queryOf(request).get('Project') ?? '';
      if (refusal || !isUUID(project)) {
        return refusal ?? text(401, 'Invalid signature');
      }
      const repository = repositories(systemContext(project));
      // Deleted since: whoever still has the address finds what everybody else finds.
      await repository.readResource<Binary>('Binary', params.id as string);
      const binary = await repository.readVersion<Binary>('Binary', params.id as string, params.version as string);
      const stored = await content.read(binary);
      return stored ? contentResponse({ ...binary, meta: undefined }, stored) : text(404, 'Not Found');
    },
  };
}
