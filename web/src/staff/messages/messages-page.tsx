import { Button, Drawer, Tabs } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { useLive } from '../../fhir/live.ts';
import { useRead, useSearch } from '../../fhir/queries.ts';
import { OPEN_TICKETS } from '../../fhir/tickets.ts';
import { nameOf } from '../../format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Page } from '../../parts/page.tsx';
import { Tickets } from '../health/tickets.tsx';
import { Inbox } from './inbox.tsx';
import { Outbox } from './outbox.tsx';
import { PatientThread } from './patient-thread.tsx';

/** What goes out and comes in: what has left, what has not and why, and what patients wrote. */
export default function MessagesPage(): JSX.Element {
  const { t } = useTranslation('messages');
  const [params, setParams] = useSearchParams();
  const live = useLive('Communication');
  const shown = params.get('show') === 'in' ? 'in' : 'out';
  const set = (change: Readonly<Record<string, string | undefined>>): void =>
    setParams(
      (before) => {
        const after = { ...Object.fromEntries(before), ...change };
        return Object.fromEntries(Object.entries(after).filter(([, value]) => value)) as Record<string, string>;
      },
      { replace: true },
    );
  return (
    <Page
      title={t('title')}
      actions={
        <Button component={Link} to="/messages/templates" variant="default">
          {t('templates')}
        </Button>
      }
    >
      <MessageTickets />
      <Tabs value={shown} onChange={(show) => set({ show: show === 'in' ? 'in' : undefined })} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="out">{t('out')}</Tabs.Tab>
          <Tabs.Tab value="in">{t('in')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="out" pt="md">
          <Outbox
            live={live}
            status={params.get('status') ?? ''}
            onStatus={(status) => set({ status })}
            open={(patient) => set({ patient })}
          />
        </Tabs.Panel>
        <Tabs.Panel value="in" pt="md">
          <Inbox live={live} open={(patient) => set({ patient })} />
        </Tabs.Panel>
      </Tabs>
      <Conversation patient={params.get('patient') ?? undefined} onClose={() => set({ patient: undefined })} />
    </Page>
  );
}

/** What is to be looked at about messages; nothing where there is nothing. */
function MessageTickets(): JSX.Element {
  const { t } = useTranslation('messages');
  const live = useLive('Task');
  const tickets = useSearch('Task', { ...OPEN_TICKETS, _count: '200' }, live);
  const about = (tickets.data ?? []).filter(({ focus }) => focus?.reference?.startsWith('Communication/'));
  return about.length > 0 ? <Tickets tickets={about} title={t('tickets')} /> : <></>;
}

interface ConversationProps {
  readonly patient: string | undefined;
  readonly onClose: () => void;
}

/** Everything that was written to and by one patient, beside the list. */
function Conversation({ patient, onClose }: ConversationProps): JSX.Element {
  const { t } = useTranslation('messages');
  const found = useRead('Patient', patient);
  return (
    <Drawer
      opened={patient !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={found.data ? nameOf(found.data) : t('conversation')}
    >
      <Loaded query={found}>{(person) => <PatientThread patient={person} />}</Loaded>
    </Drawer>
  );
}
