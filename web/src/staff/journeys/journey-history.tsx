import { Badge, Group, List, Stack, Text, Timeline, Title } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { StageDefinition } from '../../../../bots/journeys/definition.ts';
import { placeOf, stageOf, timeOf } from '../../../../bots/journeys/parts.ts';
import type { Step } from '../../../../bots/journeys/parts.ts';
import { useFormat } from '../../format.ts';
import type { WholeJourney } from './load-one.ts';
import { StepLine } from './step-line.tsx';
import { useRules } from './rules.ts';
import { stageState } from './wording.ts';

interface HistoryProps {
  readonly journey: WholeJourney;
  readonly zone: string;
}

/** The stages with their times, and below each what was made of its steps, or what the definition plans. */
export function History({ journey, zone }: HistoryProps): JSX.Element {
  const { t } = useTranslation('journeys');
  const { stages, current } = journey;
  const done = current ? stages.indexOf(current) : stages.findLastIndex(({ status }) => status === 'completed');
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        {t('history')}
      </Title>
      <Timeline active={done} bulletSize={18} lineWidth={2}>
        {stages.map((task) => (
          <Timeline.Item key={task.id} title={<StageTitle task={task} zone={zone} />}>
            <StageSteps journey={journey} stage={stageOf(task)} zone={zone} />
          </Timeline.Item>
        ))}
      </Timeline>
    </Stack>
  );
}

function StageTitle({
  task,
  zone,
}: {
  readonly task: WholeJourney['stages'][number];
  readonly zone: string;
}): JSX.Element {
  const { t } = useTranslation('journeys');
  const format = useFormat();
  const state = stageState(task);
  const { start, end } = task.executionPeriod ?? {};
  const due = timeOf(task);
  return (
    <Group gap="xs">
      <Title order={3} size="h5">
        {task.description ?? stageOf(task)}
      </Title>
      <Badge variant={state === 'in-progress' ? 'filled' : 'outline'} color={state === 'in-progress' ? 'cyan' : 'gray'}>
        {t(`stageStatus.${state}`)}
      </Badge>
      {start && (
        <Text size="sm" c="dimmed" component="span">
          {end
            ? t('times', { start: format.moment(start, zone), end: format.moment(end, zone) })
            : t('entered', { when: format.moment(start, zone) })}
        </Text>
      )}
      {due && (state === 'requested' || state === 'in-progress') && (
        <Text size="sm" c="dimmed" component="span">
          {t('byItself', { when: format.moment(due, zone) })}
        </Text>
      )}
    </Group>
  );
}

interface StepsProps {
  readonly journey: WholeJourney;
  readonly stage: string;
  readonly zone: string;
}

function StageSteps({ journey, stage, zone }: StepsProps): JSX.Element {
  const { t } = useTranslation('journeys');
  const made = journey.steps.filter((step) => placeOf(journey.plan, step)?.stage === stage);
  const planned = journey.definition?.stages.find(({ code }) => code === stage);
  const toCome = (planned?.steps ?? []).filter(({ id }) => !made.some((step) => isOf(journey, step, id)));
  if (made.length === 0 && toCome.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('nothingToDo')}
      </Text>
    );
  }
  return (
    <List size="sm" spacing={4} listStyleType="none" mt={4}>
      {made.map((step) => (
        <List.Item key={step.id}>
          <StepLine journey={journey} step={step} zone={zone} />
        </List.Item>
      ))}
      {toCome.map((step) => (
        <List.Item key={step.id}>
          <ToCome step={step} />
        </List.Item>
      ))}
    </List>
  );
}

const isOf = ({ plan }: WholeJourney, step: Step, id: string): boolean => placeOf(plan, step)?.step === id;

/** A step that was not made: its stage has not come, or its condition is not true, or it was too late for it. */
function ToCome({ step }: { readonly step: StageDefinition['steps'][number] }): JSX.Element {
  const rules = useRules();
  return (
    <Text size="sm" c="dimmed">
      {step.title ?? step.id} · {rules.step(step)}
    </Text>
  );
}
