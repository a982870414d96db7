import type { OperationOutcome, Resource } from '@medplum/fhirtypes';
import type { HttpMethod } from '@medplum/fhir-router';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../clock.ts';
import type { RequestContext, WriteObserver } from '../context.ts';
import type { Store } from '../store/store.ts';
import type { Repository } from './repository.ts';

export interface FhirServiceOptions {
  clock: Clock;
  observers?: readonly WriteObserver[];
  /** The server's address without a trailing slash: `http://127.0.0.1:8103`. FHIR is at `/fhir/R4` below it. */
  baseUrl: string;
}

/** A request as it came in: `url` is what follows `/fhir/R4`, query included; `body` is parsed JSON where it is JSON. */
export interface FhirHttpRequest {
  method: HttpMethod;
  url: string;
  headers: IncomingHttpHeaders;
  body?: unknown;
}

/** An answer, ready to be sent: the body is serialised, and `headers` has its content type. */
export interface FhirHttpResponse {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** What a route of another module gets. */
export interface RouteRequest extends FhirHttpRequest {
  /** The parts of the path that the pattern names: `id` for `Bot/:id/$execute`. */
  params: Record<string, string>;
  query: Record<string, string | string[] | undefined>;
  context: RequestContext;
  repository: Repository;
}

/**
 * What a route answers: an outcome with or without a resource (status and headers follow from them, as everywhere), or
 * a finished response, sent as it is.
 */
export type RouteReply = [OperationOutcome] | [OperationOutcome, Resource] | FhirHttpResponse;

/** A thrown OperationOutcomeError becomes its outcome. */
export type RouteHandler = (request: RouteRequest) => Promise<RouteReply>;

/** Answers FHIR requests. */
export interface FhirService {
  /** A repository for a requester, whose writes the observers hear of. */
  repository(context: RequestContext): Repository;
  /** Answers one request; never throws. */
  handle(request: FhirHttpRequest, context: RequestContext): Promise<FhirHttpResponse>;
  /** Adds a route, looked at before the built-in ones: `addRoute('POST', 'Bot/:id/$execute', handler)`. */
  addRoute(method: HttpMethod, path: string, handler: RouteHandler): void;
  /** What is asked when nothing else answers (custom operations). Undefined means that it does not know either. */
  setFallback(handler: (request: RouteRequest) => Promise<RouteReply | undefined>): void;
}

/** Makes the FHIR service on a store. */
export function createFhirService(_store: Store, _options: FhirServiceOptions): FhirService {
  throw new Error('not yet');
}
