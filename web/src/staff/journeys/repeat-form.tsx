import { Checkbox, Group, NumberInput, Select, Stack } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { REPEAT_UNITS } from '../../../../bots/journeys/stage-timing.ts';
import type { RepeatForm as Repeat } from './edit-lists.ts';

interface RepeatProps {
  readonly repeat: Repeat | undefined;
  readonly onChange: (repeat: Repeat | undefined) => void;
}

const FIRST: Repeat = { count: 3, period: 30, unit: 'd' };

/** Whether a stage is entered again and again, and how often. */
export function RepeatForm({ repeat, onChange }: RepeatProps): JSX.Element {
  const { t } = useTranslation('definitions');
  return (
    <Stack gap={6}>
      <Checkbox
        label={t('repeats')}
        checked={repeat !== undefined}
        onChange={(event) => onChange(event.currentTarget.checked ? FIRST : undefined)}
      />
      {repeat && (
        <Group gap="xs" align="flex-end" role="group" aria-label={t('repeats')}>
          <NumberInput
            label={t('repeatCount')}
            min={2}
            max={1000}
            w={150}
            value={repeat.count}
            onChange={(count) => onChange({ ...repeat, count: Number(count) || 0 })}
          />
          <NumberInput
            label={t('repeatEvery')}
            min={1}
            w={110}
            value={repeat.period}
            onChange={(period) => onChange({ ...repeat, period: Number(period) || 0 })}
          />
          <Select
            label={t('unit')}
            w={130}
            allowDeselect={false}
            data={REPEAT_UNITS.map((unit) => ({ value: unit, label: t(`units.${unit}`) }))}
            value={repeat.unit}
            onChange={(unit) => unit && onChange({ ...repeat, unit: unit as Repeat['unit'] })}
          />
        </Group>
      )}
    </Stack>
  );
}
