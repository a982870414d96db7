import type { Clock } from '../clock.ts';
import { checkClient, parseBasic } from './clients.ts';
import type { TokenClaims, TokenKeys } from './keys.ts';
import type { Logins } from './logins.ts';
import type { Repositories, Session, Sessions } from './session.ts';
import { withinScopes } from './smart-scopes.ts';

const REMEMBERED_TOKENS = 1000;

/** What finding out who sends a request rests on. */
export interface AuthenticatorOptions {
  clock: Clock;
  keys: TokenKeys;
  logins: Logins;
  repositories: Repositories;
  sessions: Sessions;
}

/** Finds out who sends a request. */
export class Authenticator {
  private readonly options: AuthenticatorOptions;
  /** Checking a signature costs more than most reads; what was signed stays signed. */
  private readonly verified = new Map<string, TokenClaims>();

  constructor(options: AuthenticatorOptions) {
    this.options = options;
  }

  /** The session behind an `Authorization` header; undefined for none, or one that is not good (any more). */
  async authenticate(authorization: string | undefined): Promise<Session | undefined> {
    const bearer = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (bearer) {
      const claims = await this.claims(bearer);
      return claims && this.session(claims);
    }
    const credentials = parseBasic(authorization);
    if (credentials) {
      const known = await checkClient(this.options.repositories, this.options.sessions, credentials);
      return typeof known === 'string' ? undefined : known.session;
    }
    return undefined;
  }

  /** Who signed in, as long as the sign-in was not ended, the token is not too old, and the member may come in. */
  private async session({ login_id: id, iat }: TokenClaims): Promise<Session | undefined> {
    const { clock, logins, sessions } = this.options;
    const login = await logins.get(id);
    if (!login?.membership || login.revoked || (iat + login.accessLifetime) * 1000 < clock.now()) {
      return undefined;
    }
    const session = await sessions.ofMembership(login.membership);
    const patient = login.patient === null ? undefined : { reference: login.patient };
    return session && { ...withinScopes(session, login.scope, patient), login };
  }

  private async claims(token: string): Promise<TokenClaims | undefined> {
    const known = this.verified.get(token);
    if (known) {
      return known;
    }
    try {
      const claims = await this.options.keys.verify('at+jwt', token);
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
