import { Badge, Card, Group, Stack, Text, Title } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { PlanDefinition } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format.ts';
import classes from './board.module.css';
import { stepTitles } from './definitions.ts';
import { JourneyCard } from './journey-card.tsx';
import type { Column } from './live.ts';

interface BoardProps {
  readonly columns: readonly Column[];
  readonly definitions: readonly WithId<PlanDefinition>[];
}

/** A column for each stage, side by side; below each other on a phone. */
export function Board({ columns, definitions }: BoardProps): JSX.Element {
  const { t } = useTranslation('journeys');
  const format = useFormat();
  const titles = stepTitles(definitions);
  return (
    <div className={classes.board} role="group" aria-label={t('board')} tabIndex={0}>
      {columns.map(({ code, title, journeys }) => (
        <section key={code} className={classes.column} aria-labelledby={`stage-${code}`}>
          <Group justify="space-between" wrap="nowrap" mb="xs">
            <Title order={2} size="h5" id={`stage-${code}`}>
              {title}
            </Title>
            <Badge variant="default">{format.number(journeys.length)}</Badge>
          </Group>
          {journeys.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('noneInStage')}
            </Text>
          ) : (
            <Stack component="ul" gap="xs" p={0} m={0} className={classes.cards}>
              {journeys.map((journey) => (
                <Card
                  key={journey.plan.id}
                  component="li"
                  withBorder
                  padding="sm"
                  className={journey.stuck.length > 0 ? classes.stuck : undefined}
                >
                  <JourneyCard journey={journey} titles={titles} />
                </Card>
              ))}
            </Stack>
          )}
        </section>
      ))}
    </div>
  );
}
