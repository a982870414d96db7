import type { WithId } from '@medplum/core';
import type { Bot, ProjectSetting, Reference, Subscription } from '@medplum/fhirtypes';
import type { Session } from '../auth/session.ts';

/** What is asked of a bot. */
export interface BotRequest {
  bot: WithId<Bot>;
  /** Whose rights it has. */
  runAs: Session;
  /** Who caused it; nobody for webhooks and cron jobs. */
  requester?: Reference;
  input: unknown;
  contentType: string | undefined;
  headers?: Record<string, string>;
  /** Names the call that it belongs to, in the logs of whoever is called in turn. */
  traceId?: string;
  /** Set when a Subscription woke it. */
  subscription?: WithId<Subscription>;
}

/** What came of it. */
export interface BotResult {
  success: boolean;
  /** What the bot printed, and why it failed. */
  log: string;
  /** What the handler returned; the OperationOutcome if it threw. */
  returnValue?: unknown;
}

/** One run as the server remembers it, for measuring and for tests that count a bot's requests. */
export interface BotRun {
  botId: string;
  botName?: string;
  success: boolean;
  /** FHIR and other requests that the run made to this server. */
  requests: number;
  milliseconds: number;
}

/** The second argument of a bot's handler. */
export interface BotEvent {
  bot: Reference<Bot>;
  requester?: Reference;
  input: unknown;
  contentType: string | undefined;
  secrets: Record<string, ProjectSetting>;
  traceId?: string;
  headers?: Record<string, string>;
}
