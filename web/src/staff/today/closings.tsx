import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { TASK_CODE } from '../../../../bots/runtime/contract.ts';
import { CLOSING_CODE, closingOf, entriesOf, NEEDS_A_PERSON } from '../../../../bots/scheduling/closing-task.ts';
import { useLive } from '../../fhir/live.ts';
import { useSearch } from '../../fhir/queries.ts';
import { useFormat } from '../../format.ts';
import type { Bookable } from '../booking/actors.ts';
import { ClosingList } from './closing-list.tsx';

interface ClosingsProps {
  readonly bookable: Bookable;
  /** Instants: the days that are shown. */
  readonly window: { readonly start: string; readonly end: string };
}

const CODE = `${TASK_CODE}|${CLOSING_CODE}`;

/** Time that was closed in the days that are shown, and how far its patients have got. */
export function Closings({ bookable, window }: ClosingsProps): JSX.Element | null {
  const { t } = useTranslation('today');
  const format = useFormat();
  const [followed, setFollowed] = useState<string>();
  const live = useLive(`Task?code=${CODE}`);
  const tasks = useSearch('Task', { code: CODE, _sort: '-_lastUpdated', _count: '50' }, live);
  const shown = (tasks.data ?? []).filter((task) => touches(task, window));
  const open = shown.find(({ id }) => id === followed);
  const { zone, actors } = bookable;
  const nameOf = ({ focus }: Task): string =>
    actors.find(({ schedules }) => schedules.some(({ id }) => focus?.reference === `Schedule/${id}`))?.name ?? '';
  const timeOf = (task: Task): string => {
    const time = closingOf(task)?.time;
    return time ? `${format.moment(time.start, zone)} – ${format.moment(time.end, zone)}` : '';
  };
  if (shown.length === 0) {
    return null;
  }
  return (
    <Stack gap="xs">
      {shown.map((task) => {
        const entries = entriesOf(task);
        const calls = entries.filter(({ outcome }) => NEEDS_A_PERSON.includes(outcome)).length;
        return (
          <Alert key={task.id} color={calls > 0 ? 'orange' : 'gray'} title={t('closing.title', { name: nameOf(task) })}>
            <Group justify="space-between">
              <Text size="sm">
                {timeOf(task)} · {t('closing.patients', { count: entries.length })}
                {calls > 0 && ` · ${t('closing.calls', { count: calls })}`}
              </Text>
              <Button size="compact-sm" variant="default" onClick={() => setFollowed(task.id)}>
                {t('closing.follow')}
              </Button>
            </Group>
          </Alert>
        );
      })}
      <Modal
        opened={open !== undefined}
        onClose={() => setFollowed(undefined)}
        size="xl"
        title={open && t('closing.title', { name: nameOf(open) })}
      >
        {open && (
          <>
            <Text size="sm" mb="sm">
              {timeOf(open)} · {open.reasonCode?.text}
            </Text>
            <ClosingList task={open} zone={zone} />
          </>
        )}
      </Modal>
    </Stack>
  );
}

function touches(task: WithId<Task>, { start, end }: ClosingsProps['window']): boolean {
  const time = closingOf(task)?.time;
  return time !== undefined && time.start < new Date(end) && time.end > new Date(start);
}
