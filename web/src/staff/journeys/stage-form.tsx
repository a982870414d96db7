import { Button, Fieldset, Group, MultiSelect, Stack, TextInput, Title } from '@mantine/core';
import type { PlanDefinition, PlanDefinitionAction } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { EVENTS, isStartEvent } from '../../../../bots/journeys/events.ts';
import { addStep, eventsOf, moved, timingOf, withEvents, withStage, withTiming } from './edit.ts';
import {
  conditionsOf,
  repeatOf,
  startConditionOf,
  whensOf,
  withConditions,
  withRepeat,
  withStartCondition,
  withWhens,
} from './edit-lists.ts';
import { ExpressionList } from './expression-list.tsx';
import { Order } from './order.tsx';
import { RepeatForm } from './repeat-form.tsx';
import { StepForm } from './step-form.tsx';
import { TimingForm } from './timing-form.tsx';

interface StageProps {
  readonly plan: PlanDefinition;
  readonly at: number;
  readonly onChange: (plan: PlanDefinition) => void;
}

/** One stage: what it is called, what begins it, and its steps. */
export function StageForm({ plan, at, onChange }: StageProps): JSX.Element | null {
  const { t } = useTranslation('definitions');
  const { t: journeys } = useTranslation('journeys');
  const stages = plan.action ?? [];
  const stage = stages[at];
  if (!stage) {
    return null;
  }
  const name = stage.title ?? stage.id ?? '';
  const change = (after: PlanDefinitionAction): void => onChange(withStage(plan, at, () => after));
  const earlier = stages.slice(0, at).flatMap(({ id, title }) => (id ? [{ id, title: title ?? id }] : []));
  return (
    <Fieldset
      legend={
        <Title order={3} size="h5">
          {name}
        </Title>
      }
      role="group"
      aria-label={name}
    >
      <Stack gap="sm">
        <Group align="flex-end" justify="space-between">
          <TextInput
            label={t('stageName')}
            value={stage.title ?? ''}
            onChange={(event) => change({ ...stage, title: event.currentTarget.value })}
            flex={1}
            miw={180}
          />
          <Order
            name={name}
            isFirst={at === 0}
            isLast={at === stages.length - 1}
            onMove={(by) => onChange({ ...plan, action: moved(stages, at, by) })}
            onRemove={() => onChange({ ...plan, action: stages.filter((other) => other !== stage) })}
          />
        </Group>
        <MultiSelect
          label={t('begins')}
          placeholder={eventsOf(stage).length === 0 ? t('byHand') : undefined}
          data={EVENTS.map((event) => ({ value: event, label: journeys(`event.${event}`) }))}
          value={eventsOf(stage)}
          onChange={(events) => change(withEvents(stage, events))}
        />
        {eventsOf(stage)
          .filter(isStartEvent)
          .map((event) => (
            <TextInput
              key={event}
              label={t('startsOnlyIf', { event: journeys(`event.${event}`) })}
              description={t('startHint')}
              value={startConditionOf(stage, event)}
              onChange={(typed) => change(withStartCondition(stage, event, typed.currentTarget.value))}
            />
          ))}
        <TimingForm
          label={t('orAt')}
          none={t('noTime')}
          timing={timingOf(stage)}
          stages={earlier}
          onChange={(timing) => change(withTiming(stage, timing))}
        />
        <Group grow align="flex-start">
          <ExpressionList
            label={t('asSoonAs')}
            another={t('orAsSoonAs')}
            values={whensOf(stage)}
            onChange={(values) => change(withWhens(stage, values))}
          />
          <ExpressionList
            label={t('onlyIf')}
            another={t('andOnlyIf')}
            values={conditionsOf(stage)}
            onChange={(values) => change(withConditions(stage, values))}
          />
        </Group>
        <RepeatForm repeat={repeatOf(stage)} onChange={(repeat) => change(withRepeat(stage, repeat))} />
        {(stage.action ?? []).map((step, index) => (
          <StepForm key={step.id ?? index} stage={stage} at={index} onChange={change} />
        ))}
        <Group>
          <Button variant="default" size="compact-sm" onClick={() => change(addStep(stage, t('newStep')))}>
            {t('addStep')}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
