import { MantineProvider, Alert, Container } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { contrasts, themeOf } from '../theme.ts';

/** Instead of all pages, where they cannot start: the address of the server is not known. */
export function Failed({ reason }: { readonly reason: unknown }): JSX.Element {
  const { t } = useTranslation();
  return (
    <MantineProvider theme={themeOf(t('close'))} cssVariablesResolver={contrasts}>
      <Container component="main" size="xs" pt="xl">
        <Alert role="alert" color="red" title={t('failed')}>
          {reason instanceof Error ? reason.message : String(reason)}
        </Alert>
      </Container>
    </MantineProvider>
  );
}
