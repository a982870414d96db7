import { createHmac } from 'node:crypto';
import {
  ContentType,
  createReference,
  getExtension,
  getExtensionValue,
  isGone,
  isNotFound,
  OperationOutcomeError,
} from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { AuditEvent, Bot, Resource, Subscription } from '@medplum/fhirtypes';
import { systemContext } from '../auth/session.ts';
import type { Repositories, Sessions } from '../auth/session.ts';
import { AuditOutcome } from '../operate/audit.ts';
import type { BotExecutor } from '../bots/executor.ts';
import type { Clock } from '../clock.ts';
import { signAttachments } from '../fhir/attachments.ts';
import type { SignsUrls } from '../fhir/attachments.ts';
import { visibleToAuthor } from './author.ts';
import type { Job } from './jobs.ts';

/** As long as Medplum waits for somebody's server. */
const HOOK_TIMEOUT = 120_000;

const EXTENSION = 'https://medplum.com/fhir/StructureDefinition';
const SECRET_EXTENSIONS = [
  'https://www.medplum.com/fhir/StructureDefinition/subscription-secret',
  'https://www.medplum.com/fhir/StructureDefinition-subscriptionSecret',
];

export interface DeliveryOptions {
  clock: Clock;
  repositories: Repositories;
  sessions: Sessions;
  executor: BotExecutor;
  /** Signs the addresses of content, for those who have no token. */
  urls: SignsUrls;
  /** The server's address, without a slash at its end. */
  baseUrl: string;
  /** Whether addresses without TLS may be called. */
  httpHooks: boolean;
  /** Writes down that a bot begins, right before it does. */
  begin: () => Promise<void>;
}

/** Thrown by a delivery that may succeed later. */
export class DeliveryFailed extends Error {
  readonly maxAttempts: number;

  constructor(message: string, subscription: Subscription) {
    super(message);
    this.maxAttempts = getExtension(subscription, `${EXTENSION}/subscription-max-attempts`)?.valueInteger ?? 4;
  }
}

/**
 * Delivers one change to the Bot or URL that waits for it. A job that has lost its point (the Subscription or resource
 * is gone, or on a second try there is a newer version) is over. A bot that fails is over too: it was woken once.
 */
export async function deliver(job: Job, options: DeliveryOptions): Promise<void> {
  const system = options.repositories(systemContext(job.project));
  const subscription = await unlessGone(system.readResource<Subscription>('Subscription', job.subscription));
  if (
    subscription?.status !== 'active' ||
    subscription.channel.type !== 'rest-hook' ||
    !subscription.channel.endpoint
  ) {
    return;
  }
  if (job.interaction !== 'delete') {
    const current = await unlessGone(system.readResource<Resource>(job.resourceType, job.resourceId));
    if (!current || (job.attempts > 0 && current.meta?.versionId !== job.versionId)) {
      return;
    }
  }
  const version = await system.readVersion<Resource>(job.resourceType, job.resourceId, job.versionId);
  // What the repository hands out may be shared with others who read it.
  const resource = structuredClone(version);
  if (subscription.channel.endpoint.startsWith('Bot/')) {
    await wakeBot(job, subscription, resource, options);
  } else {
    await callUrl(job, subscription, resource, options);
  }
}

async function wakeBot(
  job: Job,
  subscription: WithId<Subscription>,
  resource: WithId<Resource>,
  { repositories, sessions, executor, begin }: DeliveryOptions,
): Promise<void> {
  const endpoint = subscription.channel.endpoint as string;
  const bot = await unlessGone(repositories(systemContext(job.project)).readReference<Bot>({ reference: endpoint }));
  const requester = resource.meta?.author;
  const member = bot?.runAsUser ? requester : { reference: endpoint };
  const runAs = bot && member && (await sessions.ofProfile(job.project, member));
  if (!runAs) {
    throw new DeliveryFailed('Could not find project membership for bot', subscription);
  }
  const input = job.interaction === 'delete' ? { deletedResource: resource } : resource;
  await begin();
  await executor.execute({
    bot,
    runAs,
    requester,
    input,
    contentType: ContentType.FHIR_JSON,
    headers: hookHeaders(job, subscription, JSON.stringify(input)),
    subscription,
  });
}

