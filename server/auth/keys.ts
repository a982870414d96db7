import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose';
import type { CryptoKey, JWK, JWTPayload } from 'jose';
import { systemClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';

const ALGORITHM = 'ES256';

/** What a token is for, as its header says: one that was made for another purpose is refused. */
export const TokenType = { access: 'at+jwt', refresh: 'rt+jwt', id: 'JWT', binding: 'ws+jwt' } as const;
export type TokenType = (typeof TokenType)[keyof typeof TokenType];

/** What every token of ours says. */
export interface TokenClaims extends JWTPayload {
  /** The Login that it belongs to, and ends with. */
  login_id: string;
  /** By the server's clock, in seconds. */
  iat: number;
  /** Of a refresh token: what makes it the latest one. */
  refresh_secret?: string;
  /** Of a token for a WebSocket: what may be listened to. */
  subscription_id?: string;
}

/** Signs and checks tokens with a key that is kept in the database, so that a restart ends nobody's session. */
export class TokenKeys {
  private readonly clock: Clock;
  private readonly issuer: string;
  private readonly kid: string;
  private readonly privateKey: CryptoKey;
  private readonly publicKey: CryptoKey;
  private readonly publicJwk: JWK;

  private constructor(clock: Clock, issuer: string, jwk: JWK, privateKey: CryptoKey, publicKey: CryptoKey) {
    this.clock = clock;
    this.issuer = issuer;
    this.kid = jwk.kid as string;
    this.privateKey = privateKey;
    this.publicKey = publicKey;
    this.publicJwk = publicPart(jwk);
  }

  /** Takes the key from the database, or makes one on the first start. */
  static async open(store: Store, clock: Clock, issuer: string): Promise<TokenKeys> {
    const jwk = await loadKey(store);
    const [privateKey, publicKey] = await Promise.all([
      importJWK(jwk, ALGORITHM),
      importJWK(publicPart(jwk), ALGORITHM),
    ]);
    return new TokenKeys(clock, issuer, jwk, privateKey as CryptoKey, publicKey as CryptoKey);
  }

  /** The public half, for `/.well-known/jwks.json`. */
  jwks(): { keys: JWK[] } {
    return { keys: [this.publicJwk] };
  }

  /**
   * Signs a token that is good for a time of the server's clock, by its `iat`. A client lives in the machine's time and
   * drops a token that has expired there, so where the two differ `exp` is the later one.
   * @param lifetime In seconds.
   */
  async sign(type: TokenType, lifetime: number, claims: JWTPayload): Promise<string> {
    const now = Math.floor(this.clock.now() / 1000);
    const latest = Math.max(now, Math.floor(systemClock.now() / 1000));
    return new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, kid: this.kid, typ: type })
      .setIssuer(this.issuer)
      .setIssuedAt(now)
      .setNotBefore(Math.min(now, Math.floor(systemClock.now() / 1000)))
      .setExpirationTime(latest + lifetime)
      .setJti(randomUUID())
      .sign(this.privateKey);
  }

  /**
   * The claims of a token of ours; throws for any other, and for one made for another purpose. How old it may be is for
   * its Login to say.
   */
  async verify(type: TokenType, token: string): Promise<TokenClaims> {
    const { payload } = await jwtVerify<TokenClaims>(token, this.publicKey, {
      issuer: this.issuer,
      algorithms: [ALGORITHM],
      typ: type,
      requiredClaims: ['iat', 'login_id'],
      currentDate: new Date(this.clock.now()),
    });
    return payload;
  }
}

async function loadKey(store: Store): Promise<JWK> {
  return store.transaction(async (db) => {
    db.exec('CREATE TABLE IF NOT EXISTS signing_key (kid TEXT PRIMARY KEY, jwk TEXT NOT NULL) WITHOUT ROWID');
    const stored = db.get<{ jwk: string }>('SELECT jwk FROM signing_key LIMIT 1');
    if (stored) {
      return JSON.parse(stored.jwk) as JWK;
    }
    const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    const jwk: JWK = { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: ALGORITHM, use: 'sig' };
    db.run('INSERT INTO signing_key (kid, jwk) VALUES (?, ?)', jwk.kid as string, JSON.stringify(jwk));
    return jwk;
  });
}

function publicPart(jwk: JWK): JWK {
  return { ...jwk, d: undefined };
}

/** Compares two secrets in a time that tells nothing about either, their lengths included. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(a), digest(b));
}
