import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { Reference, Task } from '@medplum/fhirtypes';
import { useMedplum } from '@medplum/react-hooks';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../../fhir/operations.ts';
import { subjectOf } from '../../fhir/ticket-kinds.ts';
import { byUrgency } from '../../fhir/tickets.ts';
import { useZones } from '../../fhir/zones.ts';
import { useFormat } from '../../format.ts';
import { useSession } from '../../session/session.tsx';
import { About } from './about.tsx';
import { TicketNote } from './ticket-note.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';

interface TicketsProps {
  readonly tickets: readonly WithId<Task>[];
  readonly title: string;
  /** Where all are about the same patient, who need not be named. */
  readonly ofOnePatient?: boolean;
}

/** What needs a person, the most urgent first. */
export function Tickets({ tickets, title, ofOnePatient = false }: TicketsProps): JSX.Element {
  return (
    <Stack gap="xs">
      <Title order={2} size="h5">
        {title} ({tickets.length})
      </Title>
      <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: 'none' }} aria-label={title}>
        {byUrgency(tickets).map((ticket) => (
          <Ticket key={ticket.id} ticket={ticket} namesPatient={!ofOnePatient} />
        ))}
      </Stack>
    </Stack>
  );
}

function Ticket({
  ticket,
  namesPatient,
}: {
  readonly ticket: WithId<Task>;
  readonly namesPatient: boolean;
}): JSX.Element {
  const { t } = useTranslation('health');
  const format = useFormat();
  const { clinic } = useZones();
  const { who } = useSession();
  const medplum = useMedplum();
  const change = useAction(
    (edited: WithId<Task>) =>
      medplum.updateResource<Task>(edited, { headers: { 'If-Match': `W/"${ticket.meta?.versionId}"` } }),
    { changes: ['Task'] },
  );
  const subject = subjectOf(ticket);
  const isMine = ticket.owner?.reference === who.reference;
  return (
    <Paper component="li" withBorder p="sm">
      <Group justify="space-between" align="start" gap="xs">
        <Stack gap={2} style={{ flex: '1 1 16rem' }}>
          <Group gap="xs">
            <Text size="sm" fw={subject && 600} {...(!subject && { lang: 'en' })}>
              {subject ? t(`subject.${subject}`) : ticket.description}
            </Text>
            {ticket.priority && ticket.priority !== 'routine' && (
              <StateBadge color="red">{t(`priority.${ticket.priority}`)}</StateBadge>
            )}
          </Group>
          {subject && (
            <Text size="sm" lang="en">
              {ticket.description}
            </Text>
          )}
          <Group gap="xs">
            <Text size="xs" c="dimmed">
              {ticket.authoredOn && t('since', { time: format.moment(ticket.authoredOn, clinic) })}
              {ticket.owner && ` · ${isMine ? t('mine') : t('taken', { name: ticket.owner.display ?? t('somebody') })}`}
            </Text>
            {namesPatient && <About reference={ticket.for} />}
            <About reference={ticket.focus} />
          </Group>
          {(ticket.note ?? []).map((note, index) => (
            <Text key={index} size="xs">
              {note.time && `${format.moment(note.time, clinic)}: `}
              {note.text}
            </Text>
          ))}
        </Stack>
        <Group gap={4}>
          {!isMine && (
            <Button
              size="compact-sm"
              variant="default"
              loading={change.isPending}
              onClick={() =>
                change.mutate({
                  ...ticket,
                  status: 'in-progress',
                  owner: { reference: who.reference, display: who.name } as Reference as NonNullable<Task['owner']>,
                })
              }
            >
              {t('take')}
            </Button>
          )}
          <TicketNote ticket={ticket} />
          <Button
            size="compact-sm"
            variant="default"
            loading={change.isPending}
            onClick={() => change.mutate({ ...ticket, status: 'completed' })}
          >
            {t('done')}
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}
