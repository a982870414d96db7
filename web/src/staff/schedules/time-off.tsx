import { Button, Group, List, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { WithId } from '@medplum/core';
import type { Schedule, Slot } from '@medplum/fhirtypes';
import { DateTime } from 'luxon';
import { useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useOperation } from '../../fhir/operations.ts';
import { useSearch } from '../../fhir/queries.ts';
import { useFormat } from '../../format.ts';
import { Loaded } from '../../parts/loaded.tsx';

interface TimeOffProps {
  readonly schedule: WithId<Schedule>;
  /** IANA zone of the place. */
  readonly zone: string;
  readonly mayBlock: boolean;
}

/** A block counts for so long. */
const LONGEST_MS = 400 * 86_400_000;
const CHANGES = { changes: ['Slot'] } as const;

/** Time in which nobody can book: holidays, courses, illness. */
export function TimeOff({ schedule, zone, mayBlock }: TimeOffProps): JSX.Element {
  const { t } = useTranslation('schedules');
  const format = useFormat();
  const [now] = useState(() => new Date());
  const blocks = useSearch('Slot', {
    schedule: `Schedule/${schedule.id}`,
    status: 'busy-unavailable',
    start: `ge${new Date(now.getTime() - LONGEST_MS).toISOString()}`,
    _sort: 'start',
    _count: '200',
  });
  const unblock = useOperation<Slot, { slot: string }>('Slot/$unblock', CHANGES);
  return (
    <Paper withBorder p="md" component="section" aria-label={t('off')}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('off')}
        </Title>
        <Loaded query={blocks}>
          {(found) => {
            const current = found.filter(({ end }) => Date.parse(end) > now.getTime());
            return current.length === 0 ? (
              <Text size="sm" c="dimmed">
                {t('noneOff')}
              </Text>
            ) : (
              <List size="sm" listStyleType="none" spacing={4}>
                {current.map(({ id, start, end, comment }) => (
                  <List.Item key={id}>
                    <Group gap="xs">
                      <Text size="sm">
                        {format.moment(start, zone)} – {format.moment(end, zone)}
                        {comment && `: ${comment}`}
                      </Text>
                      {mayBlock && (
                        <Button
                          variant="subtle"
                          size="compact-sm"
                          aria-label={t('openAgain', { when: format.moment(start, zone) })}
                          loading={unblock.isPending && unblock.variables.slot === `Slot/${id}`}
                          onClick={() => unblock.mutate({ slot: `Slot/${id}` })}
                        >
                          {t('open')}
                        </Button>
                      )}
                    </Group>
                  </List.Item>
                ))}
              </List>
            );
          }}
        </Loaded>
        {mayBlock && <BlockForm schedule={schedule} zone={zone} />}
      </Stack>
    </Paper>
  );
}

type BlockProps = Omit<TimeOffProps, 'mayBlock'>;

function BlockForm({ schedule, zone }: BlockProps): JSX.Element {
  const { t } = useTranslation('schedules');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [reason, setReason] = useState('');
  const block = useOperation<Slot, { schedule: string; start: string; end: string; reason: string }>(
    'Slot/$block',
    CHANGES,
  );
  const instant = (typed: string): string => DateTime.fromISO(typed, { zone }).toUTC().toISO() ?? '';
  const isBackwards = from !== '' && to !== '' && to <= from;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    block.mutate(
      { schedule: `Schedule/${schedule.id}`, start: instant(from), end: instant(to), reason: reason.trim() },
      {
        onSuccess: () => {
          notifications.show({ message: t('blocked') });
          setFrom('');
          setTo('');
          setReason('');
        },
      },
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <Group grow align="flex-start">
          <TextInput
            type="datetime-local"
            label={t('offFrom')}
            required
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            type="datetime-local"
            label={t('offTo')}
            required
            value={to}
            error={isBackwards && t('backwards')}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
        </Group>
        <TextInput
          label={t('reason')}
          required
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group justify="space-between">
          <Text size="xs" c="dimmed" flex={1}>
            {t('blockHint', { zone })}
          </Text>
          <Button type="submit" variant="default" loading={block.isPending} disabled={isBackwards || !reason.trim()}>
            {t('block')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
