import type { Script } from 'node:vm';
import {
  badRequest,
  createReference,
  normalizeErrorString,
  normalizeOperationOutcome,
  OperationOutcomeError,
} from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Bot, ProjectSetting } from '@medplum/fhirtypes';
import type { Session } from '../auth/session.ts';
import { systemContext } from '../auth/session.ts';
import type { Repositories } from '../auth/session.ts';
import type { Clock } from '../clock.ts';
import { auditBotRun } from './audit.ts';
import { createBotClient } from './client.ts';
import type { Dispatch } from './client.ts';
import type { BotCode } from './code.ts';
import { runInSandbox } from './sandbox.ts';
import type { BotRequest, BotResult, BotRun } from './types.ts';

/** How many runs are remembered. */
const REMEMBERED_RUNS = 1000;

export interface BotExecutorOptions {
  baseUrl: string;
  clock: Clock;
  /** The bots' `Date` follows the clock above; otherwise it is the machine's. */
  followClock: boolean;
  code: BotCode;
  repositories: Repositories;
  dispatch: Dispatch;
  /** Hears of every run. */
  onRun?: (run: BotRun) => void;
}

/** Runs bots, whoever wakes them. */
export class BotExecutor {
  /** The latest runs, oldest first. */
  readonly runs: BotRun[] = [];
  private readonly options: BotExecutorOptions;

  constructor(options: BotExecutorOptions) {
    this.options = options;
  }

  /** Runs a bot once. A bot that fails is a result like any other: this only throws when the server itself fails. */
  async execute(request: BotRequest): Promise<BotResult> {
    const { clock, repositories } = this.options;
    const start = new Date(clock.now()).toISOString();
    const began = performance.now();
    const { result, requests } = await this.run(request);
    this.remember(request, result, requests, performance.now() - began);
    const end = new Date(clock.now()).toISOString();
    await auditBotRun(repositories(systemContext(request.runAs.project.id)), request, result, { start, end });
    return result;
  }

  private async run(request: BotRequest): Promise<{ result: BotResult; requests: number }> {
    const { bot, runAs } = request;
    const { baseUrl, clock, followClock, dispatch } = this.options;
    let script: Script;
    try {
      script = await this.load(bot, runAs);
    } catch (err) {
      const result = { success: false, log: normalizeErrorString(err), returnValue: normalizeOperationOutcome(err) };
      return { result, requests: 0 };
    }
    const client = createBotClient(baseUrl, runAs, dispatch);
    try {
      const result = await runInSandbox({
        script,
        medplum: client.medplum,
        timeout: bot.timeout,
        clock: followClock ? clock : undefined,
        event: {
          bot: createReference(bot),
          requester: request.requester,
          input: request.input,
          contentType: request.contentType,
          secrets: secretsOf(runAs, bot.system === true),
          traceId: request.traceId,
          headers: request.headers,
        },
      });
      return { result, requests: client.requests() };
    } finally {
      client.end();
    }
  }

  private async load(bot: WithId<Bot>, runAs: Session): Promise<Script> {
    if (!runAs.project.features?.includes('bots')) {
      throw new OperationOutcomeError(badRequest('Bots not enabled'));
    }
    if (bot.runtimeVersion !== 'vmcontext') {
      throw new OperationOutcomeError(badRequest('Unsupported bot runtime'));
    }
    return this.options.code.script(bot);
  }

  private remember({ bot }: BotRequest, { success }: BotResult, requests: number, milliseconds: number): void {
    const run: BotRun = { botId: bot.id, botName: bot.name, success, requests, milliseconds };
    this.options.onRun?.(run);
    this.runs.push(run);
    if (this.runs.length > REMEMBERED_RUNS) {
      this.runs.shift();
    }
  }
}

/** The project's secrets by name; those of the system only for system bots. */
function secretsOf({ project }: Session, system: boolean): Record<string, ProjectSetting> {
  const secrets = [...((system && project.systemSecret) || []), ...(project.secret ?? [])];
  return Object.fromEntries(secrets.map((secret) => [secret.name, { ...secret }]));
}
