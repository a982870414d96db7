import { Anchor, Group, Stack, Text } from '@mantine/core';
import type { CarePlan } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { usePages } from '../../fhir/queries.ts';
import { useZones } from '../../fhir/zones.ts';
import { useFormat } from '../../format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { More } from '../../parts/more.tsx';
import { StartJourney } from '../journeys/start-journey.tsx';
import { JourneyState } from './journey-state.tsx';
import type { PartProps } from './part.ts';

/** A patient's journeys, those that go on first. */
export function JourneysTab({ patient }: PartProps): JSX.Element {
  const { t } = useTranslation('patient');
  const format = useFormat();
  const zones = useZones();
  const found = usePages('CarePlan', { patient: `Patient/${patient.id}`, _sort: '-_lastUpdated' });
  return (
    <Stack gap="sm">
      <Group>
        <StartJourney patient={patient} />
      </Group>
      <Loaded query={found.query}>
        {(journeys) =>
          journeys.length === 0 ? (
            <Text c="dimmed">{t('noJourneys')}</Text>
          ) : (
            <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: 'none' }}>
              {journeys.toSorted(openFirst).map((journey) => (
                <li key={journey.id}>
                  <Anchor component={Link} to={`/journeys/${journey.id}`} mr="xs">
                    {journey.title ?? t('journey')}
                  </Anchor>
                  <JourneyState journey={journey} />
                  <Text size="xs" c="dimmed">
                    {journey.period?.start && t('since', { day: format.date(journey.period.start, zones.clinic) })}
                  </Text>
                </li>
              ))}
            </Stack>
          )
        }
      </Loaded>
      <More of={found} />
    </Stack>
  );
}

const openFirst = (a: CarePlan, b: CarePlan): number => Number(a.status !== 'active') - Number(b.status !== 'active');
