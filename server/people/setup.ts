import { Authenticator } from '../auth/authenticate.ts';
import { discoveryRoutes } from '../auth/discovery.ts';
import { TokenKeys } from '../auth/keys.ts';
import { Logins } from '../auth/logins.ts';
import { oauthRoutes, userInfoRoutes } from '../auth/oauth-routes.ts';
import type { Repositories, Sessions } from '../auth/session.ts';
import { SignIn } from '../auth/sign-in.ts';
import { signedInRoutes, signInRoutes } from '../auth/sign-in-routes.ts';
import type { Clock } from '../clock.ts';
import type { Background } from '../http/background.ts';
import type { OpenRoute, SessionRoute } from '../http/router.ts';
import type { AuditLog } from '../operate/audit.ts';
import type { InviteRouteOptions } from '../projects/invite-route.ts';
import type { Store } from '../store/store.ts';
import { Accounts } from './accounts.ts';
import { PasswordRequests } from './password-requests.ts';
import { forgottenPasswordRoutes, passwordRoutes } from './password-routes.ts';
import { Passwords } from './passwords.ts';
import { SignInLimit } from './sign-in-limit.ts';

export interface PeopleOptions {
  baseUrl: string;
  /** Where people sign in: links in mails lead there, and apps send people there. */
  appBaseUrl: string;
  clock: Clock;
  store: Store;
  repositories: Repositories;
  sessions: Sessions;
  background: Background;
  audit: AuditLog;
  /** False where nobody who tries out passwords is slowed down. */
  limitSignIns: boolean;
  /** The project of the clinic whose server this is. */
  homeProject: () => string;
  /** Hears of every check of a password. */
  onPasswordCheck: () => void;
}

/** The parts by which people and clients come in. */
export interface People {
  authenticator: Authenticator;
  /** Sign every token of this server. */
  keys: TokenKeys;
  openRoutes: OpenRoute[];
  sessionRoutes: SessionRoute[];
  /** What inviting somebody takes. */
  invitations: InviteRouteOptions;
}

/** Puts the parts together by which people and clients come in. */
export async function openPeople(options: PeopleOptions): Promise<People> {
  const { baseUrl, appBaseUrl, clock, store, repositories, limitSignIns } = options;
  const keys = await TokenKeys.open(store, clock, `${baseUrl}/`);
  const logins = await Logins.open(store, clock);
  const passwords = new Passwords(options.onPasswordCheck);
  const limit = new SignInLimit(clock, limitSignIns);
  const requests = new PasswordRequests({ repositories, clock, appBaseUrl });
  const common = { ...options, keys, logins, passwords, limit, requests };
  const signIn = new SignIn(common);
  const accounts = new Accounts(common);
  return {
    authenticator: new Authenticator(common),
    keys,
    openRoutes: [
      ...discoveryRoutes(baseUrl, keys),
      ...oauthRoutes(common),
      ...signInRoutes({ ...common, signIn }),
      ...forgottenPasswordRoutes({ ...common, accounts }),
    ],
    sessionRoutes: [
      ...userInfoRoutes({ repositories }),
      ...signedInRoutes({ ...common, signIn }),
      ...passwordRoutes({ ...common, accounts }),
    ],
    invitations: { repositories, passwords, requests, appBaseUrl },
  };
}
