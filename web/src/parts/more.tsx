import { Button, Group } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { Paged } from '../fhir/queries.ts';

/** A button for the next page of a long list, where there is one. */
export function More({ of }: { readonly of: Pick<Paged<unknown>, 'hasMore' | 'loadingMore' | 'more'> }): JSX.Element {
  const { t } = useTranslation();
  return of.hasMore ? (
    <Group justify="center" mt="sm">
      <Button variant="default" loading={of.loadingMore} onClick={of.more}>
        {t('more')}
      </Button>
    </Group>
  ) : (
    <></>
  );
}
