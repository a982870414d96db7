import {
  allOk,
  badRequest,
  ContentType,
  created,
  getReferenceString,
  isResource,
  OperationOutcomeError,
} from '@medplum/core';
import type { Binary } from '@medplum/fhirtypes';
import type { FhirService, RouteReply, RouteRequest } from '../fhir/service.ts';
import type { Store } from '../store/store.ts';
import type { BinaryContent, StoredContent } from './binary-content.ts';
import { mediaType } from './body.ts';

/** Creates and reads Binary resources: content of any type, held in the database. */
export function addBinaryRoutes(fhir: FhirService, store: Store, content: BinaryContent): void {
  fhir.addRoute('POST', 'Binary', (request) => create(request, store, content));
  fhir.addRoute('GET', 'Binary/:id', (request) => read(request, content));
}

async function create(request: RouteRequest, store: Store, content: BinaryContent): Promise<RouteReply> {
  const { resource, stored } = describe(request);
  const binary = await store.transaction(async () => {
    const made = await request.repository.createResource<Binary>(resource);
    await content.write(made.id, stored);
    return made;
  });
  return [created, { ...binary, url: getReferenceString(binary) }];
}

/** The body is the content, unless it is itself a Binary resource that carries its content as base64. */
function describe({ headers, body }: RouteRequest): { resource: Binary; stored: StoredContent } {
  if (!(body instanceof Uint8Array)) {
    throw new OperationOutcomeError(badRequest('The content is missing'));
  }
  const contentType = headers['content-type'] ?? ContentType.OCTET_STREAM;
  if (mediaType(contentType) === (ContentType.FHIR_JSON as string)) {
    const inner = tryParse(body);
    if (isResource<Binary>(inner, 'Binary')) {
      const { data, ...resource } = inner;
      return {
        resource,
        stored: { contentType: inner.contentType, bytes: Buffer.from(data ?? '', 'base64') },
      };
    }
  }
  const context = headers['x-security-context'];
  return {
    resource: {
      resourceType: 'Binary',
      contentType,
      ...(typeof context === 'string' && { securityContext: { reference: context } }),
    },
    stored: { contentType, bytes: body },
  };
}

function tryParse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

async function read({ repository, params, headers }: RouteRequest, content: BinaryContent): Promise<RouteReply> {
  const binary = await repository.readResource<Binary>('Binary', params.id as string);
  const stored = await content.read(binary.id);
  if (!stored || headers.accept?.startsWith(ContentType.FHIR_JSON)) {
    return [allOk, binary];
  }
  return {
    status: 200,
    headers: {
      'content-type': stored.contentType,
      // Whatever was uploaded, a browser must neither run it as a page of this server nor guess what it is.
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    },
    body: stored.bytes,
  };
}
