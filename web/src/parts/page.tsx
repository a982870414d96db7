import { Group, Stack, Text, Title } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { JSX, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';

interface PageProps {
  readonly title: string;
  /** Buttons beside the title. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page: its title, in the window too, which takes the focus when somebody comes here. */
export function Page({ title, actions, children }: PageProps): JSX.Element {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${t('appName')}`;
  }, [title, t]);
  // From one patient to another the page is the same, and the address is not.
  useEffect(() => heading.current?.focus({ preventScroll: true }), [pathname]);
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={1} size="h2" ref={heading} tabIndex={-1}>
          {title}
        </Title>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

/** Where a list has nothing in it: says so, and what can be done. */
export function Empty({ text, children }: { readonly text: string; readonly children?: ReactNode }): JSX.Element {
  return (
    <Stack align="center" py="xl" gap="sm">
      <Text c="dimmed">{text}</Text>
      {children}
    </Stack>
  );
}
