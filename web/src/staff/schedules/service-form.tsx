import { Button, Chip, Fieldset, Group, NumberInput, Stack, Text, TextInput, Title } from '@mantine/core';
import type { Schedule } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { DAYS } from '../../../../bots/scheduling/availability.ts';
import type { Day } from '../../../../bots/scheduling/availability.ts';
import {
  capacityOf,
  hoursOf,
  LENGTHS,
  lengthOf,
  withCapacity,
  withHours,
  withLength,
  withZone,
  zoneOf,
} from './pattern.ts';
import type { Hours } from './pattern.ts';

interface ServiceProps {
  readonly schedule: Schedule;
  /** `HealthcareService/123` */
  readonly service: string;
  readonly name: string;
  readonly readOnly: boolean;
  readonly onChange: (schedule: Schedule) => void;
}

/** The weekly hours of one service on a Schedule, and how its slots lie in them. */
export function ServiceForm({ schedule, service, name, readOnly, onChange }: ServiceProps): JSX.Element {
  const { t } = useTranslation('schedules');
  const hours = hoursOf(schedule, service);
  const setHours = (after: readonly Hours[]): void => onChange(withHours(schedule, service, after));
  const at = (index: number, change: Partial<Hours>): void =>
    setHours(hours.map((one, other) => (other === index ? { ...one, ...change } : one)));
  return (
    <Fieldset
      disabled={readOnly}
      legend={
        <Title order={2} size="h4">
          {name}
        </Title>
      }
    >
      <Stack gap="md">
        {hours.length === 0 && <Text size="sm">{t('hoursOfService')}</Text>}
        {hours.map(({ days, from, to }, index) => (
          <Group key={index} align="flex-end" gap="sm" role="group" aria-label={t('window', { number: index + 1 })}>
            <Chip.Group
              multiple
              value={[...days]}
              onChange={(chosen) => at(index, { days: DAYS.filter((day) => chosen.includes(day)) })}
            >
              <Group gap={4}>
                {DAYS.map((day: Day) => (
                  <Chip key={day} value={day} size="xs">
                    {t(`day.${day}`)}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
            <Group gap="sm" align="flex-end" wrap="nowrap">
              <TextInput
                type="time"
                label={t('from')}
                value={from}
                onChange={(event) => at(index, { from: event.currentTarget.value })}
              />
              <TextInput
                type="time"
                label={t('to')}
                value={to}
                onChange={(event) => at(index, { to: event.currentTarget.value })}
              />
            </Group>
            {!readOnly && (
              <Button
                variant="subtle"
                c="red"
                aria-label={t('removeWindow', { number: index + 1 })}
                onClick={() => setHours(hours.filter((_one, other) => other !== index))}
              >
                {t('remove')}
              </Button>
            )}
          </Group>
        ))}
        {!readOnly && (
          <Group>
            <Button
              variant="default"
              size="compact-sm"
              onClick={() => setHours([...hours, { days: DAYS.slice(0, 5), from: '09:00', to: '12:00' }])}
            >
              {t('addWindow')}
            </Button>
          </Group>
        )}
        <Group gap="sm" align="flex-end">
          {LENGTHS.map((length) => (
            <NumberInput
              key={length}
              label={t(`length.${length}`)}
              placeholder={t('asService')}
              min={length === 'duration' ? 1 : 0}
              w={165}
              value={lengthOf(schedule, service, length) ?? ''}
              onChange={(value) =>
                onChange(withLength(schedule, service, length, value === '' ? undefined : Number(value)))
              }
            />
          ))}
          <NumberInput
            label={t('capacity')}
            placeholder={t('asService')}
            min={1}
            max={50}
            w={165}
            value={capacityOf(schedule, service) ?? ''}
            onChange={(value) => onChange(withCapacity(schedule, service, value === '' ? undefined : Number(value)))}
          />
          <TextInput
            label={t('zone')}
            placeholder={t('asPlace')}
            w={200}
            value={zoneOf(schedule, service)}
            onChange={(event) => onChange(withZone(schedule, service, event.currentTarget.value))}
          />
        </Group>
      </Stack>
    </Fieldset>
  );
}
