import { Group, NumberInput, Select } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { OFFSET_UNITS } from '../../../../bots/journeys/relation.ts';
import { EDGES } from './edit.ts';
import type { Timing, Unit } from './edit.ts';

interface TimingProps {
  readonly label: string;
  /** What it is called that nothing times it. */
  readonly none: string;
  /** Whether a length counts from there all the same: from the beginning of the stage. */
  readonly countsFromNone?: boolean;
  readonly timing: Timing;
  /** Other stages that can time it. */
  readonly stages: readonly { readonly id: string; readonly title: string }[];
  readonly onChange: (timing: Timing) => void;
}

/** So long before or after something. */
export function TimingForm(props: TimingProps): JSX.Element {
  const { label, none, countsFromNone = false, timing, stages, onChange } = props;
  const { t } = useTranslation('definitions');
  const { anchor, value, unit } = timing;
  const anchors = [
    { value: 'none', label: none },
    ...EDGES.map((edge) => ({ value: edge, label: t(`edge.${edge}`) })),
    ...stages.map(({ id, title }) => ({ value: `stage:${id}`, label: t('afterStage', { title }) })),
  ];
  const counts = anchor !== 'none' || countsFromNone;
  return (
    <Group align="flex-end" gap="xs" role="group" aria-label={label}>
      {counts && (
        <>
          <NumberInput
            label={t('length')}
            value={value}
            min={0}
            w={90}
            onChange={(length) => onChange({ ...timing, value: Number(length) || 0 })}
          />
          <Select
            label={t('unit')}
            w={130}
            allowDeselect={false}
            data={OFFSET_UNITS.map((one) => ({ value: one, label: t(`units.${one}`) }))}
            value={unit}
            onChange={(one) => one && onChange({ ...timing, unit: one as Unit })}
          />
        </>
      )}
      <Select
        label={label}
        flex={1}
        miw={200}
        allowDeselect={false}
        data={anchors}
        value={anchor}
        onChange={(chosen) => chosen && onChange({ ...timing, anchor: chosen as Timing['anchor'] })}
      />
    </Group>
  );
}
