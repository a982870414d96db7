import { Stack, Text } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useAccess } from '../../fhir/access.ts';
import { useLive } from '../../fhir/live.ts';
import { useSearch } from '../../fhir/queries.ts';
import { TICKET_KINDS, ticketKind } from '../../fhir/ticket-kinds.ts';
import { OPEN_TICKETS } from '../../fhir/tickets.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Empty, Page } from '../../parts/page.tsx';
import { FailedRuns } from './failed-runs.tsx';
import { Tickets } from './tickets.tsx';

/** What needs a person: what bots and sweeps could not settle, and which runs failed. */
export default function HealthPage(): JSX.Element {
  const { t } = useTranslation('health');
  const { mayRead } = useAccess();
  const live = useLive('Task');
  const tickets = useSearch('Task', { ...OPEN_TICKETS, _count: '1000' }, live);
  return (
    <Page title={t('title')}>
      <Text c="dimmed" size="sm">
        {t('explanation')}
      </Text>
      <Loaded query={tickets} lines={6}>
        {(open) =>
          open.length === 0 ? (
            <Empty text={t('nothing')} />
          ) : (
            <Stack gap="lg">
              {TICKET_KINDS.map((kind) => {
                const some = open.filter((ticket) => ticketKind(ticket) === kind);
                return some.length > 0 && <Tickets key={kind} tickets={some} title={t(`kind.${kind}`)} />;
              })}
            </Stack>
          )
        }
      </Loaded>
      {mayRead('AuditEvent') && <FailedRuns />}
    </Page>
  );
}