async function callUrl(
  job: Job,
  subscription: WithId<Subscription>,
  resource: WithId<Resource>,
  options: DeliveryOptions,
): Promise<void> {
  // A bot has rights of its own; an address has those of whoever gave it.
  const author = await options.sessions.ofProfile(job.project, subscription.meta?.author ?? {});
  const seen = author && visibleToAuthor(subscription, resource, author);
  if (!seen) {
    return;
  }
  const { repositories, urls, baseUrl } = options;
  const content = await signAttachments(JSON.stringify(seen), repositories(author.context), urls, baseUrl);
  const body = job.interaction === 'delete' ? '{}' : content;
  const { success, description } = isAllowed(subscription.channel.endpoint as string, options.httpHooks)
    ? await post(subscription, hookHeaders(job, subscription, body), body)
    : { success: false, description: 'was not made: the address must begin with https' };
  await auditCall(job, subscription, success, `Attempt ${job.attempts} ${description}`, options);
  if (!success) {
    throw new DeliveryFailed(description, subscription);
  }
}

/** What is sent is about patients. */
function isAllowed(endpoint: string, httpHooks: boolean): boolean {
  const protocol = URL.canParse(endpoint) ? new URL(endpoint).protocol : '';
  return protocol === 'https:' || (httpHooks && protocol === 'http:');
}

async function post(
  subscription: Subscription,
  headers: Record<string, string>,
  body: string,
): Promise<{ success: boolean; description: string }> {
  try {
    // A redirect would carry what is about patients to an address that nobody has looked at: it counts as a failure.
    const response = await fetch(subscription.channel.endpoint as string, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(HOOK_TIMEOUT),
    });
    const { status } = response;
    await response.body?.cancel();
    return { success: isSuccess(subscription, status), description: `received status ${status}` };
  } catch (err) {
    // The cause tells whether it was refused, reset or unknown; the message of fetch is always the same.
    const cause = err instanceof Error && err.cause instanceof Error ? err.cause : err;
    const code = (cause as NodeJS.ErrnoException).code;
    return { success: false, description: `received error ${code ?? (cause as Error).name}` };
  }
}

/** A success, unless the Subscription has its own list (`200,201,410-499`). */
function isSuccess(subscription: Subscription, status: number): boolean {
  const codes = getExtensionValue(subscription, `${EXTENSION}/subscription-success-codes`);
  if (typeof codes !== 'string') {
    return status >= 200 && status < 300;
  }
  return codes.split(',').some((range) => {
    const [from, to] = range.split('-').map(Number);
    return status >= (from ?? 0) && status <= (to ?? from ?? 0);
  });
}

function hookHeaders(job: Job, subscription: WithId<Subscription>, body: string): Record<string, string> {
  const headers: Record<string, string> = {
    'Content-Type': ContentType.FHIR_JSON,
    'X-Medplum-Subscription': subscription.id,
    'X-Medplum-Interaction': job.interaction,
  };
  if (job.interaction === 'delete') {
    headers['X-Medplum-Deleted-Resource'] = `${job.resourceType}/${job.resourceId}`;
  }
  for (const header of subscription.channel.header ?? []) {
    const [name, value] = header.split(':');
    if (name && value !== undefined) {
      headers[name.trim()] = value.trim();
    }
  }
  const secret = SECRET_EXTENSIONS.map((url) => getExtensionValue(subscription, url)).find((value) => value);
  if (typeof secret === 'string') {
    headers['X-Signature'] = createHmac('sha256', secret).update(body).digest('hex');
  }
  return headers;
}

async function auditCall(
  job: Job,
  subscription: WithId<Subscription>,
  success: boolean,
  outcomeDesc: string,
  { clock, repositories }: DeliveryOptions,
): Promise<void> {
  const now = new Date(clock.now()).toISOString();
  await repositories(systemContext(job.project)).createResource<AuditEvent>({
    resourceType: 'AuditEvent',
    type: { code: 'transmit' },
    period: { start: job.requested, end: now },
    recorded: now,
    agent: [{ type: { text: 'Subscription' }, requestor: false }],
    source: { observer: createReference(subscription) },
    entity: [{ what: { reference: `${job.resourceType}/${job.resourceId}` } }],
    outcome: success ? AuditOutcome.success : AuditOutcome.minorFailure,
    outcomeDesc,
  });
}

async function unlessGone<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (err) {
    if (err instanceof OperationOutcomeError && (isNotFound(err.outcome) || isGone(err.outcome))) {
      return undefined;
    }
    throw err;
  }
}
