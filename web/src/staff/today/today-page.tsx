import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../parts/loaded.tsx';
import { Empty, Page } from '../../parts/page.tsx';
import { useBookable } from '../booking/use-bookable.ts';
import { Today } from './today.tsx';

/** The clinic's day and week, by provider and room. */
export default function TodayPage(): JSX.Element {
  const { t } = useTranslation('today');
  const { bookable, query } = useBookable();
  if (bookable && bookable.actors.length > 0) {
    return <Today bookable={bookable} />;
  }
  return (
    <Page title={t('title')}>
      {bookable ? <Empty text={t('noSchedules')} /> : <Loaded query={query} lines={12} children={() => null} />}
    </Page>
  );
}
