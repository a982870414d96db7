import { Group, Paper, Select, Stack, TextInput } from '@mantine/core';
import type { PlanDefinitionAction } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { moved, timingOf, withStep, withTiming } from './edit.ts';
import { conditionsOf, withConditions } from './edit-lists.ts';
import { ExpressionList } from './expression-list.tsx';
import { Order } from './order.tsx';
import { useSources } from './sources.ts';
import { TimingForm } from './timing-form.tsx';

interface StepProps {
  readonly stage: PlanDefinitionAction;
  readonly at: number;
  readonly onChange: (stage: PlanDefinitionAction) => void;
}

/** One step: what it is, when it is due and under which condition. */
export function StepForm({ stage, at, onChange }: StepProps): JSX.Element | null {
  const { t } = useTranslation('definitions');
  const { options } = useSources();
  const steps = stage.action ?? [];
  const step = steps[at];
  if (!step) {
    return null;
  }
  const name = step.title ?? step.id ?? '';
  const change = (after: PlanDefinitionAction): void => onChange(withStep(stage, at, () => after));
  const [canonical = ''] = (step.definitionCanonical ?? '').split('|');
  return (
    <Paper withBorder p="sm" role="group" aria-label={name}>
      <Stack gap="sm">
        <Group align="flex-end" justify="space-between">
          <TextInput
            label={t('stepName')}
            value={step.title ?? ''}
            onChange={(event) => change({ ...step, title: event.currentTarget.value })}
            flex={1}
            miw={180}
          />
          <Order
            name={name}
            isFirst={at === 0}
            isLast={at === steps.length - 1}
            onMove={(by) => onChange({ ...stage, action: moved(steps, at, by) })}
            onRemove={() => onChange({ ...stage, action: steps.filter((other) => other !== step) })}
          />
        </Group>
        <Select
          label={t('what')}
          placeholder={t('choose')}
          data={options}
          value={canonical || null}
          searchable
          onChange={(value) => value && change({ ...step, definitionCanonical: value })}
        />
        <TimingForm
          label={t('when')}
          none={t('atEntry')}
          timing={timingOf(step, stage.id)}
          stages={[]}
          countsFromNone
          onChange={(timing) => change(withTiming(step, timing, stage.id))}
        />
        <ExpressionList
          label={t('onlyIf')}
          another={t('andOnlyIf')}
          values={conditionsOf(step)}
          onChange={(values) => change(withConditions(step, values))}
        />
      </Stack>
    </Paper>
  );
}
