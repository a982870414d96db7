import { badRequest } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { OperationOutcome, Resource, Subscription } from '@medplum/fhirtypes';
import type { AllowedBinding, Authenticator } from '../auth/authenticate.ts';
import type { Repositories } from '../auth/session.ts';
import type { Clock } from '../clock.ts';
import type { Change, WriteObserver } from '../context.ts';
import { signAttachments } from '../fhir/attachments.ts';
import type { SignsUrls } from '../fhir/attachments.ts';
import { isPassing } from '../fhir/passing.ts';
import type { PassingResources } from '../fhir/passing.ts';
import { parseContent } from '../fhir/rows.ts';
import type { Background } from '../http/background.ts';
import type { Logger } from '../http/log.ts';
import type { Store } from '../store/store.ts';
import { matches, watch } from './active.ts';
import type { Watching } from './active.ts';
import { visibleToAuthor } from './author.ts';
import { eventNotification, handshake, heartbeat } from './notifications.ts';

/** How long a Subscription that nobody listens to is kept, in milliseconds: as long as its token would be good. */
const IDLE = 3_600_000;

/** What a member's rights rest on: a change to one may end what is listened to. */
const RIGHTS = new Set(['Project', 'ProjectMembership', 'User', 'AccessPolicy']);

/** A connection of somebody who listens. */
export interface Hearer {
  send(text: string): void;
  /** Ends the connection: what it rested on is no longer good. */
  dismiss(): void;
}

/** A connection that hears of a Subscription. */
interface Binding {
  readonly hearer: Hearer;
  readonly project: string;
  readonly resourceType: string;
  watching: Watching;
  token: string;
  /** What was told last, so that changes arrive in their order. */
  told: Promise<void>;
}

export interface LiveOptions {
  store: Store;
  clock: Clock;
  repositories: Repositories;
  background: Background;
  log: Logger;
  passing: PassingResources;
}

/** What telling of changes takes; known later than the observer is needed. */
export interface TellingOptions {
  authenticator: Authenticator;
  urls: SignsUrls;
  baseUrl: string;
  onTold: () => void;
}

/** Tells those who listen over a WebSocket of the changes that they may see. */
export class LiveSubscriptions implements WriteObserver {
  private readonly options: LiveOptions;
  private telling: TellingOptions | undefined;
  private readonly byHearer = new Map<Hearer, Map<string, Binding>>();
  /** By project and resource type, so that a write which nobody listens to costs one look-up. */
  private readonly byType = new Map<string, Set<Binding>>();
  private readonly review = (): void => this.options.background.run(() => this.endWhatIsOver());

  constructor(options: LiveOptions) {
    this.options = options;
  }

  start(telling: TellingOptions): void {
    this.telling = telling;
  }

  /** How many Subscriptions are listened to. */
  get size(): number {
    return [...this.byHearer.values()].reduce((sum, bindings) => sum + bindings.size, 0);
  }

  async onWrite(change: Change): Promise<void> {
    const { resource, projectId } = change;
    if (RIGHTS.has(resource.resourceType)) {
      this.options.store.afterCommit(this.review);
    }
    if (!projectId || resource.resourceType === 'AuditEvent') {
      return;
    }
    if (isPassing(resource)) {
      this.options.store.afterCommit(() => this.changed(resource, change.interaction));
      return;
    }
    for (const binding of this.byType.get(`${projectId} ${resource.resourceType}`) ?? []) {
      if (await matches(binding.watching, change, this.options.log)) {
        this.options.store.afterCommit(() => this.tell(binding, resource));
      }
    }
  }

  onCommit(): void {}

  /** Lets a connection hear of what its token names. @returns What to say if not. */
  async bind(hearer: Hearer, token: string): Promise<OperationOutcome | undefined> {
    const allowed = await this.allowed(token);
    const row = allowed && this.options.passing.find('Subscription', allowed.subscriptionId);
    if (!row || row.project !== allowed.session.project.id) {
      return badRequest('The token is not good: it has expired, or what it was for is over');
    }
    const subscription = parseContent<Subscription>(row.content);
    const known = this.byHearer.get(hearer)?.get(subscription.id);
    if (known) {
      known.token = token;
    } else {
      this.add(hearer, subscription, row.project, token);
    }
    hearer.send(JSON.stringify(handshake(subscription.id, this.now())));
    return undefined;
  }

  /** Lets a connection hear no more of what its token names. @returns What to say if the token is not good. */
  async unbind(hearer: Hearer, token: string): Promise<OperationOutcome | undefined> {
    const bindings = [...(this.byHearer.get(hearer)?.values() ?? [])];
    const binding = bindings.find((candidate) => candidate.token === token);
    const id = binding?.watching.subscription.id ?? (await this.allowed(token))?.subscriptionId;
    if (id === undefined) {
      return badRequest('The token is not good: it has expired, or what it was for is over');
    }
    this.remove(hearer, id);
    return undefined;
  }

