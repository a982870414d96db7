import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Connection } from '../store/connection.ts';
import type { Store } from '../store/store.ts';

/** One sign-in: what its tokens rest on, and what ends them. Times are milliseconds since the epoch. */
export interface Login {
  readonly id: string;
  /** Reference of the User or ClientApplication that signed in. */
  readonly user: string;
  readonly authMethod: 'password' | 'client';
  readonly authTime: number;
  readonly scope: string;
  /** Id of the client that it was made through, if any. */
  readonly client: string | null;
  /** Id of the project that was asked for. */
  readonly project: string | null;
  /** Type of profile that was asked for. */
  readonly profileType: string | null;
  /** Id of the membership; null until the person has chosen. */
  readonly membership: string | null;
  /** Id of the SmartAppLaunch that it was made for. */
  readonly launch: string | null;
  /** Reference of the patient whom the tokens are about: of a launch, or the person. */
  readonly patient: string | null;
  readonly nonce: string | null;
  readonly codeChallenge: string | null;
  readonly codeChallengeMethod: string | null;
  /** Hash of the code that waits to be redeemed, or was. */
  readonly code: string | null;
  readonly codeExpires: number | null;
  /** 1 once tokens were given. */
  readonly granted: number;
  /** 1 once it is over. */
  readonly revoked: number;
  /** Lifetimes of its tokens in seconds; `refreshLifetime` is 0 where there is no refresh token. */
  readonly accessLifetime: number;
  readonly refreshLifetime: number;
  /** Hash of the secret in the latest refresh token. */
  readonly refreshSecret: string | null;
  readonly remoteAddress: string | null;
  readonly userAgent: string | null;
  readonly lastUsed: number;
  /** From then on nothing of it is good any more. */
  readonly expires: number;
}

/** A sign-in that begins. */
export type NewLogin = Pick<Login, 'user' | 'authMethod' | 'scope'> & Partial<Login>;

/** What can change of a sign-in. */
export type LoginChange = Partial<
  Pick<
    Login,
    | ('scope' | 'membership' | 'patient' | 'code' | 'codeExpires' | 'granted' | 'revoked')
    | ('refreshLifetime' | 'refreshSecret' | 'remoteAddress' | 'userAgent' | 'lastUsed' | 'expires')
  >
>;

/** How long a person may take to sign in, in milliseconds. */
const UNFINISHED = 3_600_000;

/** How long an access token is good for, and a refresh token, in seconds, unless the client says otherwise. */
export const ACCESS_LIFETIME = 3600;
export const REFRESH_LIFETIME = 14 * 24 * 3600;

/** Sign-ins that are kept in memory. */
const REMEMBERED = 10_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS login (
    id TEXT PRIMARY KEY, user TEXT NOT NULL, authMethod TEXT NOT NULL, authTime INTEGER NOT NULL, scope TEXT NOT NULL,
    client TEXT, project TEXT, profileType TEXT, membership TEXT, launch TEXT, patient TEXT, nonce TEXT,
    codeChallenge TEXT, codeChallengeMethod TEXT, code TEXT, codeExpires INTEGER,
    granted INTEGER NOT NULL, revoked INTEGER NOT NULL,
    accessLifetime INTEGER NOT NULL, refreshLifetime INTEGER NOT NULL, refreshSecret TEXT,
    remoteAddress TEXT, userAgent TEXT, lastUsed INTEGER NOT NULL, expires INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS login_code ON login (code) WHERE code IS NOT NULL;
  CREATE INDEX IF NOT EXISTS login_user ON login (user);
  CREATE INDEX IF NOT EXISTS login_expires ON login (expires);
`;

/** The sign-ins, as rows of the database. Of what would let somebody in, only hashes are kept. */
export class Logins {
  private readonly store: Store;
  private readonly clock: Clock;
  private readonly known = new Map<string, Login>();
  /** Counts changes, so that what was read before one is not remembered after it. */
  private changes = 0;
  private changing = 0;

  private constructor(store: Store, clock: Clock) {
    this.store = store;
    this.clock = clock;
  }

  static async open(store: Store, clock: Clock): Promise<Logins> {
    await store.transaction((db) => db.exec(SCHEMA));
    return new Logins(store, clock);
  }

  /** A sign-in by its id; undefined where there is none (any more). */
  async get(id: string): Promise<Login | undefined> {
    const known = this.known.get(id);
    if (known) {
      return known;
    }
    const { changes } = this;
    const login = await this.store.read((db) => db.get<Login>('SELECT * FROM login WHERE id = ?', id));
    if (login && changes === this.changes && this.changing === 0) {
      this.remember(login);
    }
    return login;
  }

  /** The sign-in that a code was given for. */
  async byCode(code: string): Promise<Login | undefined> {
    return this.store.read((db) => db.get<Login>('SELECT * FROM login WHERE code = ?', hash(code)));
  }

  /** The sign-ins of a user that are good at this moment, the latest first. */
  async active(user: string): Promise<Login[]> {
    const sql =
      'SELECT * FROM login WHERE user = ? AND granted = 1 AND revoked = 0 AND expires > ? ORDER BY lastUsed DESC';
    return this.store.read((db) => db.all<Login>(sql, user, this.clock.now()));
  }

  /** Begins a sign-in, and forgets those that are long over. */
  async create(fields: NewLogin): Promise<Login> {
    const now = this.clock.now();
    const login: Login = {
      id: randomUUID(),
      authTime: now,
      ...{ client: null, project: null, profileType: null, membership: null, launch: null, patient: null, nonce: null },
      ...{ codeChallenge: null, codeChallengeMethod: null, code: null, codeExpires: null },
      ...{ granted: 0, revoked: 0, accessLifetime: ACCESS_LIFETIME, refreshLifetime: 0, refreshSecret: null },
      ...{ remoteAddress: null, userAgent: null, lastUsed: now, expires: now + UNFINISHED },
      ...fields,
    };
    const columns = Object.entries<string | number | null>({ ...login });
    const names = columns.map(([name]) => name);
    const sql = `INSERT INTO login (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
    await this.store.transaction((db) => {
      db.run('DELETE FROM login WHERE expires < ?', now);
      db.run(sql, ...columns.map(([, value]) => value));
    });
    return login;
  }

  /** Changes a sign-in. */
  async update(id: string, change: LoginChange): Promise<void> {
    const names = Object.keys(change);
    const sql = `UPDATE login SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`;
    await this.write((db) => db.run(sql, ...Object.values(change), id));
  }

  /** Ends every sign-in of a user. */
  async revokeAll(user: string): Promise<void> {
    await this.write((db) => db.run('UPDATE login SET revoked = 1 WHERE user = ?', user));
  }

  /** Looks at a sign-in and changes it, in one step: of two that come at once, the second sees what the first did. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.write(work);
  }

  private async write<T>(work: (db: Connection) => Promise<T> | T): Promise<T> {
    this.changing++;
    this.known.clear();
    try {
      return await this.store.transaction(work);
    } finally {
      this.changing--;
      this.changes++;
      this.known.clear();
    }
  }

  private remember(login: Login): void {
    if (this.known.size >= REMEMBERED) {
      const [oldest] = this.known.keys();
      this.known.delete(oldest as string);
    }
    this.known.set(login.id, login);
  }
}

/** A secret that nobody guesses, of so many bytes. */
export function newSecret(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

/** What is kept of a secret: enough to know it again. It is long and random, so there is nothing to try out. */
export function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
