import { ContentType, isGone, isNotFound, OperationOutcomeError } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Bot, Project } from '@medplum/fhirtypes';
import type { Cron } from 'croner';
import { systemContext } from '../auth/session.ts';
import type { Repositories, Sessions } from '../auth/session.ts';
import type { Clock } from '../clock.ts';
import type { Change, WriteObserver } from '../context.ts';
import type { Background } from '../http/background.ts';
import type { Logger } from '../http/log.ts';
import type { Store } from '../store/store.ts';
import { cronOf } from './cron-pattern.ts';
import type { BotExecutor } from './executor.ts';

/** The clock is asked at least this often, so that a machine that slept catches up. */
const LONGEST_WAIT = 60_000;

const PAGE = 1000;

interface Entry {
  botId: string;
  projectId: string;
  cron: Cron;
  next: number;
}

export interface CronOptions {
  store: Store;
  clock: Clock;
  repositories: Repositories;
  sessions: Sessions;
  background: Background;
  log: Logger;
  /** Time stands still between calls of `fireDue`: set no timers. */
  manual: boolean;
}

/** Runs bots by the clock. What fell due while the server was down is not made up for. */
export class CronScheduler implements WriteObserver {
  private readonly options: CronOptions;
  private readonly entries = new Map<string, Entry>();
  private executor: BotExecutor | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: CronOptions) {
    this.options = options;
  }

  /** Begins with the bots that there are. */
  async start(executor: BotExecutor): Promise<void> {
    this.executor = executor;
    for (let offset = 0; ; offset += PAGE) {
      const bots = await this.options
        .repositories(systemContext())
        .searchResources<Bot>({ resourceType: 'Bot', count: PAGE, offset });
      for (const bot of bots) {
        await this.schedule(bot);
      }
      if (bots.length < PAGE) {
        break;
      }
    }
    this.setTimer();
  }

  /** Fires nothing more. */
  stop(): void {
    this.executor = undefined;
    clearTimeout(this.timer);
  }

  async onWrite({ resource, previous }: Change): Promise<void> {
    if (resource.resourceType !== 'Bot') {
      return;
    }
    const before = previous as Bot | undefined;
    if (resource.cronString || resource.cronTiming || before?.cronString || before?.cronTiming) {
      this.options.store.afterCommit(() => this.options.background.run(() => this.refresh(resource.id)));
    }
  }

  onCommit(): void {
    // What a bot's new version means is read once it is durable, see onWrite.
  }

  /** When the next bot falls due. */
  nextDue(): number | undefined {
    let next: number | undefined;
    for (const entry of this.entries.values()) {
      next = Math.min(next ?? Infinity, entry.next);
    }
    return next;
  }

  /** Starts the bots that are due now, each once, however long ago that was. */
  fireDue(): void {
    const now = this.options.clock.now();
    const due = [...this.entries.values()].filter(({ next }) => next <= now).sort((a, b) => a.next - b.next);
    for (const entry of due) {
      this.setNext(entry, now);
      this.options.background.run(() => this.fire(entry));
    }
    this.setTimer();
  }

  private async refresh(botId: string): Promise<void> {
    this.entries.delete(botId);
    const bot = await this.readBot(botId);
    if (bot) {
      await this.schedule(bot);
    }
    this.setTimer();
  }

  private async schedule(bot: WithId<Bot>): Promise<void> {
    const cron = cronOf(bot);
    const projectId = bot.meta?.project;
    if (!cron || !projectId) {
      return;
    }
    const project = await this.options.repositories(systemContext()).readResource<Project>('Project', projectId);
    if (project.features?.includes('cron')) {
      this.setNext({ botId: bot.id, projectId, cron, next: 0 }, this.options.clock.now());
    }
  }

  private setNext(entry: Entry, now: number): void {
    const next = entry.cron.nextRun(new Date(now));
    if (next) {
      this.entries.set(entry.botId, { ...entry, next: next.getTime() });
    } else {
      this.entries.delete(entry.botId);
    }
  }

  private async fire({ botId, projectId }: Entry): Promise<void> {
    const bot = await this.readBot(botId);
    const runAs = bot && (await this.options.sessions.ofProfile(projectId, { reference: `Bot/${botId}` }));
    if (!runAs) {
      this.options.log.warn('a cron bot has no membership to run as', { bot: botId });
      return;
    }
    await this.executor?.execute({ bot, runAs, input: bot, contentType: ContentType.FHIR_JSON });
  }

  private async readBot(id: string): Promise<WithId<Bot> | undefined> {
    try {
      return await this.options.repositories(systemContext()).readResource<Bot>('Bot', id);
    } catch (err) {
      if (err instanceof OperationOutcomeError && (isNotFound(err.outcome) || isGone(err.outcome))) {
        return undefined;
      }
      throw err;
    }
  }

  private setTimer(): void {
    clearTimeout(this.timer);
    const next = this.nextDue();
    if (this.options.manual || !this.executor || next === undefined) {
      return;
    }
    const wait = Math.min(Math.max(next - this.options.clock.now(), 0), LONGEST_WAIT);
    this.timer = setTimeout(() => this.fireDue(), wait);
    this.timer.unref();
  }
}
