import type { MedplumClient } from '@medplum/core';
import { normalizeOperationOutcome, parseJWTPayload } from '@medplum/core';
import { createContext, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { JSX, ReactNode } from 'react';
import { whoIs } from './who.ts';
import type { Who } from './who.ts';

interface Session {
  /** Whose pages are shown. Stays while a session that ran out waits for its person to sign in again. */
  readonly who: Who;
  /** Whether the session ran out: what was typed stays on the page, and a dialog asks to sign in. */
  readonly expired: boolean;
  /** Ends this session. */
  readonly signOut: () => Promise<void>;
  /** Ends all sessions of this person, on every device. */
  readonly signOutEverywhere: () => Promise<void>;
}

const SessionContext = createContext<Session | undefined>(undefined);

/** Who is signed in. Only below a SessionGate. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) {
    throw new Error('Only pages of somebody who is signed in have a session.');
  }
  return session;
}

interface GateProps {
  readonly medplum: MedplumClient;
  /** Shown to nobody in particular. */
  readonly signedOut: ReactNode;
  /** Shown while it is found out who somebody is. */
  readonly pending: ReactNode;
  readonly failed: (reason: unknown, retry: () => void) => ReactNode;
  readonly children: ReactNode;
}

/** Shows the pages to whoever is signed in, and the sign-in page to everybody else. */
export function SessionGate({ medplum, signedOut, pending, failed, children }: GateProps): JSX.Element {
  const [who, setWho] = useState<Who>();
  const [expired, setExpired] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const [loading, setLoading] = useState(true);

  const look = useCallback(() => {
    currentWho(medplum)
      .then((found) => {
        setFailure(undefined);
        // Another person than before: nothing of the one before may stay in this window.
        setWho((before) =>
          before && found && before.reference !== found.reference ? reloadHome() : (found ?? before),
        );
        setExpired(!found);
      })
      .catch(setFailure)
      .finally(() => setLoading(false));
  }, [medplum]);

  useEffect(() => {
    look();
    medplum.addEventListener('change', look);
    return () => medplum.removeEventListener('change', look);
  }, [medplum, look]);

  const session = useMemo(
    () =>
      who && {
        who,
        expired,
        signOut: async () => leave(medplum, () => medplum.signOut()),
        signOutEverywhere: async () => leave(medplum, () => endAllSessions(medplum)),
      },
    [who, expired, medplum],
  );
  if (session) {
    return <SessionContext value={session}>{children}</SessionContext>;
  }
  if (failure !== undefined) {
    return <>{failed(failure, look)}</>;
  }
  return <>{loading ? pending : signedOut}</>;
}

async function currentWho(medplum: MedplumClient): Promise<Who | undefined> {
  const profile = await medplum.getProfileAsync().catch((thrown: unknown) => {
    // A kept session that has run out meanwhile is none.
    if (normalizeOperationOutcome(thrown).id === 'unauthorized') {
      return undefined;
    }
    throw thrown;
  });
  return profile && whoIs(medplum, profile);
}

/** A fresh start on the first page: whatever this window knew of the person is gone with it. */
function reloadHome(): undefined {
  window.location.assign('/');
  return undefined;
}

/** Ends the session; here too, once the server knows. A server that could not be told is said, and nothing has changed. */
async function leave(medplum: MedplumClient, tell: () => Promise<void>): Promise<void> {
  if (medplum.getAccessToken()) {
    await tell();
  }
  medplum.clear();
  reloadHome();
}

/** Ends the other sessions first: nothing can be asked any more once this one has ended. */
async function endAllSessions(medplum: MedplumClient): Promise<void> {
  const { security } = await medplum.get<{ security?: { sessions?: readonly { id: string }[] } }>('auth/me', {
    cache: 'no-store',
  });
  const own = parseJWTPayload(medplum.getAccessToken() ?? '').login_id;
  const others = (security?.sessions ?? []).filter(({ id }) => id !== own);
  await Promise.all(others.map(({ id }) => medplum.post('auth/revoke', { loginId: id })));
  await medplum.signOut();
}
