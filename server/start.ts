import { readFileSync } from 'node:fs';
import { Sessions, systemContext } from './auth/session.ts';
import type { Repositories } from './auth/session.ts';
import { endInterrupted } from './bots/async-jobs.ts';
import { BotCode } from './bots/code.ts';
import { CronScheduler } from './bots/cron.ts';
import { BotExecutor } from './bots/executor.ts';
import { addBotRoutes } from './bots/routes.ts';
import type { BotRun } from './bots/types.ts';
import { webhookRoute } from './bots/webhook.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { createFhirService } from './fhir/service.ts';
import type { FhirService } from './fhir/service.ts';
import { Api } from './http/api.ts';
import { createApp } from './http/app.ts';
import { Background } from './http/background.ts';
import { addBinaryRoutes } from './http/binary.ts';
import { BinaryContent } from './http/binary-content.ts';
import { DiskFiles, MemoryFiles } from './http/binary-files.ts';
import { PassingResources } from './fhir/passing.ts';
import { emailRoute } from './http/email.ts';
import { DEFAULT_PATIENCE, Listener } from './http/listen.ts';
import type { Patience } from './http/listen.ts';
import { jsonLogger } from './http/log.ts';
import type { Logger } from './http/log.ts';
import { originCheck } from './http/origins.ts';
import { socketRoute, Sockets } from './http/sockets.ts';
import { storageRoute, StorageUrls } from './http/storage.ts';
import { ManualClock, toMilliseconds } from './manual-clock.ts';
import type { Duration } from './manual-clock.ts';
import { Library } from './library/library.ts';
import { AccessAudit } from './operate/access-audit.ts';
import { AuditLog } from './operate/audit.ts';
import { Metrics } from './operate/metrics.ts';
import { metricsRoute } from './operate/metrics-route.ts';
import { FhirQuotas } from './operate/quota.ts';
import { limitRequests } from './operate/request-limit.ts';
import { addCustomOperations } from './operations/custom.ts';
import { addEverythingRoutes } from './operations/everything.ts';
import { openPeople } from './people/setup.ts';
import { bootstrap } from './projects/bootstrap.ts';
import type { AdminClient } from './projects/bootstrap.ts';
import { readCredentials, writeCredentials } from './projects/credentials.ts';
import type { Credentials } from './projects/credentials.ts';
import { projectRoutes } from './projects/routes.ts';
import { openStore } from './store/store.ts';
import type { Store } from './store/store.ts';
import { addBindingTokenRoutes, SOCKET_PATH } from './subscriptions/binding-token.ts';
import { SubscriptionEngine } from './subscriptions/engine.ts';
import { LiveSubscriptions } from './subscriptions/live.ts';
import { addTerminologyRoutes } from './terminology/routes.ts';

/** How long bots that run may take to end when the server stops. */
const STOP_GRACE = 15_000;

export interface StartOptions {
  /** Where everything is kept; undefined keeps it in memory. */
  dataDir?: string;
  /** A ManualClock stands still between calls of `advance`. The system's clock unless given. */
  clock?: Clock;
  /** 0 takes any free one. */
  port: number;
  host?: string;
  /** What the outside world calls this server; from host and port unless given. */
  publicBaseUrl?: string;
  /** Where the app with the sign-in page is; this server has a plain one of its own. */
  appBaseUrl?: string;
  /** Project secrets by name. */
  secrets?: Record<string, string>;
  /** Overrides the administrator client of earlier starts. */
  adminClient?: AdminClient;
  logger?: Logger;
  /** Limits requests and FHIR interactions as Medplum does. Off unless given. */
  quota?: boolean;
  /** Whether Subscriptions may call addresses without TLS. Not unless given, as in Medplum. */
  httpHooks?: boolean;
  /** Origins whose pages may call, beside those of the server and its app; every one unless given. */
  allowedOrigins?: readonly string[];
  /** Whether an AuditEvent is left of everything that members read. */
  auditReads?: boolean;
  /** Builds before anybody is served what the first use of GraphQL and terminology would build: some seconds. */
  prepared?: boolean;
  /** How long clients may take. */
  patience?: Patience;
  /** Slows down whoever tries out passwords. On unless given. */
  limitSignIns?: boolean;
}

