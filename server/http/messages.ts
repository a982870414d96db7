import { Readable } from 'node:stream';
import { ContentType, getStatus } from '@medplum/core';
import type { OperationOutcome, Resource } from '@medplum/fhirtypes';

/**
 * A request as every route sees it, whether it came over a socket or from a bot in this process. There is one path
 * through the server, so a bot meets the same checks as everybody else.
 */
export interface ApiRequest {
  method: string;
  /** Path and query, from the root of the server: `/fhir/R4/Patient?name=x`. */
  url: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Parsed by its content type; a stream or bytes where it is content and not a message. */
  body: unknown;
  /** The address that it came from, as far as a proxy is believed; absent for what a bot sends. */
  remoteAddress?: string | undefined;
}

export interface ApiResponse {
  status: number;
  headers: Record<string, string>;
  /** A string, bytes or a stream go out as they are, anything else as JSON. */
  body?: unknown;
}

/** Content that is sent as it is read, and not held in memory. */
export interface Streamed {
  /** In bytes. */
  readonly size: number;
  open(): Readable;
}

/** Bytes as if they were read from somewhere. */
export function streamOf(bytes: Uint8Array): Streamed {
  return { size: bytes.byteLength, open: () => Readable.from([bytes]) };
}

export function isStreamed(body: unknown): body is Streamed {
  return typeof (body as Streamed | undefined)?.open === 'function';
}

/** What tells a client which version of a resource it has. */
export function versionHeaders({ meta }: Pick<Resource, 'meta'>): Record<string, string> {
  return {
    ...(meta?.versionId && { etag: `W/"${meta.versionId}"` }),
    ...(meta?.lastUpdated && { 'last-modified': new Date(meta.lastUpdated).toUTCString() }),
  };
}

/** The path of a request, without its query. */
export function pathOf(request: Pick<ApiRequest, 'url'>): string {
  const end = request.url.indexOf('?');
  return end < 0 ? request.url : request.url.slice(0, end);
}

/** The query of a request. */
export function queryOf(request: ApiRequest): URLSearchParams {
  const start = request.url.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : request.url.slice(start + 1));
}

/** The query as plain object; what comes several times is a list. */
export function toRecord(params: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(params.keys())].map((name) => {
      const values = params.getAll(name);
      return [name, values.length === 1 ? values[0]! : values];
    }),
  );
}

/** A JSON answer. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): ApiResponse {
  return { status, headers: { 'content-type': `${ContentType.JSON}; charset=utf-8`, ...headers }, body };
}

/** A FHIR resource as answer. */
export function fhirJson(status: number, body: unknown, headers: Record<string, string> = {}): ApiResponse {
  return { status, headers: { 'content-type': `${ContentType.FHIR_JSON}; charset=utf-8`, ...headers }, body };
}

/** An outcome with the HTTP status that belongs to it. */
export function outcomeResponse(outcome: OperationOutcome, headers: Record<string, string> = {}): ApiResponse {
  return fhirJson(getStatus(outcome), outcome, headers);
}

/** A plain text answer. */
export function text(status: number, body: string): ApiResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

/** The bytes that go over the wire. */
export function serialize(response: ApiResponse): string | Uint8Array | Streamed | undefined {
  const { body } = response;
  const isReady = body === undefined || typeof body === 'string' || body instanceof Uint8Array || isStreamed(body);
  return isReady ? body : JSON.stringify(body);
}
