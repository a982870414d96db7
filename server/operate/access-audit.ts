import { isResourceType, isUUID } from '@medplum/core';
import type { Bundle, Coding } from '@medplum/fhirtypes';
import type { Session } from '../auth/session.ts';
import { pathOf } from '../http/messages.ts';
import type { ApiRequest, ApiResponse } from '../http/messages.ts';
import { isRecord } from '../http/records.ts';
import { AuditOutcome, AuditType } from './audit.ts';
import type { AuditLog } from './audit.ts';

const INTERACTION = 'http://hl7.org/fhir/restful-interaction';

/** One request, alone or in a batch. */
type Asked = Pick<ApiRequest, 'method' | 'url' | 'remoteAddress'>;

/**
 * Records what members were refused for want of rights, and what they read where the clinic wants that: each entry of a
 * batch by itself. Ids and types are kept; what was searched for may be a name, and is not.
 */
export class AccessAudit {
  private readonly log: AuditLog;
  private readonly reads: boolean;

  constructor(log: AuditLog, reads: boolean) {
    this.log = log;
    this.reads = reads;
  }

  /** A member's request was answered. */
  answered(request: ApiRequest, session: Session, response: ApiResponse): void {
    if (!isBundle(request)) {
      this.record(request, session, response.status);
    } else if (this.reads || String(response.body).includes('"403"')) {
      for (const { asked, status } of entriesOf(request, response)) {
        this.record(asked, session, status);
      }
    }
  }

  private record(request: Asked, { project, membership }: Session, status: number): void {
    const isRead = isReading(request) && status < 300 && this.reads;
    if (status !== 403 && !isRead) {
      return;
    }
    const reference = resourceOf(request);
    this.log.record({
      projectId: project.id,
      type: AuditType.rest,
      subtype: interactionOf(request),
      ...(isRead && { action: 'R' }),
      who: membership.profile,
      remoteAddress: request.remoteAddress,
      outcome: isRead ? AuditOutcome.success : AuditOutcome.minorFailure,
      ...(reference !== undefined && { entity: [{ what: { reference } }] }),
    });
  }
}

/** A search may be sent as a POST, and a question of GraphQL is. */
const isReading = (request: Asked): boolean =>
  request.method === 'GET' || (request.method === 'POST' && /\/(_search|\$graphql)$/.test(pathOf(request)));

const isBundle = (request: ApiRequest): boolean =>
  request.method === 'POST' && /^\/fhir\/R4\/?$/.test(pathOf(request)) && isRecord(request.body);

function entriesOf(request: ApiRequest, { body }: ApiResponse): { asked: Asked; status: number }[] {
  const asked = (request.body as Partial<Bundle>).entry ?? [];
  const answered = typeof body === 'string' ? ((JSON.parse(body) as Partial<Bundle>).entry ?? []) : [];
  return answered.flatMap(({ response }, index) => {
    const { method, url } = asked[index]?.request ?? {};
    const { remoteAddress } = request;
    return method === undefined || url === undefined
      ? []
      : [{ asked: { method, url: `/fhir/R4/${url}`, remoteAddress }, status: Number(response?.status?.slice(0, 3)) }];
  });
}

/** The resource that a path names, if it names one. */
function resourceOf(request: Asked): string | undefined {
  const parts = pathOf(request).split('/');
  const at = parts.findIndex((part) => isResourceType(part));
  return at >= 0 && isUUID(parts[at + 1] ?? '') ? `${parts[at]}/${parts[at + 1]}` : undefined;
}

function interactionOf(request: Asked): Coding {
  const path = pathOf(request);
  const isOne = resourceOf(request) !== undefined;
  const codes: Readonly<Record<string, string>> = {
    GET: isOne ? 'read' : 'search',
    POST: isReading(request) ? 'search' : 'create',
    PUT: 'update',
    PATCH: 'patch',
    DELETE: 'delete',
  };
  const code = path.includes('/$') ? 'operation' : path.includes('/_history') ? 'history' : codes[request.method];
  return { system: INTERACTION, code: code ?? 'operation' };
}
