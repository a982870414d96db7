import { Button, Group, Modal, NativeSelect, Radio, Stack, TextInput } from '@mantine/core';
import { DateTime } from 'luxon';
import type { Slot, Task } from '@medplum/fhirtypes';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useOperation } from '../../fhir/operations.ts';
import { ErrorNotice } from '../../parts/error.tsx';
import { fieldOf } from '../../parts/form.ts';
import type { Bookable } from '../booking/actors.ts';

interface BlockDialogProps {
  readonly opened: boolean;
  readonly bookable: Bookable;
  readonly date: string;
  readonly who: string | undefined;
  readonly onClose: () => void;
}

/** Shuts some time of a calendar, by the clock of the place: free slots there go, bookings stay and raise a ticket. */
export function BlockDialog({ opened, bookable, date, who, onClose }: BlockDialogProps): JSX.Element {
  const { t } = useTranslation('today');
  const { actors, zone } = bookable;
  const block = useOperation<Slot>('Slot/$block', { changes: ['Slot', 'Appointment'], quiet: true });
  const close = useOperation<Task>('Schedule/$close', { changes: ['Slot', 'Appointment', 'Task'], quiet: true });
  const error = block.error ?? close.error;
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const at = (name: string): string =>
      DateTime.fromISO(`${fieldOf(form, `${name}Date`)}T${fieldOf(form, `${name}Time`)}`, { zone })
        .toUTC()
        .toISO() ?? '';
    const body = {
      schedule: `Schedule/${fieldOf(form, 'schedule')}`,
      start: at('start'),
      end: at('end'),
      reason: fieldOf(form, 'reason').trim(),
    };
    const booked = fieldOf(form, 'booked');
    if (booked === 'keep') {
      block.mutate(body, { onSuccess: onClose });
    } else {
      close.mutate({ ...body, ...(booked === 'cancel' && { cancel: true }) }, { onSuccess: onClose });
    }
  };
  return (
    <Modal opened={opened} onClose={onClose} title={t('blockTitle')}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <NativeSelect
            name="schedule"
            label={t('who')}
            defaultValue={actors.find(({ reference }) => reference === who)?.schedules[0]?.id}
            data={actors.flatMap(({ name, schedules }) => schedules.map(({ id }) => ({ value: id, label: name })))}
            data-autofocus
          />
          <Group grow>
            <TextInput name="startDate" type="date" label={t('from')} defaultValue={date} required />
            <TextInput name="startTime" type="time" label={t('fromTime')} defaultValue="12:00" required />
          </Group>
          <Group grow>
            <TextInput name="endDate" type="date" label={t('until')} defaultValue={date} required />
            <TextInput name="endTime" type="time" label={t('untilTime')} defaultValue="13:00" required />
          </Group>
          <TextInput name="reason" label={t('blockReason')} required autoComplete="off" />
          <Radio.Group name="booked" label={t('booked')} defaultValue="keep">
            <Stack gap={6} mt={4}>
              <Radio value="keep" label={t('bookedKeep')} />
              <Radio value="offer" label={t('bookedOffer')} />
              <Radio value="cancel" label={t('bookedCancel')} />
            </Stack>
          </Radio.Group>
          {error !== null && <ErrorNotice error={error} />}
          <Button type="submit" loading={block.isPending || close.isPending}>
            {t('action.block')}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
