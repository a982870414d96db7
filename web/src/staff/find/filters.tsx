import { Chip, Group, NativeSelect, SegmentedControl, Stack, Switch, Text, TextInput } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { Location } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { DAYS } from '../../../../bots/scheduling/availability.ts';
import { serviceName } from '../booking/actors.ts';
import type { Bookable } from '../booking/actors.ts';
import { PARTS_OF_DAY } from './wish.ts';
import type { Wish } from './wish.ts';

interface FiltersProps {
  readonly wish: Wish;
  readonly today: string;
  readonly bookable: Bookable;
  readonly places: readonly WithId<Location>[];
  /** Changes the address; undefined takes something out of it. */
  readonly onChange: (change: Readonly<Record<string, string | undefined>>) => void;
}

/** What is looked for; what changes is looked for at once. */
export function Filters({ wish, today, bookable, places, onChange }: FiltersProps): JSX.Element {
  const { t } = useTranslation('find');
  const providers = bookable.actors.filter(({ kind }) => kind !== 'room');
  return (
    <Stack gap="sm" role="group" aria-label={t('filters')}>
      <Group gap="sm" align="end">
        <NativeSelect
          label={t('service')}
          value={wish.service ?? ''}
          onChange={(event) => onChange({ service: event.currentTarget.value || undefined })}
          data={[
            { value: '', label: t('everyService') },
            ...bookable.services.map((each) => ({ value: `HealthcareService/${each.id}`, label: serviceName(each) })),
          ]}
        />
        <NativeSelect
          label={t('provider')}
          value={wish.provider ?? ''}
          onChange={(event) => onChange({ provider: event.currentTarget.value || undefined })}
          data={[
            { value: '', label: t('everyProvider') },
            ...providers.map(({ reference, name }) => ({ value: reference, label: name })),
          ]}
        />
        <NativeSelect
          label={t('place')}
          value={wish.place ?? ''}
          onChange={(event) => onChange({ place: event.currentTarget.value || undefined })}
          data={[
            { value: '', label: t('everyPlace') },
            ...places.map(({ id, name }) => ({ value: `Location/${id}`, label: name ?? id })),
          ]}
        />
        <TextInput
          type="date"
          label={t('from')}
          min={today}
          value={wish.from}
          onChange={(event) => onChange({ from: event.currentTarget.value || undefined })}
        />
        <TextInput
          type="date"
          label={t('until')}
          min={wish.from}
          value={wish.until}
          onChange={(event) => onChange({ until: event.currentTarget.value || undefined })}
        />
      </Group>
      <Group gap="md" align="end">
        <Chip.Group
          multiple
          value={[...wish.days]}
          onChange={(days) => onChange({ days: days.length > 0 ? days.join(',') : undefined })}
        >
          <Stack gap={4}>
            <Text size="sm" fw={500} id="find-days">
              {t('days')}
            </Text>
            <Group gap={4} role="group" aria-labelledby="find-days">
              {DAYS.map((day) => (
                <Chip key={day} value={day} size="sm" variant="outline" radius="sm">
                  {t(`day.${day}`)}
                </Chip>
              ))}
            </Group>
          </Stack>
        </Chip.Group>
        <SegmentedControl
          aria-label={t('timeOfDay')}
          value={wish.part}
          onChange={(part) => onChange({ part: part === 'anyTime' ? undefined : part })}
          data={PARTS_OF_DAY.map((value) => ({ value, label: t(value) }))}
        />
        <TextInput
          type="time"
          label={t('notBefore')}
          value={wish.notBefore ?? ''}
          onChange={(event) => onChange({ notBefore: event.currentTarget.value || undefined })}
        />
        <TextInput
          type="time"
          label={t('before')}
          value={wish.before ?? ''}
          onChange={(event) => onChange({ before: event.currentTarget.value || undefined })}
        />
        <Switch
          label={t('first')}
          checked={wish.first}
          onChange={(event) => onChange({ first: event.currentTarget.checked ? 'yes' : undefined })}
          pb={8}
        />
      </Group>
    </Stack>
  );
}
