import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { COURSE_EVENTS, instantOf, REBOOKED, wallClock } from './simulation.ts';
import type { CourseEvent, CourseEventName } from './simulation.ts';

interface CourseProps {
  readonly events: readonly CourseEvent[];
  /** IANA zone in which times are typed. */
  readonly zone: string;
  readonly onChange: (events: readonly CourseEvent[]) => void;
}

/** What happens in a course of one's own: each with its time, in any order. */
export function CourseForm({ events, zone, onChange }: CourseProps): JSX.Element {
  const { t } = useTranslation('definitions');
  const { t: journeys } = useTranslation('journeys');
  const nameOf = (name: CourseEventName): string => (name === REBOOKED ? t('isRebooked') : journeys(`event.${name}`));
  const change = (index: number, part: Partial<CourseEvent>): void =>
    onChange(events.map((event, at) => (at === index ? { ...event, ...part } : event)));
  const last = events.at(-1);
  return (
    <Stack gap="sm">
      {events.map(({ name, at, start }, index) => (
        <Group key={index} gap="xs" align="flex-end" role="group" aria-label={t('eventNumber', { number: index + 1 })}>
          <NativeSelect
            label={t('event')}
            flex={1}
            miw={180}
            value={name}
            onChange={(event) => change(index, { name: event.currentTarget.value as CourseEventName })}
            data={COURSE_EVENTS.map((value) => ({ value, label: nameOf(value) }))}
          />
          <TextInput
            type="datetime-local"
            label={t('eventAt')}
            required
            value={wallClock(at, zone)}
            onChange={(event) => change(index, { at: instantOf(event.currentTarget.value, zone) })}
          />
          {name === REBOOKED && (
            <TextInput
              type="datetime-local"
              label={t('newVisitAt')}
              required
              value={start ? wallClock(start, zone) : ''}
              onChange={(event) => change(index, { start: instantOf(event.currentTarget.value, zone) })}
            />
          )}
          <Button
            variant="default"
            size="compact-sm"
            mb={6}
            aria-label={t('remove', { name: nameOf(name) })}
            onClick={() => onChange(events.filter((_event, other) => other !== index))}
          >
            {t('removeWord')}
          </Button>
        </Group>
      ))}
      <Group>
        <Button
          variant="default"
          size="compact-sm"
          onClick={() => onChange([...events, { name: 'appointment-arrived', at: last?.at ?? new Date() }])}
        >
          {t('addEvent')}
        </Button>
      </Group>
    </Stack>
  );
}
