import { Anchor, Table, Text } from '@mantine/core';
import type { Task } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { entriesOf, NEEDS_A_PERSON } from '../../../../bots/scheduling/closing-task.ts';
import { phoneOf } from '../../fhir/patients.ts';
import { ofType, useBundle } from '../../fhir/queries.ts';
import { displayOf, nameOf, useFormat } from '../../format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Empty } from '../../parts/page.tsx';
import { patientReference } from './entries.ts';

const idOf = (reference: string): string => reference.split('/')[1] ?? '';

/** Of time that was closed: patient by patient, what became of their appointment. */
export function ClosingList({ task, zone }: { readonly task: Task; readonly zone: string }): JSX.Element {
  const { t } = useTranslation('today');
  const format = useFormat();
  const entries = entriesOf(task);
  const ids = entries.flatMap(({ appointment, offer }) => [appointment, offer ?? []].flat()).map(idOf);
  const query = `_id=${ids.join(',')}&_count=1000&_include=Appointment:patient`;
  const found = useBundle('Appointment', ids.length > 0 ? query : undefined);
  if (entries.length === 0) {
    return <Empty text={t('closing.nobody')} />;
  }
  return (
    <Loaded query={found} lines={4}>
      {(bundle) => {
        const appointments = new Map(ofType(bundle, 'Appointment').map((each) => [`Appointment/${each.id}`, each]));
        const patients = new Map(ofType(bundle, 'Patient').map((each) => [`Patient/${each.id}`, each]));
        return (
          <Table.ScrollContainer minWidth={560}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  {(['patient', 'was', 'became', 'new', 'told'] as const).map((column) => (
                    <Table.Th key={column} scope="col">
                      {t(`closing.${column}`)}
                    </Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {entries.map(({ appointment, outcome, offer, told }) => {
                  const was = appointments.get(appointment);
                  const next = appointments.get(offer ?? '');
                  const reference = was && patientReference(was);
                  const patient = patients.get(reference?.reference ?? '');
                  return (
                    <Table.Tr key={appointment}>
                      <Table.Td>
                        <Anchor component={Link} to={`/patients/${idOf(reference?.reference ?? '')}`}>
                          {patient ? nameOf(patient) : displayOf(reference)}
                        </Anchor>
                        <Text size="xs">{patient && phoneOf(patient)}</Text>
                      </Table.Td>
                      <Table.Td>{was?.start && format.time(was.start, zone)}</Table.Td>
                      <Table.Td fw={NEEDS_A_PERSON.includes(outcome) ? 700 : undefined}>
                        {NEEDS_A_PERSON.includes(outcome) && '☎ '}
                        {t(`closing.outcome.${outcome}`)}
                      </Table.Td>
                      <Table.Td>{next?.start && format.moment(next.start, zone)}</Table.Td>
                      <Table.Td>{told && format.moment(told, zone)}</Table.Td>
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        );
      }}
    </Loaded>
  );
}