/** A server that runs. */
export interface RunningServer {
  /** Where this machine reaches it, without a slash at its end. */
  baseUrl: string;
  /** Of the project's administrator. */
  credentials: Credentials;
  /** The latest bot runs, oldest first, each with the number of requests that it made. */
  botRuns: readonly BotRun[];
  /** Moves a ManualClock on, running every cron bot and retry that falls due on the way, in order. */
  advance(duration: Duration | number): Promise<void>;
  /** Resolves when no Subscription or asynchronous job that is due waits or runs. */
  drain(): Promise<void>;
  /** Ends what is under way and closes the store; jobs that have not begun are kept for the next start. */
  close(): Promise<void>;
}

/** Starts a server; throws an Error that says why if it cannot. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const host = options.host ?? '127.0.0.1';
  const listener = await Listener.open(host, options.port, options.patience);
  const localUrl = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${listener.port}`;
  const baseUrl = (options.publicBaseUrl ?? localUrl).replace(/\/+$/, '');
  const clock = options.clock ?? systemClock;
  let store: Store | undefined;
  try {
    store = openStore({ dataDir: options.dataDir, clock });
    return await assemble(options, { listener, localUrl, baseUrl, clock, store, log: options.logger ?? jsonLogger });
  } catch (err) {
    await listener.close();
    await store?.close();
    throw err;
  }
}

interface Foundation {
  listener: Listener;
  /** Where this machine reaches the server. */
  localUrl: string;
  /** What stands in links, tokens and what bots see. */
  baseUrl: string;
  clock: Clock;
  store: Store;
  log: Logger;
}

