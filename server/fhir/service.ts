import { allOk, isNotFound, isOk, normalizeOperationOutcome, OperationOutcomeError } from '@medplum/core';
import type { FhirRequest, FhirResponse, HttpMethod } from '@medplum/fhir-router';
import { FhirRouter } from '@medplum/fhir-router';
import type { OperationOutcome, Resource } from '@medplum/fhirtypes';
import type { Clock } from '../clock.ts';
import type { RequestContext, WriteObserver } from '../context.ts';
import type { Store } from '../store/store.ts';
import { signAttachments } from './attachments.ts';
import type { SignsUrls } from './attachments.ts';
import { capabilityStatement } from './capability.ts';
import type { FhirHttpRequest, FhirHttpResponse } from './http.ts';
import { isMedplumOperation, notSupported } from './not-supported.ts';
import { assertPreconditions, isBundle } from './preconditions.ts';
import { PassingResources } from './passing.ts';
import { Repository } from './repository.ts';
import type { SharedResources } from './repository.ts';
import { MeteredRepository } from '../operate/metered-repository.ts';
import { respond } from './respond.ts';
import { assertResource, validateStructure } from './validation.ts';

export interface FhirServiceOptions {
  clock: Clock;
  /** Signs the addresses of content; without it they go out as they are stored. */
  urls?: SignsUrls;
  observers?: readonly WriteObserver[];
  /** Where Subscriptions over WebSocket are kept. */
  passing?: PassingResources;
  /** What belongs to everybody. */
  shared?: SharedResources;
  /** The server's address without a trailing slash: `http://127.0.0.1:8103`. FHIR is at `/fhir/R4` below it. */
  baseUrl: string;
}

export type { FhirHttpRequest, FhirHttpResponse } from './http.ts';

/** What a route of another module gets. */
export interface RouteRequest extends FhirHttpRequest {
  /** The parts of the path that the pattern names: `id` for `Bot/:id/$execute`. */
  params: Record<string, string>;
  query: Record<string, string | string[] | undefined>;
  context: RequestContext;
  repository: Repository;
  /** True for an entry of a bundle, which is answered with a resource and nothing else. */
  inBundle: boolean;
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
export function createFhirService(store: Store, options: FhirServiceOptions): FhirService {
  return new RoutedFhirService(store, options);
}

const NOT_HERE = 'Medplum has this operation, and this server does not';

class RoutedFhirService implements FhirService {
  private readonly router = new FhirRouter();
  private readonly store: Store;
  private readonly options: FhirServiceOptions;
  private readonly fhirUrl: string;
  /** Responses of routes that made them themselves, by the request that they answer. */
  private readonly finished = new WeakMap<FhirRequest, FhirHttpResponse>();
  /** Requests that came by themselves, and not in a bundle. */
  private readonly direct = new WeakSet<FhirRequest>();
  private fallback: ((request: RouteRequest) => Promise<RouteReply | undefined>) | undefined;

  constructor(store: Store, options: FhirServiceOptions) {
    this.store = store;
    this.options = { passing: new PassingResources(), ...options };
    this.fhirUrl = `${options.baseUrl}/fhir/R4`;
    addBuiltInRoutes(this.router, options);
  }

  repository(context: RequestContext): Repository {
    const Kind = context.quota ? MeteredRepository : Repository;
    return new Kind(this.store, context, this.options);
  }

  addRoute(method: HttpMethod, path: string, handler: RouteHandler): void {
    this.router.add(method, path, async (request, repository) => {
      const reply = await handler(routeRequest(request, repository as Repository, !this.direct.has(request)));
      if (Array.isArray(reply)) {
        return reply;
      }
      this.finished.set(request, reply);
      return [allOk];
    });
  }

  setFallback(handler: (request: RouteRequest) => Promise<RouteReply | undefined>): void {
    this.fallback = handler;
  }