  /** A connection is gone, and with it what only it listened to. */
  drop(hearer: Hearer): void {
    for (const id of this.byHearer.get(hearer)?.keys() ?? []) {
      this.remove(hearer, id);
    }
  }

  /** Ends what tokens and members are no longer good for, and tells the others that they still hear. */
  beat(): void {
    this.options.passing.forgetIdle(this.options.clock.now() - IDLE);
    for (const [hearer, bindings] of this.byHearer) {
      hearer.send(JSON.stringify(heartbeat([...bindings.keys()], this.now())));
    }
    this.review();
  }

  /** Does this connection hear of anything? */
  hears(hearer: Hearer): boolean {
    return this.byHearer.has(hearer);
  }

  private now(): Date {
    return new Date(this.options.clock.now());
  }

  private async allowed(token: string): Promise<AllowedBinding | undefined> {
    return this.telling?.authenticator.binding(token);
  }

  private tell(binding: Binding, resource: WithId<Resource>): void {
    const before = binding.told;
    const told = before.then(() => this.notify(binding, resource));
    binding.told = told.catch(() => undefined);
    this.options.background.run(() => told);
  }

  private async notify(binding: Binding, resource: WithId<Resource>): Promise<void> {
    const { hearer, token, watching } = binding;
    const { id } = watching.subscription;
    if (!this.telling || !this.byHearer.get(hearer)?.has(id)) {
      return;
    }
    const allowed = await this.allowed(token);
    if (!allowed) {
      this.end(binding);
      return;
    }
    const seen = visibleToAuthor(watching.subscription, resource, allowed.session);
    const repository = this.options.repositories(allowed.session.context);
    if (!seen || (seen.resourceType === 'Binary' && !(await isReadable(repository, seen)))) {
      return;
    }
    const { baseUrl, urls, onTold } = this.telling;
    const text = JSON.stringify(eventNotification(id, seen, this.now(), `${baseUrl}/fhir/R4`));
    hearer.send(await signAttachments(text, repository, urls, baseUrl));
    onTold();
  }

  private changed(subscription: Subscription & { id: string }, interaction: Change['interaction']): void {
    for (const [hearer, bindings] of this.byHearer) {
      const binding = bindings.get(subscription.id);
      if (binding && (interaction === 'delete' || !isActive(subscription, binding))) {
        this.remove(hearer, subscription.id);
      } else if (binding) {
        binding.watching = watch(subscription);
      }
    }
  }

  private async endWhatIsOver(): Promise<void> {
    for (const bindings of [...this.byHearer.values()]) {
      for (const binding of [...bindings.values()]) {
        if (!(await this.allowed(binding.token))) {
          this.end(binding);
        }
      }
    }
  }

  /** The connection ends too, so that its client notices and comes again, if it may. */
  private end({ hearer, watching }: Binding): void {
    this.options.log.info('what a WebSocket listened by is no longer good', { subscription: watching.subscription.id });
    this.remove(hearer, watching.subscription.id);
    hearer.dismiss();
  }

  private add(hearer: Hearer, subscription: WithId<Subscription>, project: string, token: string): void {
    const resourceType = subscription.criteria.split('?', 1)[0] as string;
    const watching = watch(subscription);
    const binding: Binding = { hearer, project, resourceType, watching, token, told: Promise.resolve() };
    const key = `${project} ${resourceType}`;
    this.byHearer.set(hearer, (this.byHearer.get(hearer) ?? new Map<string, Binding>()).set(subscription.id, binding));
    this.byType.set(key, (this.byType.get(key) ?? new Set()).add(binding));
    this.options.passing.hold(subscription.id);
  }

  private remove(hearer: Hearer, subscriptionId: string): void {
    const bindings = this.byHearer.get(hearer);
    const binding = bindings?.get(subscriptionId);
    if (!bindings || !binding) {
      return;
    }
    bindings.delete(subscriptionId);
    if (bindings.size === 0) {
      this.byHearer.delete(hearer);
    }
    const key = `${binding.project} ${binding.resourceType}`;
    this.byType.get(key)?.delete(binding);
    if (this.byType.get(key)?.size === 0) {
      this.byType.delete(key);
    }
    if (![...this.byHearer.values()].some((others) => others.has(subscriptionId))) {
      this.options.passing.remove(subscriptionId);
    }
  }
}

function isActive({ status, criteria }: Subscription, { resourceType }: Binding): boolean {
  return status === 'active' && criteria.split('?', 1)[0] === resourceType;
}

/** Content that belongs to another resource is for whoever may read that one, which the repository looks at. */
async function isReadable(
  repository: ReturnType<Repositories>,
  { resourceType, id }: WithId<Resource>,
): Promise<boolean> {
  return repository.readResource(resourceType, id).then(
    () => true,
    () => false,
  );
}