/** Puts the parts together. Those that hear of writes come before the service that tells them. */
async function assemble(options: StartOptions, foundation: Foundation): Promise<RunningServer> {
  const { listener, localUrl, baseUrl, clock, store, log } = foundation;
  const manual = clock instanceof ManualClock;
  const background = new Background(log);
  const repositories: Repositories = (context) => fhir.repository(context);
  const passing = new PassingResources();
  const common = { store, clock, repositories, background, log, manual, passing };

  const sessions = new Sessions(repositories);
  const subscriptions = await SubscriptionEngine.open(common);
  const live = new LiveSubscriptions(common);
  const cron = new CronScheduler({ ...common, sessions });
  const content = await BinaryContent.open(
    store,
    options.dataDir === undefined ? new MemoryFiles() : new DiskFiles(options.dataDir),
  );
  const urls = await StorageUrls.open(store, clock, baseUrl);
  const observers = [sessions, subscriptions, live, cron, content];
  const fhir: FhirService = createFhirService(store, {
    clock,
    observers,
    baseUrl,
    urls,
    passing,
    shared: Library.get(),
  });

  const appBaseUrl = (options.appBaseUrl ?? baseUrl).replace(/\/+$/, '');
  const allows = originCheck([baseUrl, localUrl, appBaseUrl], options.allowedOrigins);
  const sockets = new Sockets({ live, log, allows, patience: options.patience ?? DEFAULT_PATIENCE });
  const metrics = new Metrics(
    () => subscriptions.depth(),
    () => ({ connections: sockets.size, subscriptions: live.size }),
  );
  const audit = new AuditLog({ ...common, baseUrl });
  const api = new Api({
    audit: new AccessAudit(audit, options.auditReads ?? false),
    version: readVersion(),
    baseUrl,
    fhir,
    log,
    ...(options.quota && { quotas: new FhirQuotas(clock) }),
  });
  const executor = new BotExecutor({
    baseUrl,
    clock,
    followClock: manual,
    code: new BotCode(content),
    repositories,
    dispatch: (request, session) => api.dispatch(request, session),
    onRun: (run) => metrics.countBotRun(run),
  });
  const people = await openPeople({
    ...common,
    baseUrl,
    appBaseUrl,
    sessions,
    audit,
    limitSignIns: options.limitSignIns ?? true,
    homeProject: () => credentials.projectId,
    onPasswordCheck: () => metrics.countPasswordCheck(),
  });

  addBinaryRoutes(fhir, { store, content, urls });
  addBotRoutes(fhir, { baseUrl, clock, sessions, executor, content, background });
  addBindingTokenRoutes(fhir, { baseUrl, clock, keys: people.keys, sessions });
  addTerminologyRoutes(fhir, clock);
  addEverythingRoutes(fhir, baseUrl);
  addCustomOperations(fhir, { sessions, executor });
  api.setRoutes(
    [
      ...people.openRoutes,
      webhookRoute({ repositories, sessions, executor }),
      storageRoute(urls, repositories, content),
      socketRoute(),
    ],
    [
      ...people.sessionRoutes,
      ...projectRoutes({ ...people.invitations, content }),
      emailRoute(),
      metricsRoute(metrics),
    ],
  );

  const credentials = await prepareProject(options, store, repositories, localUrl);
  if (options.prepared) {
    await prepare(fhir, credentials.projectId);
  }
  subscriptions.start({
    clock,
    repositories,
    sessions,
    executor,
    urls,
    baseUrl,
    httpHooks: options.httpHooks ?? false,
  });
  await endInterrupted(repositories(systemContext()), () => new Date(clock.now()));
  await cron.start(executor);
  live.start({ authenticator: people.authenticator, urls, baseUrl, onTold: () => metrics.countNotification() });
  listener.serve(
    createApp({
      api,
      allows,
      authenticator: people.authenticator,
      log,
      metrics,
      ...(options.patience && { patience: options.patience }),
      ...(options.quota && { limits: limitRequests(clock) }),
    }),
    new Map([[SOCKET_PATH, sockets]]),
  );

  // A bot may end and leave a promise behind that fails later; that must not take the server down.
  const onStray = (err: unknown): void => log.error('a promise that nobody waits for failed', err);
  process.on('unhandledRejection', onStray);

  return {
    baseUrl: localUrl,
    credentials,
    botRuns: executor.runs,
    drain: () => background.idle(),
    advance: async (duration) => {
      if (!manual) {
        throw new Error('Only a ManualClock can be advanced');
      }
      await advance(clock, clock.now() + toMilliseconds(duration), { cron, subscriptions, background });
    },
    close: once(async () => {
      await listener.close();
      cron.stop();
      subscriptions.stop();
      await Promise.race([background.idle(), delay(STOP_GRACE)]);
      await subscriptions.flush();
      await store.close();
      process.off('unhandledRejection', onStray);
    }),
  };
}

/** Builds the schema of GraphQL and reads the definitions of FHIR, which takes some seconds once in a process. */
async function prepare(fhir: FhirService, projectId: string): Promise<void> {
  await Library.get().loadAll();
  const body = { query: '{ PatientList(_count: 1) { id } }' };
  await fhir.handle({ method: 'POST', url: '/$graphql', headers: {}, body }, systemContext(projectId));
}

async function prepareProject(
  { dataDir, adminClient = {}, secrets = {} }: StartOptions,
  store: Store,
  repositories: Repositories,
  baseUrl: string,
): Promise<Credentials> {
  const known = dataDir === undefined ? undefined : await readCredentials(dataDir);
  const credentials = await bootstrap({ store, repositories, baseUrl, known, adminClient, secrets });
  if (dataDir !== undefined) {
    // What others keep in the file, such as the users of a demo clinic, stays in it.
    await writeCredentials(dataDir, { ...known, ...credentials });
  }
  return credentials;
}

interface Scheduled {
  cron: CronScheduler;
  subscriptions: SubscriptionEngine;
  background: Background;
}

/** Stops at every moment at which something falls due, and lets it end before time goes on. */
async function advance(clock: ManualClock, until: number, { cron, subscriptions, background }: Scheduled) {
  for (;;) {
    await background.idle();
    const due = Math.min(cron.nextDue() ?? Infinity, (await subscriptions.nextDue()) ?? Infinity);
    if (due > until) {
      break;
    }
    clock.moveTo(due);
    cron.fireDue();
    subscriptions.wake();
  }
  clock.moveTo(until);
}

function readVersion(): string {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}
