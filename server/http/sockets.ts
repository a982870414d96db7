import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { badRequest } from '@medplum/core';
import type { OperationOutcome } from '@medplum/fhirtypes';
import { WebSocketServer } from 'ws';
import type { RawData, WebSocket } from 'ws';
import type { Hearer, LiveSubscriptions } from '../subscriptions/live.ts';
import { refuse } from './listen.ts';
import type { Patience, SocketServer } from './listen.ts';
import type { Logger } from './log.ts';
import { outcomeResponse } from './messages.ts';
import type { OpenRoute } from './router.ts';
import { SOCKET_PATH } from '../subscriptions/binding-token.ts';
import { isRecord } from './records.ts';

/** Connections at once, and of these such as have not said yet who they are. */
const MAX_SOCKETS = 2000;
export const MAX_UNKNOWN = 200;

/** What a client says is a token and a word; a message has so many bytes at most. */
const MAX_BYTES = 16_384;

/** Messages of a client that wait to be answered. */
const MAX_WAITING = 100;

/** What a client has not taken yet, in bytes; one that takes nothing is let go. */
const MAX_BUFFERED = 8 * 1024 * 1024;

/** As RFC 6455 numbers the reasons for an end. */
const GOING_AWAY = 1001;
const REFUSED = 1008;

/** How long a client may take to say goodbye, in milliseconds. */
const GOODBYE = 1000;

interface Connection extends Hearer {
  readonly socket: WebSocket;
  readonly opened: number;
  alive: boolean;
  waiting: number;
  /** Answers are given in the order of what was said. */
  answered: Promise<void>;
}

export interface SocketsOptions {
  live: LiveSubscriptions;
  log: Logger;
  patience: Patience;
  /** Whether pages of an origin may connect. */
  allows: (origin: string) => boolean;
}

/** The WebSockets by which clients hear of changes. */
export class Sockets implements SocketServer {
  private readonly options: SocketsOptions;
  private readonly server = new WebSocketServer({ noServer: true, maxPayload: MAX_BYTES, perMessageDeflate: false });
  private readonly connections = new Set<Connection>();
  private readonly timer: NodeJS.Timeout;
  private closing = false;

  constructor(options: SocketsOptions) {
    this.options = options;
    this.timer = setInterval(() => this.beat(), options.patience.heartbeat);
    this.timer.unref();
  }

  /** How many clients are connected. */
  get size(): number {
    return this.connections.size;
  }

  /** Takes over a connection that asked to become a WebSocket. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { origin } = request.headers;
    const unknown = this.unknown();
    if (unknown.length >= MAX_UNKNOWN) {
      // The one that has taken the longest to say who it is: nobody can shut others out by saying nothing.
      unknown[0]?.socket.terminate();
    }
    if (this.closing || this.connections.size >= MAX_SOCKETS) {
      refuse(socket, '503 Service Unavailable');
    } else if (origin !== undefined && !this.options.allows(origin)) {
      refuse(socket, '403 Forbidden');
    } else {
      this.server.handleUpgrade(request, socket, head, (opened) => this.open(opened));
    }
  }

  /** Says goodbye to everybody, and cuts off those who do not answer. */
  async close(): Promise<void> {
    this.closing = true;
    clearInterval(this.timer);
    const gone = [...this.connections].map(
      ({ socket }) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
    );
    const patience = setTimeout(() => this.connections.forEach(({ socket }) => socket.terminate()), GOODBYE);
    this.connections.forEach(({ socket }) => socket.close(GOING_AWAY, 'The server stops'));
    await Promise.all(gone);
    clearTimeout(patience);
  }

  private open(socket: WebSocket): void {
    const connection: Connection = {
      socket,
      opened: performance.now(),
      alive: true,
      waiting: 0,
      answered: Promise.resolve(),
      send: (text) => send(socket, text),
      dismiss: () => socket.close(REFUSED, 'What you listened by is no longer good'),
    };
    this.connections.add(connection);
    socket.on('pong', () => (connection.alive = true));
    socket.on('message', (data) => this.heard(connection, data));
    // A connection that breaks closes too, and that is all there is to say about it.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.connections.delete(connection);
      this.options.live.drop(connection);
    });
  }

  private heard(connection: Connection, data: RawData): void {
    connection.alive = true;
    if (++connection.waiting > MAX_WAITING) {
      connection.socket.close(REFUSED, 'Too many messages at once');
      return;
    }
    connection.answered = connection.answered
      .then(() => this.answer(connection, data))
      .catch((err: unknown) => this.options.log.error('a message over a WebSocket failed', err))
      .finally(() => connection.waiting--);
  }

  private async answer(connection: Connection, data: RawData): Promise<void> {
    const outcome = await this.obey(connection, parse(data));
    if (outcome) {
      connection.send(JSON.stringify(outcome));
    }
    if (connection.socket.readyState !== connection.socket.OPEN) {
      // It went away while it was being bound.
      this.options.live.drop(connection);
    }
  }

  /** Does what a client says. @returns What is wrong with it. */
  private async obey(connection: Connection, message: unknown): Promise<OperationOutcome | undefined> {
    const { type, payload } = isRecord(message) ? message : {};
    if (type === 'ping') {
      connection.send(JSON.stringify({ type: 'pong' }));
      return undefined;
    }
    const token = isRecord(payload) ? payload.token : undefined;
    if ((type !== 'bind-with-token' && type !== 'unbind-from-token') || typeof token !== 'string') {
      return badRequest('Say ping, or bind-with-token or unbind-from-token with a payload.token');
    }
    const { live } = this.options;
    return type === 'bind-with-token' ? live.bind(connection, token) : live.unbind(connection, token);
  }

  private beat(): void {
    for (const connection of this.connections) {
      if (!connection.alive) {
        connection.socket.terminate();
      } else {
        connection.alive = false;
        connection.socket.ping();
      }
    }
    const latest = performance.now() - this.options.patience.binding;
    for (const { socket, opened } of this.unknown()) {
      if (opened < latest) {
        socket.close(REFUSED, 'Nothing was bound');
      }
    }
    this.options.live.beat();
  }

  /** Those who have not said who they are, the oldest first. */
  private unknown(): Connection[] {
    return [...this.connections].filter(
      (connection) => connection.socket.readyState === connection.socket.OPEN && !this.options.live.hears(connection),
    );
  }
}

function send(socket: WebSocket, text: string): void {
  if (socket.bufferedAmount > MAX_BUFFERED) {
    socket.terminate();
  } else if (socket.readyState === socket.OPEN) {
    socket.send(text);
  }
}

function parse(data: RawData): unknown {
  try {
    return JSON.parse((data as Buffer).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** What is answered where somebody asks for a page and not for a WebSocket. */
export function socketRoute(): OpenRoute {
  const outcome = badRequest('This is for WebSockets');
  const headers = { upgrade: 'websocket', connection: 'Upgrade' };
  const handle = async () => ({ ...outcomeResponse(outcome, headers), status: 426 });
  return { method: 'GET', path: SOCKET_PATH, handle };
}
