import { MedplumClient } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type {
  AuditEvent,
  Bot,
  Extension,
  OperationDefinition,
  ProjectMembership,
  Subscription,
} from '@medplum/fhirtypes';
import { silentLogger } from './http/log.ts';
import { startServer } from './start.ts';
import type { RunningServer, StartOptions } from './start.ts';

/** A server in memory for a test, with what a test does again and again. */
export class TestServer {
  readonly server: RunningServer;
  /** Signed in over HTTP as the project's administrator. */
  readonly medplum: MedplumClient;

  private constructor(server: RunningServer, medplum: MedplumClient) {
    this.server = server;
    this.medplum = medplum;
  }

  static async start(options: Partial<StartOptions> = {}): Promise<TestServer> {
    const server = await startServer({ port: 0, logger: silentLogger, httpHooks: true, ...options });
    const { clientId, clientSecret } = server.credentials;
    const medplum = new MedplumClient({ baseUrl: server.baseUrl, fetch });
    try {
      await medplum.startClientLogin(clientId, clientSecret);
    } catch (err) {
      await server.close();
      throw err;
    }
    return new TestServer(server, medplum);
  }

  get projectId(): string {
    return this.server.credentials.projectId;
  }

  /** A request with the administrator's token, answered as it goes over the wire. */
  async fetch(path: string, options: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${this.medplum.getAccessToken()}`, ...options.headers };
    return fetch(`${this.server.baseUrl}${path}`, { ...options, headers });
  }

  /** A POST of JSON with the administrator's token. */
  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  /** Makes and deploys a bot. `handler` is the text of a function `(medplum, event) => …`. */
  async bot(
    handler: string,
    fields: Partial<Bot> & Pick<ProjectMembership, 'accessPolicy'> = {},
  ): Promise<WithId<Bot>> {
    const { accessPolicy, ...more } = fields;
    const name = more.name ?? 'test-bot';
    const made = await this.medplum.post<WithId<Bot>>(`admin/projects/${this.projectId}/bot`, {
      name,
      accessPolicy,
    });
    await this.deploy(made.id, handler);
    const bot = await this.medplum.readResource('Bot', made.id);
    return Object.keys(more).length === 0 ? bot : this.medplum.updateResource<Bot>({ ...bot, ...more });
  }

  /** Gives a bot new code. */
  async deploy(botId: string, handler: string): Promise<void> {
    await this.medplum.post(this.medplum.fhirUrl('Bot', botId, '$deploy'), { code: `exports.handler = ${handler};` });
  }

  /** Wakes a bot, or calls a URL, on every change that matches. */
  async subscribe(
    endpoint: string,
    criteria: string,
    fields: Partial<Subscription> = {},
  ): Promise<WithId<Subscription>> {
    return this.medplum.createResource<Subscription>({
      resourceType: 'Subscription',
      status: 'active',
      reason: 'test',
      criteria,
      channel: { type: 'rest-hook', endpoint },
      ...fields,
    });
  }

  /** Makes an operation that a bot answers. */
  async operation(
    code: string,
    bot: WithId<Bot>,
    fields: Partial<OperationDefinition>,
  ): Promise<WithId<OperationDefinition>> {
    const implementation: Extension = {
      url: 'https://medplum.com/fhir/StructureDefinition/operationDefinition-implementation',
      valueReference: { reference: `Bot/${bot.id}` },
    };
    return this.medplum.createResource<OperationDefinition>({
      resourceType: 'OperationDefinition',
      name: code,
      status: 'active',
      kind: 'operation',
      code,
      system: false,
      type: true,
      instance: false,
      extension: [implementation],
      ...fields,
    });
  }

  /** The AuditEvents of a bot's runs. */
  async auditOf(bot: WithId<Bot>): Promise<AuditEvent[]> {
    const events = await this.medplum.searchResources('AuditEvent', { _count: '1000' }, { cache: 'reload' });
    return events.filter(({ source }) => source.observer.reference === `Bot/${bot.id}`);
  }
}
