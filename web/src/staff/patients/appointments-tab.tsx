import { Anchor, Stack, Table, Text, Title } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { Appointment } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { usePages, useSearch } from '../../fhir/queries.ts';
import { hostsOf, serviceNameOf } from '../../fhir/visits.ts';
import { dayAt, useZones } from '../../fhir/zones.ts';
import { useFormat } from '../../format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { More } from '../../parts/more.tsx';
import { AppointmentState } from './appointment-state.tsx';
import type { PartProps } from './part.ts';
import { WaitlistEntries } from './waitlist.tsx';

/** A patient's visits: what is to come first, then what has been. */
export function AppointmentsTab({ patient }: PartProps): JSX.Element {
  const { t } = useTranslation('patient');
  const [now] = useState(() => new Date().toISOString());
  const about = { patient: `Patient/${patient.id}` };
  const upcoming = useSearch('Appointment', { ...about, date: `ge${now}`, _sort: 'date', _count: '100' });
  const past = usePages('Appointment', { ...about, date: `lt${now}`, _sort: '-date' });
  return (
    <Stack gap="lg">
      <section>
        <Title order={2} size="h4" mb="xs">
          {t('upcoming')}
        </Title>
        <Loaded query={upcoming}>{(visits) => <Visits visits={visits} empty={t('noUpcoming')} />}</Loaded>
      </section>
      <WaitlistEntries patient={patient} />
      <section>
        <Title order={2} size="h4" mb="xs">
          {t('past')}
        </Title>
        <Loaded query={past.query}>{(visits) => <Visits visits={visits} empty={t('noPast')} />}</Loaded>
        <More of={past} />
      </section>
    </Stack>
  );
}

interface VisitsProps {
  readonly visits: readonly WithId<Appointment>[];
  readonly empty: string;
}

function Visits({ visits, empty }: VisitsProps): JSX.Element {
  const { t } = useTranslation('patient');
  const format = useFormat();
  const zones = useZones();
  if (visits.length === 0) {
    return <Text c="dimmed">{empty}</Text>;
  }
  return (
    <Table.ScrollContainer minWidth={320}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('when')}</Table.Th>
            <Table.Th scope="col">{t('what')}</Table.Th>
            <Table.Th scope="col">{t('state')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {visits.map((visit) => (
            <Table.Tr key={visit.id}>
              <Table.Td>
                {visit.start && (
                  <Anchor component={Link} size="sm" to={`/today?date=${dayAt(visit.start, zones.of(visit))}`}>
                    {format.moment(visit.start, zones.of(visit))}
                  </Anchor>
                )}
              </Table.Td>
              <Table.Td>
                {serviceNameOf(visit)}
                <Text size="xs" c="dimmed">
                  {hostsOf(visit).join(', ')}
                </Text>
              </Table.Td>
              <Table.Td>
                <AppointmentState visit={visit} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
