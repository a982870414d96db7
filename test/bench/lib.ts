import { Agent, request } from 'node:http';

/** What one row of a bench measured. */
export interface Measured {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Sends one HTTP request over kept-alive connections, with as little work of its own as possible. */
export class HttpClient {
  private readonly agent: Agent;
  private readonly base: URL;
  private readonly token: string;

  constructor(baseUrl: string, token: string, connections: number) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
    this.base = new URL(baseUrl);
    this.token = token;
  }

  /** @param path - Below `/fhir/R4/`, or whole with a slash at its start. */
  send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const sent = request(
        {
          agent: this.agent,
          host: this.base.hostname,
          port: this.base.port,
          method,
          path: path.startsWith('/') ? path : `/fhir/R4/${path}`,
          headers: {
            authorization: `Bearer ${this.token}`,
            ...(text && { 'content-type': 'application/fhir+json', 'content-length': Buffer.byteLength(text) }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
          );
          response.on('error', reject);
        },
      );
      sent.on('error', reject);
      sent.end(text);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

/**
 * So many clients that each send one request after the other.
 * @param work - One request; gets its number.
 * @throws if a request throws: a bench does not measure failures.
 */
export async function measure(clients: number, count: number, work: (n: number) => Promise<void>): Promise<Measured> {
  const times: number[] = [];
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (next < count) {
        const n = next++;
        const before = performance.now();
        await work(n);
        times.push(performance.now() - before);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(share * (times.length - 1))] ?? NaN;
  return { perSecond: count / seconds, p50: at(0.5), p95: at(0.95) };
}

/** One line of a table of results. */
export function line(name: string, { perSecond, p50, p95 }: Measured): string {
  const ms = (value: number): string => `${value.toFixed(1)} ms`.padStart(10);
  return `${name.padEnd(44)}${perSecond.toFixed(0).padStart(8)}/s${ms(p50)}${ms(p95)}`;
}
