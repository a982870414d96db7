import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import type { JSX, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Loading } from '../fhir/queries.ts';
import { ErrorNotice } from './error.tsx';

interface LoadedProps<T> {
  readonly query: Loading<T>;
  /** How many grey lines stand where the content comes, so that nothing jumps. */
  readonly lines?: number;
  readonly children: (data: T) => ReactNode;
}

/** What was loaded; grey lines before, and an error that can be tried again. Data that is there stays shown. */
export function Loaded<T>({ query, lines = 3, children }: LoadedProps<T>): JSX.Element {
  if (query.data !== undefined) {
    return <>{children(query.data)}</>;
  }
  return query.isError ? (
    <ErrorNotice error={query.error} retry={() => void query.refetch()} />
  ) : (
    <Pending lines={lines} />
  );
}

/** Grey lines where content is on its way. */
export function Pending({ lines = 3 }: { readonly lines?: number }): JSX.Element {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" aria-busy="true">
      <VisuallyHidden role="status">{t('loading')}</VisuallyHidden>
      {Array.from({ length: lines }, (_line, index) => (
        <Skeleton key={index} height={28} />
      ))}
    </Stack>
  );
}
