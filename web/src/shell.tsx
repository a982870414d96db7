import { Alert, AppShell, Burger, Group, NavLink, Text } from '@mantine/core';
import { useDisclosure, useNetwork } from '@mantine/hooks';
import type { JSX, ReactNode } from 'react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import { AccountMenu } from './session/account-menu.tsx';
import { useSession } from './session/session.tsx';
import { pagesFor } from './routes.ts';

/** What surrounds every page: where one can go, who is signed in, and whether there is a connection. */
export function Shell({ children }: { readonly children: ReactNode }): JSX.Element {
  const { who } = useSession();
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure(false);
  const { online } = useNetwork();
  const { pathname } = useLocation();
  useEffect(close, [pathname, close]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className="skip-link" href="#content">
        {t('skip')}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t('menu')}
              aria-expanded={opened}
            />
            <Text fw={700} component={Link} to="/" c="inherit" td="none">
              {who.project || t('appName')}
            </Text>
          </Group>
          <AccountMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t('menu')} className="menu" data-open={opened || undefined}>
        {pagesFor(who)
          .filter(({ nav }) => nav)
          .map(({ path, nav }) => (
            <NavLink
              key={path}
              component={Link}
              to={path}
              label={nav && t(`nav.${nav}`)}
              active={pathname === path || pathname.startsWith(`${path}/`)}
              aria-current={pathname === path ? 'page' : undefined}
              variant="light"
            />
          ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} style={{ outline: 'none' }}>
        {!online && (
          <Alert color="yellow" role="status" mb="md">
            {t('offline')}
          </Alert>
        )}
        {children}
      </AppShell.Main>
    </AppShell>
  );
}
