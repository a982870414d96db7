import { Button, Group, Stack, Text, Title } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { Slot } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format.ts';
import type { FoundDay } from './wish.ts';

interface ResultsProps {
  readonly days: readonly FoundDay[];
  readonly zone: string;
  readonly onPick: (slot: WithId<Slot>) => void;
}

/** So many times of one provider on one day are shown at first. */
const SHOWN = 10;

/** Free times by day and provider. */
export function Results({ days, zone, onPick }: ResultsProps): JSX.Element {
  const format = useFormat();
  return (
    <Stack gap="md">
      {days.map(({ day, rows }) => (
        <Stack key={day} gap="xs" component="section" aria-label={format.fullDay(day)}>
          <Title order={2} size="h5">
            {format.fullDay(day)}
          </Title>
          {rows.map(({ actor, slots }) => (
            <Row key={actor.reference} name={actor.name} slots={slots} zone={zone} onPick={onPick} />
          ))}
        </Stack>
      ))}
    </Stack>
  );
}

interface RowProps {
  readonly name: string;
  readonly slots: readonly WithId<Slot>[];
  readonly zone: string;
  readonly onPick: (slot: WithId<Slot>) => void;
}

function Row({ name, slots, zone, onPick }: RowProps): JSX.Element {
  const { t } = useTranslation('find');
  const format = useFormat();
  const [all, setAll] = useState(false);
  const shown = all ? slots : slots.slice(0, SHOWN);
  return (
    <Group gap="sm" align="start" className="found-row">
      <Text size="sm" w={150} pt={5} truncate>
        {name}
      </Text>
      <Group gap={6} flex={1} miw={200}>
        {shown.map((slot) => (
          <Button
            key={slot.id}
            variant="default"
            size="compact-md"
            aria-label={t('slot', { time: format.time(slot.start, zone), who: name })}
            onClick={() => onPick(slot)}
          >
            {format.time(slot.start, zone)}
          </Button>
        ))}
        {slots.length > shown.length && (
          <Button variant="subtle" size="compact-md" onClick={() => setAll(true)}>
            {t('moreOfDay', { count: slots.length - shown.length })}
          </Button>
        )}
      </Group>
    </Group>
  );
}
