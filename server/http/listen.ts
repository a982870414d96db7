import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How long a client may take to send its headers, and its whole request. */
const HEADERS_TIMEOUT = 20_000;
const REQUEST_TIMEOUT = 60_000;

/** How long requests that are under way may take to end when the server stops. */
const CLOSE_GRACE = 15_000;

/** A listening socket that answers 503 until there is somebody to hand requests to. */
export class Listener {
  private readonly server: Server;
  private handler: RequestListener | undefined;

  private constructor() {
    this.server = createServer((req, res) => {
      if (this.handler) {
        this.handler(req, res);
      } else {
        res.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' }).end('Starting');
      }
    });
    this.server.headersTimeout = HEADERS_TIMEOUT;
    this.server.requestTimeout = REQUEST_TIMEOUT;
  }

  /** Takes a port, or says that somebody else has it. */
  static async open(host: string, port: number): Promise<Listener> {
    const listener = new Listener();
    await new Promise<void>((resolve, reject) => {
      listener.server.once('error', (err: NodeJS.ErrnoException) =>
        reject(err.code === 'EADDRINUSE' ? new Error(`Port ${port} on ${host} is in use`, { cause: err }) : err),
      );
      listener.server.listen(port, host, resolve);
    });
    return listener;
  }

  /** The port that was taken. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Begins to serve. */
  serve(handler: RequestListener): void {
    this.handler = handler;
  }

  /** Takes no more requests, and waits for those that are under way. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    const patience = setTimeout(() => this.server.closeAllConnections(), CLOSE_GRACE);
    await closed;
    clearTimeout(patience);
  }
}