  async handle(request: FhirHttpRequest, context: RequestContext): Promise<FhirHttpResponse> {
    try {
      assertPreconditions(request);
      const repository = this.repository(context);
      return await this.route(request, repository);
    } catch (error) {
      return respond(request, normalizeOperationOutcome(error), undefined, this.fhirUrl);
    }
  }

  /** What a bot made for itself is sent as it is, unless it is a resource. */
  private async withSignedResource(response: FhirHttpResponse, repository: Repository): Promise<FhirHttpResponse> {
    return response.headers['content-type']?.startsWith('application/fhir+json')
      ? this.withSignedUrls(response, repository)
      : response;
  }

  private async withSignedUrls(response: FhirHttpResponse, repository: Repository): Promise<FhirHttpResponse> {
    const { urls } = this.options;
    const { body } = response;
    return urls && typeof body === 'string' && (body.includes('Binary/') || body.includes('/storage/'))
      ? { ...response, body: await signAttachments(body, repository, urls, this.options.baseUrl) }
      : response;
  }

  private async route(request: FhirHttpRequest, repository: Repository): Promise<FhirHttpResponse> {
    const routed: FhirRequest = {
      method: request.method,
      url: request.url,
      pathname: '',
      body: request.body ?? {},
      params: {},
      query: {},
      headers: request.headers,
      config: { transactions: true },
    };
    this.direct.add(routed);
    const answer = (): Promise<FhirResponse> => this.router.handleRequest(routed, repository);
    // A bundle is one transaction from its first look at the store: a conditional entry must not be decided on what
    // another request is about to change. Each entry of a batch still fails alone.
    const [outcome, resource, sending] = isExclusive(request) ? await this.store.transaction(answer) : await answer();
    const finished = this.finished.get(routed);
    if (finished) {
      return this.withSignedResource(finished, repository);
    }
    const other = isNotFound(outcome) ? await this.fallback?.(routeRequest(routed, repository, false)) : undefined;
    if (other && !Array.isArray(other)) {
      return this.withSignedResource(other, repository);
    }
    if (!isOk(outcome) && !other && isMedplumOperation(request.url)) {
      return respond(request, notSupported(NOT_HERE), undefined, this.fhirUrl);
    }
    const body = other ? other[1] : resource;
    const response = respond(request, other?.[0] ?? outcome, body, this.fhirUrl, sending?.contentType);
    return this.withSignedUrls(response, repository);
  }
}

function routeRequest(request: FhirRequest, repository: Repository, inBundle: boolean): RouteRequest {
  const { method, url, headers = {}, params, query } = request;
  return {
    method,
    url,
    headers,
    params,
    query,
    body: request.body as unknown,
    context: repository.context,
    repository,
    inBundle,
  };
}

/**
 * True for a bundle that is handled as a whole. Operations may take long and may come back to this server with requests
 * of their own, so a batch that has one is not; a transaction cannot have one.
 */
function isExclusive({ method, url, body }: FhirHttpRequest): boolean {
  if (method !== 'POST' || !/^\/?(\?|$)/.test(url) || !isBundle(body)) {
    return false;
  }
  const operation = (body.entry ?? []).findIndex((entry) => /(^|\/)\$/.test(entry.request?.url?.split('?')[0] ?? ''));
  if (operation >= 0 && body.type === 'transaction') {
    const text = 'An operation cannot be a part of a transaction here';
    throw new OperationOutcomeError(notSupported(text, `Bundle.entry[${operation}].request.url`));
  }
  return operation < 0;
}

function addBuiltInRoutes(router: FhirRouter, { baseUrl, clock }: FhirServiceOptions): void {
  const startedAt = new Date(clock.now());
  router.add('GET', 'metadata', async () => [allOk, capabilityStatement(baseUrl, startedAt)]);
  router.add('POST', ':resourceType/$validate', async (request) => {
    const { body } = request as { body: unknown };
    assertResource(body);
    validateStructure(body);
    return [allOk];
  });
  for (const path of ['_history', ':resourceType/_history']) {
    router.add('GET', path, async () => [notSupported('History is per resource: Type/id/_history')]);
  }
}
