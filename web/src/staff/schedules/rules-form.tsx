import { Fieldset, Group, NumberInput, TextInput, Title } from '@mantine/core';
import type { Schedule } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { horizonOf, ruleOf, RULES, withHorizon, withRule } from './pattern.ts';
import type { Rule } from './pattern.ts';

interface RulesProps {
  readonly schedule: Schedule;
  readonly onChange: (schedule: Schedule) => void;
}

/** From when to when the pattern counts, how far ahead slots are kept, and the rules for patients who book. */
export function RulesForm({ schedule, onChange }: RulesProps): JSX.Element {
  const { t } = useTranslation('schedules');
  const { start = '', end = '' } = schedule.planningHorizon ?? {};
  const period = (change: { start?: string; end?: string }): void => {
    const { planningHorizon, ...others } = schedule;
    const after = Object.entries({ ...planningHorizon, ...change }).filter(([, value]) => value !== '');
    onChange(after.length > 0 ? { ...others, planningHorizon: Object.fromEntries(after) } : others);
  };
  const number = (value: string | number): number | undefined => (value === '' ? undefined : Number(value));
  return (
    <Fieldset
      legend={
        <Title order={2} size="h4">
          {t('rules')}
        </Title>
      }
    >
      <Group gap="sm" align="flex-end">
        <TextInput
          type="date"
          label={t('validFrom')}
          value={start.slice(0, 10)}
          onChange={(event) => period({ start: event.currentTarget.value })}
        />
        <TextInput
          type="date"
          label={t('validTo')}
          value={end.slice(0, 10)}
          onChange={(event) => period({ end: event.currentTarget.value })}
        />
        <NumberInput
          label={t('horizon')}
          min={1}
          max={400}
          w={200}
          value={horizonOf(schedule) ?? ''}
          onChange={(value) => onChange(withHorizon(schedule, number(value)))}
        />
        {(Object.keys(RULES) as Rule[]).map((rule) => (
          <NumberInput
            key={rule}
            label={t(`rule.${rule}`)}
            placeholder={t('asService')}
            min={0}
            w={240}
            value={ruleOf(schedule, rule) ?? ''}
            onChange={(value) => onChange(withRule(schedule, rule, number(value)))}
          />
        ))}
      </Group>
    </Fieldset>
  );
}
