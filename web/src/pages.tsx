import { Alert, Anchor, Stack, Text } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { ComponentType, JSX, LazyExoticComponent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, Route, Routes } from 'react-router';
import { usePlaces } from './fhir/zones.ts';
import { PAGE_CODE } from './page-code.ts';
import { Loaded, Pending } from './parts/loaded.tsx';
import { Page } from './parts/page.tsx';
import { RouteErrors } from './parts/route-errors.tsx';
import { pagesFor } from './routes.ts';
import type { PageRoute } from './routes.ts';
import { useSession } from './session/session.tsx';

const COMPONENTS = new Map<PageRoute['path'], LazyExoticComponent<ComponentType>>();

/** The component of a page, whose code is asked for once. */
function componentOf(path: PageRoute['path']): LazyExoticComponent<ComponentType> {
  const component = COMPONENTS.get(path) ?? lazy(PAGE_CODE[path]);
  COMPONENTS.set(path, component);
  return component;
}

/** The page at the present address, among those that whoever is signed in has. */
export function Pages(): JSX.Element {
  const { who } = useSession();
  const { t } = useTranslation('session');
  const places = usePlaces();
  const pages = pagesFor(who);
  const [first] = pages;
  if (!first) {
    return <Alert role="alert">{t('noRole')}</Alert>;
  }
  return (
    <RouteErrors>
      <Loaded query={places} lines={6}>
        {() => (
          <Suspense fallback={<Pending lines={6} />}>
            <Routes>
              <Route index element={<Navigate to={first.path} replace />} />
              {pages.map((page) => {
                const Component = componentOf(page.path);
                return <Route key={page.path} path={page.path} element={<Component />} />;
              })}
              <Route path="*" element={<NoSuchPage />} />
            </Routes>
          </Suspense>
        )}
      </Loaded>
    </RouteErrors>
  );
}

function NoSuchPage(): JSX.Element {
  const { t } = useTranslation();
  return (
    <Page title={t('notFound.title')}>
      <Stack>
        <Text>{t('notFound.text')}</Text>
        <Anchor component={Link} to="/">
          {t('notFound.home')}
        </Anchor>
      </Stack>
    </Page>
  );
}
