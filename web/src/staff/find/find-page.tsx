import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../parts/loaded.tsx';
import { Page } from '../../parts/page.tsx';
import { useBookable } from '../booking/use-bookable.ts';
import { Find } from './find.tsx';

/** Finds a free time for a patient, and books it. */
export default function FindPage(): JSX.Element {
  const { t } = useTranslation('find');
  const { bookable, query } = useBookable();
  return bookable ? (
    <Find bookable={bookable} />
  ) : (
    <Page title={t('title')}>
      <Loaded query={query} lines={12} children={() => null} />
    </Page>
  );
}
