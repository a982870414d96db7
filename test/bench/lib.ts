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

/** What was taken of some requests. */
export interface Sample {
  /** How long each took, in milliseconds. */
  readonly times: readonly number[];
  /** How long all of them took together, in seconds. */
  readonly seconds: number;
}

/**
 * So many clients that each send one request after the other.
 * @param work - One request; gets its number, from `from` on.
 * @throws if a request throws: a bench does not measure failures.
 */
export async function sample(
  clients: number,
  { from, to }: { readonly from: number; readonly to: number },
  work: (n: number) => Promise<void>,
): Promise<Sample> {
  const times: number[] = [];
  let next = from;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (next < to) {
        const n = next++;
        const before = performance.now();
        await work(n);
        times.push(performance.now() - before);
      }
    }),
  );
  return { times, seconds: (performance.now() - started) / 1000 };
}

/** What samples of the same say together. */
export function summary(samples: readonly Sample[]): Measured {
  const times = samples.flatMap((taken) => taken.times).sort((a, b) => a - b);
  const seconds = samples.reduce((sum, taken) => sum + taken.seconds, 0);
  const at = (share: number): number => times[Math.floor(share * (times.length - 1))] ?? NaN;
  return { perSecond: times.length / seconds, p50: at(0.5), p95: at(0.95) };
}

/** One sample of so many requests. */
export const measure = async (clients: number, count: number, work: (n: number) => Promise<void>): Promise<Measured> =>
  summary([await sample(clients, { from: 0, to: count }, work)]);

/** One line of a table of results. */
export function line(name: string, { perSecond, p50, p95 }: Measured): string {
  const ms = (value: number): string => `${value.toFixed(1)} ms`.padStart(10);
  return `${name.padEnd(44)}${perSecond.toFixed(0).padStart(8)}/s${ms(p50)}${ms(p95)}`;
}
