import { Button, Group, SegmentedControl, Select, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { JSX, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { byDay, freeSlotQuery, freeSlotsOf } from '../fhir/free-slots.ts';
import type { FreeSlot } from '../fhir/free-slots.ts';
import { useLive } from '../fhir/live.ts';
import { useBundle } from '../fhir/queries.ts';
import { useZones } from '../fhir/zones.ts';
import { useFormat } from '../format.ts';
import { Loaded } from './loaded.tsx';
import { Empty } from './page.tsx';
import { useNow } from './use-now.ts';

const DAY_MS = 86_400_000;
const WINDOW_DAYS = 14;

interface SlotPickerProps {
  /** Codes of the service, as `system|code`. */
  readonly services: readonly string[];
  /** Whose slots, such as `Practitioner/1`; everybody's unless given. */
  readonly actors?: readonly string[];
  readonly chosen: FreeSlot | undefined;
  readonly onChoose: (slot: FreeSlot) => void;
  /** Shown below where there is no free time. */
  readonly nothing?: ReactNode;
}

/** Free times, two weeks at a time: with whom, then on which day, then when. Changes by itself when somebody else books. */
export function SlotPicker({ services, actors = [], chosen, onChoose, nothing }: SlotPickerProps): JSX.Element {
  const { t } = useTranslation('book');
  const format = useFormat();
  const now = useNow();
  const { clinic } = useZones();
  const [page, setPage] = useState(0);
  // From the next full minute: what begins now is past, and a query that is another one every second would be asked so.
  const first = new Date(Math.floor(now.getTime() / 60_000 + 1) * 60_000 + page * WINDOW_DAYS * DAY_MS);
  const end = new Date(first.getTime() + WINDOW_DAYS * DAY_MS);
  const live = useLive(services.length > 0 ? `Slot?service-type=${services.join(',')}` : 'Slot');
  const found = useBundle('Slot', freeSlotQuery({ services, actors, start: first, end, count: 1000 }), live);
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t('window', {
            from: format.date(first, clinic),
            to: format.date(new Date(end.getTime() - DAY_MS), clinic),
          })}
        </Text>
        <Group gap="xs">
          <Button size="xs" variant="default" disabled={page === 0} onClick={() => setPage(page - 1)}>
            {t('earlier')}
          </Button>
          <Button size="xs" variant="default" onClick={() => setPage(page + 1)}>
            {t('later')}
          </Button>
        </Group>
      </Group>
      <Loaded query={found} lines={6}>
        {(bundle) => {
          const slots = freeSlotsOf(bundle);
          return slots.length === 0 ? (
            <Empty text={t('nothing')}>{nothing}</Empty>
          ) : (
            <Times slots={slots} chosen={chosen} onChoose={onChoose} />
          );
        }}
      </Loaded>
    </Stack>
  );
}

interface TimesProps extends Pick<SlotPickerProps, 'chosen' | 'onChoose'> {
  readonly slots: readonly FreeSlot[];
}

function Times({ slots, chosen, onChoose }: TimesProps): JSX.Element {
  const { t } = useTranslation('book');
  const format = useFormat();
  const [actor, setActor] = useState<string | null>(null);
  const [wanted, setWanted] = useState<string>();
  const hosts = new Map(slots.map((slot) => [slot.actor, slot.actorName]));
  const shown = slots.filter((slot) => !actor || !hosts.has(actor) || slot.actor === actor);
  const days = byDay(shown);
  const [day, ofDay] = days.find(([name]) => name === wanted) ?? days[0] ?? ['', []];
  return (
    <Stack>
      {hosts.size > 1 && (
        <Select
          label={t('with')}
          placeholder={t('anybody')}
          clearable
          data={[...hosts].map(([value, label]) => ({ value, label }))}
          value={actor}
          onChange={setActor}
        />
      )}
      <SegmentedControl
        aria-label={t('day')}
        value={day}
        onChange={setWanted}
        data={days.slice(0, 14).map(([name, free]) => ({
          value: name,
          label: `${format.weekday(name)} (${free.length})`,
        }))}
        style={{ overflowX: 'auto', flexWrap: 'nowrap' }}
      />
      <Title order={2} size="h4">
        {format.fullDay(day)}
      </Title>
      <SimpleGrid cols={{ base: 2, sm: 4, md: 6 }} spacing="xs" role="group" aria-label={t('times')}>
        {ofDay.map((slot) => (
          <Button
            key={slot.slot.id}
            variant={slot.slot.id === chosen?.slot.id ? 'filled' : 'default'}
            aria-pressed={slot.slot.id === chosen?.slot.id}
            h="auto"
            py={6}
            onClick={() => onChoose(slot)}
          >
            <Stack gap={0} align="center">
              <span>{format.time(slot.slot.start, slot.zone)}</span>
              {hosts.size > 1 && <Text size="xs">{slot.actorName}</Text>}
            </Stack>
          </Button>
        ))}
      </SimpleGrid>
    </Stack>
  );
}
