import type { Clock } from '../clock.ts';
import { assertAddress } from './access-addresses.ts';
import { checkClient, parseBasic } from './clients.ts';
import { TokenType } from './keys.ts';
import type { TokenClaims, TokenKeys } from './keys.ts';
import type { Login, Logins } from './logins.ts';
import type { Repositories, Session, Sessions } from './session.ts';
import { withinScopes } from './smart-scopes.ts';

const REMEMBERED_TOKENS = 1000;

/** How long a token for a WebSocket is good for, in seconds; as long as Medplum's. */
export const BINDING_LIFETIME = 3600;

/** What a token for a WebSocket allows, as long as it does. */
export interface AllowedBinding {
  session: Session;
  subscriptionId: string;
}

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
  /** Sessions as a sign-in has them: what may be done is remembered by the context, so it must stay the same one. */
  private readonly signedIn = new WeakMap<Login, { basis: Session; session: Session }>();

  constructor(options: AuthenticatorOptions) {
    this.options = options;
  }

  /**
   * The session behind an `Authorization` header; undefined for none, or one that is not good (any more).
   * @throws OperationOutcomeError Nobody signs in with this secret from this address.
   */
  async authenticate(authorization: string | undefined, address?: string): Promise<Session | undefined> {
    const bearer = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (bearer) {
      const claims = await this.claims(TokenType.access, bearer);
      return claims && this.session(claims);
    }
    const credentials = parseBasic(authorization);
    if (credentials) {
      const known = await checkClient(this.options.repositories, this.options.sessions, credentials);
      if (typeof known === 'string') {
        return undefined;
      }
      assertAddress(known.session.context.accessPolicy, address);
      return known.session;
    }
    return undefined;
  }

  /** What a token for a WebSocket allows; undefined for one that is not good (any more). */
  async binding(token: string): Promise<AllowedBinding | undefined> {
    const claims = await this.claims(TokenType.binding, token);
    const session = claims && (await this.session(claims, BINDING_LIFETIME));
    return session && claims.subscription_id ? { session, subscriptionId: claims.subscription_id } : undefined;
  }

  /** Who signed in, as long as the sign-in was not ended, the token is not too old, and the member may come in. */
  private async session({ login_id: id, iat }: TokenClaims, lifetime?: number): Promise<Session | undefined> {
    const { clock, logins, sessions } = this.options;
    const login = await logins.get(id);
    if (!login?.membership || login.revoked || (iat + (lifetime ?? login.accessLifetime)) * 1000 < clock.now()) {
      return undefined;
    }
    const session = await sessions.ofMembership(login.membership);
    const patient = login.patient === null ? undefined : { reference: login.patient };
    return session && this.asSignedIn(withinScopes(session, login.scope, patient), login);
  }

  private asSignedIn(basis: Session, login: Login): Session {
    const known = this.signedIn.get(login);
    if (known?.basis === basis) {
      return known.session;
    }
    const session = { ...basis, login, context: { ...basis.context, loginId: login.id } };
    this.signedIn.set(login, { basis, session });
    return session;
  }

  private async claims(type: TokenType, token: string): Promise<TokenClaims | undefined> {
    const key = `${type} ${token}`;
    const known = this.verified.get(key);
    if (known) {
      return known;
    }
    try {
      const claims = await this.options.keys.verify(type, token);
      if (this.verified.size >= REMEMBERED_TOKENS) {
        const [oldest] = this.verified.keys();
        this.verified.delete(oldest as string);
      }
      this.verified.set(key, claims);
      return claims;
    } catch {
      return undefined;
    }
  }
}
