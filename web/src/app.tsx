import { Center, Container, Loader, MantineProvider } from '@mantine/core';
import type { MedplumClient } from '@medplum/core';
import { MedplumProvider } from '@medplum/react-hooks';
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { BrowserRouter, Route, Routes } from 'react-router';
import type { WebConfig } from './config.ts';
import { createQueryClient } from './fhir/queries.ts';
import { ConfigContext } from './parts/config-context.ts';
import { ErrorNotice } from './parts/error.tsx';
import { Pages } from './pages.tsx';
import { Expired } from './session/expired.tsx';
import { SessionGate } from './session/session.tsx';
import { SetPasswordPage } from './session/set-password-page.tsx';
import { SignInPage } from './session/sign-in-page.tsx';
import { Shell } from './shell.tsx';
import { contrasts, themeOf } from './theme.ts';

interface AppProps {
  readonly medplum: MedplumClient;
  readonly config: WebConfig;
}

// Not among what a browser loads first: nothing is told yet, and what is told before it is there is shown then.
const Notifications = lazy(async () => ({ default: (await import('./parts/notices.ts')).Notifications }));

/** All pages, for whoever is signed in. */
export function App({ medplum, config }: AppProps): JSX.Element {
  const [queries] = useState(createQueryClient);
  const { t } = useTranslation();
  const close = t('close');
  const theme = useMemo(() => themeOf(close), [close]);
  return (
    <ConfigContext value={config}>
      <MantineProvider theme={theme} cssVariablesResolver={contrasts} defaultColorScheme="auto">
        <Suspense fallback={null}>
          <Notifications position="top-right" />
        </Suspense>
        <QueryClientProvider client={queries}>
          <MedplumProvider medplum={medplum}>
            {/* At once: what was typed or chosen stands in the address, and a control that lags behind it jumps back. */}
            <BrowserRouter useTransitions={false}>
              <Routes>
                <Route path="/setpassword/:id/:secret" element={<SetPasswordPage />} />
                <Route path="*" element={<SignedIn medplum={medplum} />} />
              </Routes>
            </BrowserRouter>
          </MedplumProvider>
        </QueryClientProvider>
      </MantineProvider>
    </ConfigContext>
  );
}

/** What is below the sign-in page: everything else. */
function SignedIn({ medplum }: Pick<AppProps, 'medplum'>): JSX.Element {
  return (
    <SessionGate
      medplum={medplum}
      signedOut={<SignInPage />}
      pending={
        <Center mih="100vh">
          <Loader />
        </Center>
      }
      failed={(reason, retry) => (
        <Container component="main" size="xs" pt="xl">
          <ErrorNotice error={reason} retry={retry} />
        </Container>
      )}
    >
      <Shell>
        <Pages />
      </Shell>
      <Expired />
    </SessionGate>
  );
}
