import { Button, Group, NumberInput, Paper, Stack, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { WithId } from '@medplum/core';
import type { Parameters, Schedule } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useOperation } from '../../fhir/operations.ts';

const DAY_MS = 86_400_000;

/** Makes the slots of the next days at once, for a Schedule that is not kept filled, or further ahead. */
export function FillForm({ schedule }: { readonly schedule: WithId<Schedule> }): JSX.Element {
  const { t } = useTranslation('schedules');
  const [days, setDays] = useState(28);
  const fill = useOperation<Parameters, { schedule: string; start: string; end: string }>('Schedule/$generate-slots', {
    changes: ['Slot'],
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const now = Date.now();
    fill.mutate(
      {
        schedule: `Schedule/${schedule.id}`,
        start: new Date(now).toISOString(),
        end: new Date(now + days * DAY_MS).toISOString(),
      },
      { onSuccess: () => notifications.show({ message: t('filled', { count: days }) }) },
    );
  };
  return (
    <Paper withBorder p="md" component="section" aria-label={t('fill')}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Title order={2} size="h4">
            {t('fill')}
          </Title>
          <Group align="flex-end">
            <NumberInput
              label={t('fillDays')}
              min={1}
              max={400}
              w={160}
              value={days}
              onChange={(value) => setDays(Number(value) || 1)}
            />
            <Button type="submit" variant="default" loading={fill.isPending}>
              {t('fillNow')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
