import type { WithId } from '@medplum/core';
import type { Subscription } from '@medplum/fhirtypes';
import type { Clock } from '../clock.ts';
import type { Change, WriteObserver } from '../context.ts';
import { isPassing } from '../fhir/passing.ts';
import type { Background } from '../http/background.ts';
import type { Logger } from '../http/log.ts';
import type { Store } from '../store/store.ts';
import { ActiveSubscriptions, matches } from './active.ts';
import type { SeenFilters } from './active.ts';
import type { Repositories } from '../auth/session.ts';
import { deliver, DeliveryFailed } from './deliver.ts';
import type { DeliveryOptions } from './deliver.ts';
import { Jobs } from './jobs.ts';
import type { Job } from './jobs.ts';

/** Deliveries at once. A bot that waits holds its place, as it does in Medplum. */
const CONCURRENCY = 20;

/** The wait before the second try; it doubles with each. */
const FIRST_RETRY = 20_000;

/** The clock is asked at least this often, so that a machine that slept catches up. */
const LONGEST_WAIT = 60_000;

export interface SubscriptionEngineOptions {
  store: Store;
  clock: Clock;
  repositories: Repositories;
  background: Background;
  log: Logger;
  /** Time stands still between calls of `wake`: set no timers. */
  manual: boolean;
}

/** Turns writes into jobs, and jobs into deliveries. */
export class SubscriptionEngine implements WriteObserver {
  private readonly options: SubscriptionEngineOptions;
  private readonly active: ActiveSubscriptions;
  private readonly jobs: Jobs;
  private delivery: Omit<DeliveryOptions, 'begin'> | undefined;
  private running = 0;
  private pumping = false;
  private pumpAgain = false;
  private timer: NodeJS.Timeout | undefined;

  private constructor(options: SubscriptionEngineOptions, jobs: Jobs) {
    this.options = options;
    this.jobs = jobs;
    this.active = new ActiveSubscriptions(options.repositories);
  }

  static async open(options: SubscriptionEngineOptions): Promise<SubscriptionEngine> {
    const { jobs, givenUp } = await Jobs.open(options.store);
    if (givenUp > 0) {
      options.log.warn('bot runs that the last shutdown interrupted are not repeated', { count: givenUp });
    }
    return new SubscriptionEngine(options, jobs);
  }

  /** Begins to deliver, with what earlier processes left. */
  start(delivery: Omit<DeliveryOptions, 'begin'>): void {
    this.delivery = delivery;
    this.wake();
  }

  /** Takes no more jobs; those that run go on. */
  stop(): void {
    this.delivery = undefined;
    clearTimeout(this.timer);
  }

  /** Writes down what is done, so that the next process does not do it again. */
  async flush(): Promise<void> {
    await this.jobs.flush();
  }

  async onWrite(change: Change): Promise<void> {
    const { resource, projectId } = change;
    if (!projectId || resource.resourceType === 'AuditEvent' || isPassing(resource)) {
      return;
    }
    if (resource.resourceType === 'Subscription') {
      this.active.changed(projectId);
    }
    const watching = await this.active.watching(projectId, resource.resourceType);
    const seen: SeenFilters = new Map();
    for (const candidate of watching) {
      if (await matches(candidate, change, this.options.log, seen)) {
        this.addJob(candidate.subscription, change, projectId);
      }
    }
  }

  onCommit(): void {
    this.active.settled();
  }

  /** Looks for jobs that are due. */
  wake(): void {
    if (this.pumping) {
      this.pumpAgain = true;
    } else if (this.delivery) {
      this.pumping = true;
      this.options.background.run(() => this.pump());
    }
  }

  /** How many jobs wait for a free place, wait for the time of their next try, and run. */
  async depth(): Promise<{ due: number; delayed: number; running: number }> {
    return { ...(await this.jobs.depth(this.options.clock.now())), running: this.running };
  }

  /** When the next job that waits becomes due. */
  nextDue(): Promise<number | undefined> {
    return this.jobs.nextDue();
  }

  private addJob(subscription: WithId<Subscription>, { resource, interaction }: Change, project: string): void {
    const { store, clock } = this.options;
    const now = clock.now();
    this.jobs.add(
      store.db,
      {
        project,
        subscription: subscription.id,
        resourceType: resource.resourceType,
        resourceId: resource.id,
        versionId: resource.meta?.versionId as string,
        interaction,
        requested: new Date(now).toISOString(),
        toBot: subscription.channel.endpoint?.startsWith('Bot/') === true,
      },
      now,
    );
    store.afterCommit(() => this.wake());
  }

  private async pump(): Promise<void> {
    try {
      do {
        this.pumpAgain = false;
        const { delivery } = this;
        const free = CONCURRENCY - this.running;
        if (delivery && free > 0) {
          const claimed = await this.jobs.claim(this.options.clock.now(), free);
          claimed.forEach((job) => this.run(job, delivery));
        }
      } while (this.pumpAgain);
    } finally {
      this.pumping = false;
    }
    await this.setTimer();
  }

  private run(job: Job, delivery: Omit<DeliveryOptions, 'begin'>): void {
    this.running++;
    this.options.background.run(async () => {
      try {
        await deliver(job, { ...delivery, begin: () => this.jobs.begin(job) });
        await this.jobs.finish(job);
      } catch (err) {
        await this.failed(job, err);
      } finally {
        this.running--;
        this.wake();
      }
    });
  }

  private async failed(job: Job, err: unknown): Promise<void> {
    const fields = { subscription: job.subscription, attempt: job.attempts + 1 };
    if (err instanceof DeliveryFailed && job.attempts + 1 < err.maxAttempts) {
      this.options.log.info('a delivery failed and will be tried again', fields);
      await this.jobs.retry(job, this.options.clock.now() + FIRST_RETRY * 2 ** job.attempts);
      return;
    }
    this.options.log.error('a delivery failed', err, fields);
    await this.jobs.finish(job);
  }

  private async setTimer(): Promise<void> {
    clearTimeout(this.timer);
    if (this.options.manual || !this.delivery) {
      return;
    }
    const due = await this.jobs.nextDue();
    if (due !== undefined && this.delivery) {
      const wait = Math.min(Math.max(due - this.options.clock.now(), 0), LONGEST_WAIT);
      this.timer = setTimeout(() => this.wake(), wait);
      this.timer.unref();
    }
  }
}
