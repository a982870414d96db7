import { isOk, notFound, OperationOutcomeError, serverError, unauthorized } from '@medplum/core';
import type { HttpMethod } from '@medplum/fhir-router';
import type { Authenticator } from '../auth/authenticate.ts';
import type { Session } from '../auth/session.ts';
import type { RequestContext } from '../context.ts';
import type { AccessAudit } from '../operate/access-audit.ts';
import type { FhirQuotas } from '../operate/quota.ts';
import { isMedplumRoute, notSupported } from '../fhir/not-supported.ts';
import type { FhirService } from '../fhir/service.ts';
import type { Logger } from './log.ts';
import { json, outcomeResponse, pathOf, text } from './messages.ts';
import type { ApiRequest, ApiResponse } from './messages.ts';
import { RouteTable } from './router.ts';
import type { OpenRoute, SessionRoute } from './router.ts';

const FHIR = '/fhir/R4';

/** What may be asked without a token: what the server can do, not what is in it. */
const OPEN_FHIR = new Set([`${FHIR}/metadata`, `${FHIR}/.well-known/smart-configuration`]);

/** Nobody: sees nothing. */
const ANONYMOUS: RequestContext = {
  projectId: '00000000-0000-0000-0000-000000000000',
  author: { reference: 'anonymous' },
  admin: false,
  accessPolicy: { resourceType: 'AccessPolicy', resource: [] },
};

export interface ApiOptions {
  version: string;
  baseUrl: string;
  fhir: FhirService;
  log: Logger;
  /** Hears how members' FHIR requests were answered. */
  audit: AccessAudit;
  /** Counts what members do; undefined where nobody is limited. */
  quotas?: FhirQuotas;
}

/** Every route of the server, for requests over HTTP and for those of bots. */
export class Api {
  private readonly options: ApiOptions;
  private open = new RouteTable<OpenRoute>([]);
  private session = new RouteTable<SessionRoute>([]);

  constructor(options: ApiOptions) {
    this.options = options;
  }

  /** Sets the routes. They come later than the Api: some of them run bots, which call it. */
  setRoutes(open: readonly OpenRoute[], session: readonly SessionRoute[]): void {
    const { version } = this.options;
    this.open = new RouteTable<OpenRoute>([
      { method: 'GET', path: '/healthcheck', handle: async () => json(200, { ok: true, version }) },
      { method: 'GET', path: '/', handle: async () => text(200, `Careline ${version}. FHIR R4 is at ${FHIR}.`) },
      ...open,
    ]);
    this.session = new RouteTable(session);
  }

  /** Answers a request of which nobody knows yet who sent it. */
  async handle(request: ApiRequest, authenticator: Authenticator): Promise<ApiResponse> {
    return this.safely(async () => {
      const found = this.open.match(request);
      if (found) {
        return found.route.handle(request, found.params);
      }
      if (OPEN_FHIR.has(pathOf(request))) {
        return this.fhir(request, ANONYMOUS);
      }
      if (!isFhir(request) && !this.session.match(request)) {
        const isElsewhere = isMedplumRoute(pathOf(request));
        return outcomeResponse(isElsewhere ? notSupported('Medplum has this, and this server does not') : notFound);
      }
      const session = await authenticator.authenticate(request.headers.authorization, request.remoteAddress);
      return session ? this.dispatch(request, session) : this.unauthorized(request);
    });
  }

  /** Answers a member's request. */
  async dispatch(request: ApiRequest, member: Session): Promise<ApiResponse> {
    const session = this.options.quotas?.metered(member) ?? member;
    const response = await this.safely(async () => {
      if (isFhir(request)) {
        return this.fhir(request, session.context);
      }
      const found = this.session.match(request);
      if (found) {
        return found.route.handle(request, session, found.params);
      }
      const open = this.open.match(request);
      return open ? open.route.handle(request, open.params) : outcomeResponse(notFound);
    });
    if (isFhir(request)) {
      this.options.audit.answered(request, session, response);
    }
    const left = session.context.quota?.header;
    return left ? { ...response, headers: { ...response.headers, ratelimit: left } } : response;
  }

  private async fhir(request: ApiRequest, context: RequestContext): Promise<ApiResponse> {
    const { method, headers, body } = request;
    const url = request.url.slice(FHIR.length) || '/';
    return this.options.fhir.handle({ method: method as HttpMethod, url, headers, body }, context);
  }

  private unauthorized(request: ApiRequest): ApiResponse {
    const scheme = /^basic\b/i.test(request.headers.authorization ?? '') ? 'Basic' : 'Bearer';
    return outcomeResponse(unauthorized, { 'www-authenticate': `${scheme} realm="${this.options.baseUrl}/"` });
  }

  private async safely(answer: () => Promise<ApiResponse>): Promise<ApiResponse> {
    try {
      return await answer();
    } catch (err) {
      if (err instanceof OperationOutcomeError && !isOk(err.outcome)) {
        return outcomeResponse(err.outcome);
      }
      this.options.log.error('a request failed', err);
      return outcomeResponse(serverError(new Error('Internal server error')));
    }
  }
}

function isFhir({ url }: ApiRequest): boolean {
  return url.startsWith(`${FHIR}/`) || url === FHIR || url.startsWith(`${FHIR}?`);
}
