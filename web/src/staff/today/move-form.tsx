import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import type { WithId } from '@medplum/core';
import { extractServiceTypeReferences } from '@medplum/core';
import type { Slot } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearch } from '../../fhir/queries.ts';
import { useFormat } from '../../format.ts';
import { ErrorNotice } from '../../parts/error.tsx';
import { fieldOf } from '../../parts/form.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { useFocus } from '../../parts/use-focus.ts';
import { ownerOf } from '../booking/booking.ts';
import type { Entry } from './entries.ts';
import { dateIn, windowOf } from './layout.ts';
import { movedSlots } from './moving.ts';
import type { Around } from './around.ts';
import { useMove } from './use-acts.ts';

interface MoveFormProps {
  readonly entry: Entry;
  readonly around: Around;
  /** Where it was dropped, if moving it there needs more than that. */
  readonly onto?: WithId<Slot> | undefined;
  readonly onDone: () => void;
  readonly onBack: (() => void) | undefined;
}

/** Moves an appointment to a free slot of any day, of anybody who offers the same service. */
export function MoveForm({ entry, around, onto, onDone, onBack }: MoveFormProps): JSX.Element {
  const { t } = useTranslation('today');
  const format = useFormat();
  const { bookable, now } = around;
  const { zone, actors } = bookable;
  const [date, setDate] = useState(dateIn(zone, onto ? new Date(onto.start) : entry.start));
  const window = windowOf([date], zone);
  const day = useSearch('Slot', `start=ge${window.start}&start=lt${window.end}&_sort=start&_count=1000`);
  const field = useFocus<HTMLInputElement>();
  const move = useMove({ quiet: true });
  const services = extractServiceTypeReferences(entry.appointment?.serviceType).map(({ reference }) => reference);
  const own = actors.find(({ reference }) => reference === entry.actor)?.schedules ?? [];
  const from = own.map(({ id }) => `Schedule/${id}`);

  const targetsOf = (slots: readonly WithId<Slot>[]): { slot: WithId<Slot>; label: string; all: WithId<Slot>[] }[] => {
    // What it takes now may be of another day.
    const known = [...new Map([...around.slots, ...slots].map((slot) => [slot.id, slot])).values()];
    return slots
      .filter((slot) => slot.status === 'free' && Date.parse(slot.start) > now.getTime() && isFor(slot, services))
      .flatMap((slot) => {
        const owner = ownerOf(slot, actors);
        const all = entry.appointment && movedSlots(entry.appointment, from, slot, known);
        return owner && all ? [{ slot, all, label: `${format.time(slot.start, zone)} · ${owner.name}` }] : [];
      });
  };
  return (
    <Stack gap="sm">
      <TextInput
        type="date"
        label={t('moveDate')}
        value={date}
        required
        ref={field}
        onChange={(event) => event.currentTarget.value && setDate(event.currentTarget.value)}
      />
      <Loaded query={day} lines={2}>
        {(slots) => {
          const targets = targetsOf(slots);
          const submit = (event: FormEvent<HTMLFormElement>): void => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            const target = targets.find(({ slot }) => slot.id === fieldOf(form, 'slot'));
            if (target && entry.appointment) {
              const reason = fieldOf(form, 'reason').trim();
              move.mutate(
                { appointment: entry.appointment, slots: target.all, ...(reason && { reason }) },
                { onSuccess: onDone },
              );
            }
          };
          return (
            <form onSubmit={submit}>
              <Stack gap="sm">
                {targets.length > 0 ? (
                  <NativeSelect
                    name="slot"
                    label={t('moveTime')}
                    defaultValue={onto?.id}
                    data={targets.map(({ slot, label }) => ({ value: slot.id, label }))}
                  />
                ) : (
                  <Text role="status">{t('moveNone')}</Text>
                )}
                <TextInput name="reason" label={t('moveReason')} autoComplete="off" />
                {move.isError && <ErrorNotice error={move.error} />}
                <Group>
                  <Button type="submit" loading={move.isPending} disabled={targets.length === 0}>
                    {t('action.move')}
                  </Button>
                  {onBack && (
                    <Button variant="default" onClick={onBack}>
                      {t('back', { ns: 'common' })}
                    </Button>
                  )}
                </Group>
              </Stack>
            </form>
          );
        }}
      </Loaded>
    </Stack>
  );
}

/** Whether a slot is of one of these services; any slot is where the appointment names none. */
function isFor(slot: Slot, services: readonly (string | undefined)[]): boolean {
  const own = extractServiceTypeReferences(slot.serviceType).map(({ reference }) => reference);
  return services.length === 0 || own.some((service) => services.includes(service));
}
