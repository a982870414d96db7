import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

/** What a mail server took. */
export interface Mail {
  readonly to: readonly string[];
  readonly content: string;
}

export interface MailServer {
  /** For `SMTP_URL`. */
  readonly url: string;
  readonly mails: Mail[];
  /** Addresses that it refuses, with the reply's code: 4xx for now, 5xx for good. */
  readonly refuses: Map<string, number>;
  /** Addresses whose mail it takes, once, and whose line then goes dead. */
  readonly loses: Set<string>;
  readonly close: () => Promise<void>;
}

/** A real SMTP server on this machine. */
export async function startMailServer(): Promise<MailServer> {
  const mails: Mail[] = [];
  const refuses = new Map<string, number>();
  const loses = new Set<string>();
  const sockets = new Set<Socket>();
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo: ({ address }, _session, done) => {
      const code = refuses.get(address);
      done(code ? Object.assign(new Error('not here'), { responseCode: code }) : null);
    },
    onData: (stream, { envelope, remotePort }, done) => {
      void text(stream).then((content) => {
        const to = envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, content });
        if (to.some((address) => loses.delete(address))) {
          sockets.forEach((socket) => socket.remotePort === remotePort && socket.destroy());
        }
        done();
      });
    },
  });
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    refuses,
    loses,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
