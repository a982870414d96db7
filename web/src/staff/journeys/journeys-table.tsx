import { Anchor, Badge, Stack, Table, Text } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { PlanDefinition } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useZones } from '../../fhir/zones.ts';
import { useFormat } from '../../format.ts';
import { stepTitles, titleOf } from './definitions.ts';
import { NextStep, Reasons, titlesFor, whoseOf } from './journey-card.tsx';
import { definitionIdOf } from './live.ts';
import type { LiveJourney } from './live.ts';

interface TableProps {
  readonly journeys: readonly LiveJourney[];
  readonly definitions: readonly WithId<PlanDefinition>[];
}

/** Live journeys of all definitions, in the order in which they were given. */
export function JourneysTable({ journeys, definitions }: TableProps): JSX.Element {
  const { t } = useTranslation('journeys');
  const format = useFormat();
  const zones = useZones();
  const titles = stepTitles(definitions);
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table verticalSpacing="xs" aria-label={t('list')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('patient')}</Table.Th>
            <Table.Th scope="col">{t('one')}</Table.Th>
            <Table.Th scope="col">{t('stage')}</Table.Th>
            <Table.Th scope="col">{t('since')}</Table.Th>
            <Table.Th scope="col">{t('next')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {journeys.map((journey) => {
            const { plan, current, stuck, appointment } = journey;
            const zone = zones.of(appointment);
            const definition = definitions.find(({ id }) => id === definitionIdOf(plan));
            const entered = current?.executionPeriod?.start;
            return (
              <Table.Tr key={plan.id}>
                <Table.Td>
                  <Anchor component={Link} to={`/journeys/${plan.id}`} size="sm" fw={600}>
                    {whoseOf(journey)}
                  </Anchor>
                </Table.Td>
                <Table.Td>{definition ? titleOf(definition) : plan.title}</Table.Td>
                <Table.Td>
                  <Stack gap={2} align="flex-start">
                    <Text size="sm">{current?.description ?? t('between')}</Text>
                    {stuck.length > 0 && (
                      <Badge color="red" variant="outline" size="sm">
                        {t('stuck')}
                      </Badge>
                    )}
                    {plan.status === 'on-hold' && (
                      <Badge color="gray" variant="outline" size="sm">
                        {t('status.on-hold')}
                      </Badge>
                    )}
                  </Stack>
                </Table.Td>
                <Table.Td>{entered && format.date(entered, zone)}</Table.Td>
                <Table.Td>
                  <Reasons journey={journey} titles={titlesFor(journey, titles)} />
                  <NextStep journey={journey} titles={titlesFor(journey, titles)} zone={zone} />
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
