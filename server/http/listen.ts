import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** How long clients and open requests may take, in milliseconds. */
export interface Patience {
  /** For a client to send the headers of a request. */
  readonly headers: number;
  /** For a client to send a message. */
  readonly message: number;
  /** For a client to send content, which may be large. */
  readonly content: number;
  /** For a client that takes content to take some more of it. */
  readonly taking: number;
  /** For a client whose content was refused to stop sending it. */
  readonly lingering: number;
  /** For requests that are under way to end when the server stops. */
  readonly closing: number;
  /** For a client that opened a WebSocket to say what it wants to hear of. */
  readonly binding: number;
  /** Between two signs of life over a WebSocket. */
  readonly heartbeat: number;
}

export const DEFAULT_PATIENCE: Patience = {
  headers: 20_000,
  message: 60_000,
  content: 600_000,
  taking: 60_000,
  lingering: 10_000,
  closing: 15_000,
  binding: 60_000,
  heartbeat: 10_000,
};

/** What takes over connections that ask to become WebSockets. */
export interface SocketServer {
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends them all. */
  close(): Promise<void>;
}

/** A listening socket that answers 503 until there is somebody to hand requests to. */
export class Listener {
  private readonly server: Server;
  private readonly patience: Patience;
  private handler: RequestListener | undefined;
  /** By the path that they are at. */
  private sockets = new Map<string, SocketServer>();
  private state: 'Starting' | 'Stopping' = 'Starting';

  private constructor(patience: Patience) {
    this.patience = patience;
    const { headers, content } = patience;
    this.server = createServer(
      {
        headersTimeout: headers,
        requestTimeout: Math.max(content, headers),
        // How often connections are looked at; a deadline is kept to within a fifth of the shortest.
        connectionsCheckingInterval: Math.ceil(headers / 5),
        // Others ask for HTTP/2 in the same words, and are served all the same.
        shouldUpgradeCallback: ({ headers: { upgrade } }) => upgrade?.toLowerCase() === 'websocket',
      },
      (req, res) => {
        if (this.handler) {
          this.handler(req, res);
        } else {
          const more = { 'content-type': 'text/plain', 'retry-after': '1', connection: 'close' };
          res.writeHead(503, more).end(this.state);
        }
      },
    );
    this.server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
  }

  /** Takes a port, or says that somebody else has it. */
  static async open(host: string, port: number, patience = DEFAULT_PATIENCE): Promise<Listener> {
    const listener = new Listener(patience);
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

  /** Begins to serve requests, and WebSockets by the path that they are at. */
  serve(handler: RequestListener, sockets: ReadonlyMap<string, SocketServer>): void {
    this.handler = handler;
    this.sockets = new Map(sockets);
  }

  /** Takes no more requests, and waits for those that are under way. */
  async close(): Promise<void> {
    this.handler = undefined;
    this.state = 'Stopping';
    const goodbyes = [...this.sockets.values()].map((sockets) => sockets.close());
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    // A connection that was busy is kept open for the next request, which there is none of.
    const idle = setInterval(() => this.server.closeIdleConnections(), 100);
    const patience = setTimeout(() => this.server.closeAllConnections(), this.patience.closing);
    await Promise.all([closed, ...goodbyes]);
    clearInterval(idle);
    clearTimeout(patience);
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = request.url?.split('?', 1)[0] ?? '';
    const sockets = this.sockets.get(path);
    if (!this.handler || !sockets) {
      refuse(socket, this.handler ? '404 Not Found' : '503 Service Unavailable');
      return;
    }
    sockets.accept(request, socket, head);
  }
}

/** Refuses what asked to become a WebSocket. */
export function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
