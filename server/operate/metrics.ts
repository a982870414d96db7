import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BotRun } from '../bots/types.ts';

/** From what a read takes to what nobody waits for, in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** How many jobs of Subscriptions there are in each state. */
export type QueueDepth = () => Promise<{ due: number; delayed: number; running: number }>;

/** How many WebSockets are open, and how many Subscriptions are listened to over them. */
export type Listening = () => { connections: number; subscriptions: number };

/** What the server counts for Prometheus. No label comes from a client: ids and whatever it invents are left out. */
export class Metrics {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  private readonly registry = new Registry();
  private readonly requests: Counter<'method' | 'route' | 'status'>;
  private readonly latency: Histogram<'method' | 'route'>;
  private readonly botRuns: Counter<'bot' | 'outcome'>;
  private readonly botSeconds: Histogram<'bot'>;
  private readonly passwordChecks: Counter;
  private readonly notifications: Counter;
  private scraped = false;

  constructor(queueDepth: QueueDepth, listening: Listening) {
    const registers = [this.registry];
    this.requests = new Counter({
      name: 'careline_http_requests_total',
      help: 'Requests by method, route and status.',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.latency = new Histogram({
      name: 'careline_http_request_duration_seconds',
      help: 'Time from the first byte of a request to the last of its answer.',
      labelNames: ['method', 'route'],
      buckets: BUCKETS,
      registers,
    });
    this.botRuns = new Counter({
      name: 'careline_bot_runs_total',
      help: 'Runs of bots by outcome: success or failure.',
      labelNames: ['bot', 'outcome'],
      registers,
    });
    this.botSeconds = new Histogram({
      name: 'careline_bot_run_duration_seconds',
      help: 'Time that a run of a bot took.',
      labelNames: ['bot'],
      buckets: BUCKETS,
      registers,
    });
    this.passwordChecks = new Counter({
      name: 'careline_password_checks_total',
      help: 'Passwords that were checked, right or wrong.',
      registers,
    });
    this.notifications = new Counter({
      name: 'careline_websocket_notifications_total',
      help: 'Changes that were told of over a WebSocket.',
      registers,
    });
    new Gauge({
      name: 'careline_websockets',
      help: 'Open WebSockets (connections), and what is listened to over them (subscriptions).',
      labelNames: ['what'],
      registers,
      collect() {
        for (const [what, count] of Object.entries(listening())) {
          this.set({ what }, count);
        }
      },
    });
    new Gauge({
      name: 'careline_subscription_jobs',
      help: 'Deliveries that are owed: due (waiting for a free place), delayed (waiting for the next try), running.',
      labelNames: ['state'],
      registers,
      async collect() {
        for (const [state, count] of Object.entries(await queueDepth())) {
          this.set({ state }, count);
        }
      },
    });
  }

  countRequest({ method, route, status, ms }: { method: string; route: string; status: number; ms: number }): void {
    this.requests.inc({ method, route, status });
    this.latency.observe({ method, route }, ms / 1000);
  }

  countBotRun({ botId, botName, success, milliseconds }: BotRun): void {
    const bot = botName ?? botId;
    this.botRuns.inc({ bot, outcome: success ? 'success' : 'failure' });
    this.botSeconds.observe({ bot }, milliseconds / 1000);
  }

  countPasswordCheck(): void {
    this.passwordChecks.inc();
  }

  countNotification(): void {
    this.notifications.inc();
  }

  /** Everything, as Prometheus reads it: with the process's own figures, such as the lag of its event loop. */
  async text(): Promise<string> {
    if (!this.scraped) {
      this.scraped = true;
      // These watch the process from now on, which is for those who look at them to pay.
      collectDefaultMetrics({ register: this.registry });
    }
    return this.registry.metrics();
  }
}
