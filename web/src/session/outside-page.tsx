import { Center, Paper, Stack, Title } from '@mantine/core';
import { useEffect } from 'react';
import type { JSX, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface OutsidePageProps {
  /** What the page is for; the window's title. */
  readonly title: string;
  readonly children: ReactNode;
}

/** The frame of what nobody in particular sees. */
export function OutsidePage({ title, children }: OutsidePageProps): JSX.Element {
  const { t } = useTranslation();
  const appName = t('appName');
  useEffect(() => {
    document.title = `${title} · ${appName}`;
  }, [title, appName]);
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" w="100%" maw={400}>
        <Stack>
          <Title order={1} size="h2">
            {appName}
          </Title>
          {children}
        </Stack>
      </Paper>
    </Center>
  );
}
