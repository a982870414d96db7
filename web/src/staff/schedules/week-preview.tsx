import { Button, Group, Paper, Stack, Table, Text, Title } from '@mantine/core';
import type { Schedule } from '@medplum/fhirtypes';
import { DateTime } from 'luxon';
import { useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { Offer } from '../../../../bots/scheduling/availability.ts';
import { useFormat } from '../../format.ts';
import { previewOf } from './pattern.ts';

interface PreviewProps {
  readonly schedule: Schedule;
  readonly offers: readonly Offer[];
  /** IANA zone of the place. */
  readonly zone: string;
}

/** The slots of a week, as they would be by what stands in the form. */
export function WeekPreview({ schedule, offers, zone }: PreviewProps): JSX.Element {
  const { t } = useTranslation('schedules');
  const format = useFormat();
  const [today] = useState(() => new Date());
  const [week, setWeek] = useState(0);
  const monday = DateTime.fromJSDate(today, { zone }).startOf('week').plus({ weeks: week });
  const days = Array.from({ length: 7 }, (_day, index) => monday.plus({ days: index }));
  const slots = previewOf(schedule, offers, { start: monday.toJSDate(), end: monday.plus({ weeks: 1 }).toJSDate() });
  return (
    <Paper withBorder p="md" component="section" aria-label={t('preview')}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            {t('preview')}
          </Title>
          <Group gap={4}>
            <Button variant="default" size="compact-sm" onClick={() => setWeek(week - 1)}>
              {t('weekBefore')}
            </Button>
            <Button variant="default" size="compact-sm" onClick={() => setWeek(week + 1)}>
              {t('weekAfter')}
            </Button>
          </Group>
        </Group>
        <Text size="sm" c="dimmed" role="status">
          {t('slots', { count: slots.length })}
        </Text>
        <Table verticalSpacing={4} aria-label={t('preview')}>
          <Table.Tbody>
            {days.map((day) => {
              const own = slots.filter(({ start }) => DateTime.fromJSDate(start, { zone }).hasSame(day, 'day'));
              return (
                <Table.Tr key={day.toISODate()}>
                  <Table.Th scope="row" w={120} style={{ verticalAlign: 'top' }}>
                    <Text size="sm" fw={600}>
                      {format.date(day.toJSDate(), zone)}
                    </Text>
                  </Table.Th>
                  <Table.Td>
                    <Group gap="2px 10px">
                      {own.length === 0 && (
                        <Text size="sm" c="dimmed">
                          {t('closed')}
                        </Text>
                      )}
                      {own.map(({ start, offer }) => (
                        <Text key={`${start.getTime()} ${offer.service.id}`} size="sm" style={{ whiteSpace: 'nowrap' }}>
                          {format.time(start, zone)}
                        </Text>
                      ))}
                    </Group>
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Stack>
    </Paper>
  );
}
