import type { Readable } from 'node:stream';
import {
  allOk,
  badRequest,
  contentTooLarge,
  ContentType,
  created,
  isResource,
  OperationOutcomeError,
} from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Binary } from '@medplum/fhirtypes';
import type { FhirService, RouteReply, RouteRequest } from '../fhir/service.ts';
import type { Store } from '../store/store.ts';
import type { BinaryContent } from './binary-content.ts';
import { MAX_MESSAGE_BYTES, mediaType } from './body.ts';
import { contentResponse } from './content-response.ts';
import type { StorageUrls } from './storage.ts';

export interface BinaryRouteOptions {
  store: Store;
  content: BinaryContent;
  urls: StorageUrls;
}

/** Creates, updates and reads Binary resources: content of any type, streamed in and out. */
export function addBinaryRoutes(fhir: FhirService, options: BinaryRouteOptions): void {
  fhir.addRoute('POST', 'Binary', (request) => write(request, undefined, options));
  fhir.addRoute('PUT', 'Binary/:id', (request) => write(request, request.params.id, options));
  fhir.addRoute('GET', 'Binary/:id', async (request) =>
    read(request, await request.repository.readResource<Binary>('Binary', request.params.id as string), options),
  );
  fhir.addRoute('GET', 'Binary/:id/_history/:vid', async ({ repository, params, ...request }) => {
    const binary = await repository.readVersion<Binary>('Binary', params.id as string, params.vid as string);
    return read({ ...request, repository, params }, binary, options);
  });
}

async function write(
  request: RouteRequest,
  id: string | undefined,
  { store, content, urls }: BinaryRouteOptions,
): Promise<RouteReply> {
  const { repository } = request;
  const given = await incoming(request, id);
  const save = (binary: Binary): Promise<WithId<Binary>> =>
    id === undefined ? repository.createResource(binary) : repository.updateResource({ ...binary, id });
  const outcome = id === undefined ? created : allOk;
  if ('resource' in given) {
    // As Medplum answers: whoever sent the content has it.
    const saved = { ...(await save(given.resource)) };
    delete saved.data;
    return [outcome, saved];
  }
  const file = await content.keep(given.source);
  try {
    const binary = await store.transaction(async () => {
      const saved = await save(given.binary);
      await content.attach(saved, file);
      return saved;
    });
    return [outcome, { ...binary, url: urls.sign(binary) }];
  } catch (err) {
    await content.discard(file);
    throw err;
  }
}

type Incoming = { resource: Binary } | { binary: Binary; source: Readable | Uint8Array };

/** The body is the content, unless it is itself a Binary resource that carries its content as base64. */
async function incoming({ headers, body }: RouteRequest, id: string | undefined): Promise<Incoming> {
  if (isResource<Binary>(body, 'Binary')) {
    // From a bundle, whose entries are resources.
    return { resource: body };
  }
  if (!isContentBody(body)) {
    throw new OperationOutcomeError(badRequest('The content is missing'));
  }
  const contentType = headers['content-type'] ?? ContentType.OCTET_STREAM;
  const context = headers['x-security-context'];
  const binary: Binary = {
    resourceType: 'Binary',
    contentType,
    ...(typeof context === 'string' && { securityContext: { reference: context } }),
  };
  if (mediaType(contentType) !== (ContentType.FHIR_JSON as string)) {
    return { binary, source: body };
  }
  const bytes = await message(body);
  const inner = tryParse(bytes);
  return isResource<Binary>(inner, 'Binary') && (id === undefined || inner.id === id)
    ? { resource: inner }
    : { binary, source: bytes };
}

function isContentBody(body: unknown): body is Readable | Uint8Array {
  return body instanceof Uint8Array || typeof (body as Readable | undefined)?.pipe === 'function';
}

/** JSON is read as a whole, and so no more of it than of any other message. */
async function message(body: Readable | Uint8Array): Promise<Uint8Array> {
  if (body instanceof Uint8Array) {
    return body;
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MAX_MESSAGE_BYTES) {
      throw new OperationOutcomeError(contentTooLarge('A Binary as JSON is too large: send its content itself'));
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tryParse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

async function read(
  request: RouteRequest,
  binary: WithId<Binary>,
  { content }: BinaryRouteOptions,
): Promise<RouteReply> {
  const wantsResource = request.inBundle || request.headers.accept?.startsWith(ContentType.FHIR_JSON);
  const stored = wantsResource ? undefined : await content.read(binary);
  return stored ? contentResponse(binary, stored) : [allOk, binary];
}
