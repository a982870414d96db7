import { List, Text } from '@mantine/core';
import type { PlanDefinition } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { readDefinition } from '../../../../bots/journeys/definition.ts';
import { Section } from '../../parts/section.tsx';
import { useRules } from './rules.ts';

/** A definition in words: each stage with what begins it and its steps. Says what the diagram draws. */
export function Outline({ plan }: { readonly plan: PlanDefinition }): JSX.Element {
  const { t } = useTranslation('definitions');
  const rules = useRules();
  const { stages } = readDefinition(plan).definition;
  return (
    <Section title={t('inWords')}>
      <List type="ordered" size="sm" spacing="xs">
        {stages.map((stage, index) => (
          <List.Item key={stage.code || index}>
            <Text size="sm" fw={600} component="span">
              {stage.title}
            </Text>
            <Text size="sm" c="dimmed">
              {[
                rules.entries(stage, stages).join(t('or')) || t('byHand'),
                ...stage.conditions.map((condition) => rules.onlyIf(condition)),
                ...(stage.repeat
                  ? [t('again', { count: stage.repeat.count, length: rules.length(stage.repeat.every) })]
                  : []),
              ].join(', ')}
            </Text>
            <List size="sm">
              {stage.steps.map((step) => (
                <List.Item key={step.id}>
                  {step.title ?? step.id}: {rules.step(step)}
                </List.Item>
              ))}
            </List>
          </List.Item>
        ))}
      </List>
    </Section>
  );
}
