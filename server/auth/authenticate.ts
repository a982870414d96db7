import type { Clock } from '../clock.ts';
import { checkClient, parseBasic } from './clients.ts';
import { TOKEN_LIFETIME } from './keys.ts';
import type { TokenClaims, TokenKeys } from './keys.ts';
import type { Repositories, Session, Sessions } from './session.ts';

const REMEMBERED_TOKENS = 1000;

/** Finds out who sends a request. */
export class Authenticator {
  private readonly clock: Clock;
  private readonly keys: TokenKeys;
  private readonly repositories: Repositories;
  private readonly sessions: Sessions;
  /** Checking a signature costs more than most reads; a token that was good stays good until it expires. */
  private readonly verified = new Map<string, TokenClaims>();

  constructor(options: { clock: Clock; keys: TokenKeys; repositories: Repositories; sessions: Sessions }) {
    this.clock = options.clock;
    this.keys = options.keys;
    this.repositories = options.repositories;
    this.sessions = options.sessions;
  }

  /** The session behind an `Authorization` header; undefined for none, or one that is not good (any more). */
  async authenticate(authorization: string | undefined): Promise<Session | undefined> {
    const bearer = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (bearer) {
      const claims = await this.claims(bearer);
      return claims && this.sessions.ofMembership(claims.membership);
    }
    const credentials = parseBasic(authorization);
    if (credentials) {
      const known = await checkClient(this.repositories, this.sessions, credentials);
      return typeof known === 'string' ? undefined : known.session;
    }
    return undefined;
  }

  private async claims(token: string): Promise<TokenClaims | undefined> {
    const known = this.verified.get(token);
    if (known) {
      if (((known.iat ?? 0) + TOKEN_LIFETIME) * 1000 >= this.clock.now()) {
        return known;
      }
      this.verified.delete(token);
      return undefined;
    }
    try {
      const claims = await this.keys.verify(token);
      if (this.verified.size >= REMEMBERED_TOKENS) {
        const [oldest] = this.verified.keys();
        this.verified.delete(oldest as string);
      }
      this.verified.set(token, claims);
      return claims;
    } catch {
      return undefined;
    }
  }
}
