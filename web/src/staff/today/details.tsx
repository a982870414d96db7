import { Anchor, Group, Stack, Text } from '@mantine/core';
import type { JSX, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { holdExpires } from '../../../../bots/scheduling/appointment-states.ts';
import { phoneOf } from '../../fhir/patients.ts';
import { displayOf, nameOf, useFormat } from '../../format.ts';
import { serviceNameOf } from '../../fhir/visits.ts';
import { patientReference } from './entries.ts';
import type { Entry } from './entries.ts';
import type { Around } from './around.ts';
import { StateIcon } from './state-icon.tsx';

/** Who, when, what, with whom, and how it stands. */
export function Details({ entry, around }: { readonly entry: Entry; readonly around: Around }): JSX.Element {
  const { t } = useTranslation('today');
  const format = useFormat();
  const { bookable, patients } = around;
  const { appointment, slot, places, state } = entry;
  const reference = appointment && patientReference(appointment);
  const patient = patients.get(reference?.reference ?? '');
  const held = appointment?.status === 'pending' ? holdExpires(appointment) : undefined;
  const names = appointment?.participant.map(({ actor }) => actor?.reference) ?? [entry.actor];
  const others = bookable.actors.filter((actor) => names.includes(actor.reference)).map(({ name }) => name);
  const reason = appointment?.cancelationReason ?? undefined;
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <span className="state-chip" data-state={state}>
          <StateIcon state={state} /> {t(`state.${state}`)}
        </span>
        {places && <Text size="sm">{t('places', places)}</Text>}
      </Group>
      {reference && (
        <Anchor component={Link} to={`/patients/${reference.reference?.split('/')[1]}`} fw={600} size="lg">
          {patient ? nameOf(patient) : displayOf(reference)}
        </Anchor>
      )}
      <Fact label={t('fact.time')}>
        {format.time(entry.start, bookable.zone)} – {format.time(entry.end, bookable.zone)}
      </Fact>
      <Fact label={t('fact.with')}>{others.join(', ')}</Fact>
      <Fact label={t('fact.service')}>{serviceNameOf(appointment ?? slot ?? {})}</Fact>
      <Fact label={t('fact.born')}>{patient?.birthDate && format.day(patient.birthDate)}</Fact>
      <Fact label={t('fact.phone')}>{patient && phoneOf(patient)}</Fact>
      <Fact label={t('fact.reason')}>{appointment?.reasonCode?.[0]?.text}</Fact>
      <Fact label={t('fact.comment')}>{appointment?.comment ?? slot?.comment}</Fact>
      <Fact label={t('fact.heldUntil')}>{held && format.time(held, bookable.zone)}</Fact>
      <Fact label={t('fact.cancelled')}>{reason && (reason.text ?? reason.coding?.[0]?.display)}</Fact>
    </Stack>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }): JSX.Element | null {
  return children ? (
    <Text size="sm">
      <Text span c="dimmed" size="sm">
        {label}:{' '}
      </Text>
      {children}
    </Text>
  ) : null;
}
