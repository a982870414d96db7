import { Anchor, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { JSX, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { refusedChannels } from '../../../../bots/messages/consent.ts';
import { useAccess } from '../../fhir/access.ts';
import { languageOf } from '../../fhir/contact.ts';
import { useMessageConsents } from '../../fhir/consents.ts';
import { useSearch } from '../../fhir/queries.ts';
import { OPEN_TICKETS } from '../../fhir/tickets.ts';
import { hostsOf, serviceNameOf } from '../../fhir/visits.ts';
import { dayAt, useZones } from '../../fhir/zones.ts';
import { useFormat } from '../../format.ts';
import { Tickets } from '../health/tickets.tsx';
import { Allergies } from './allergies.tsx';
import { ageOn, contactsOf, languageName } from './facts.ts';
import type { PartProps } from './part.ts';
import { StateBadge } from '../../parts/state-badge.tsx';

/** What everybody who opens a patient wants to know first. */
export function PatientFacts({ patient }: PartProps): JSX.Element {
  const { t } = useTranslation('patient');
  const { mayRead } = useAccess();
  const tickets = useSearch('Task', { ...OPEN_TICKETS, patient: `Patient/${patient.id}`, _count: '50' });
  return (
    <Stack gap="sm">
      <Paper withBorder p="md" component="section" aria-label={t('facts')}>
        <SimpleGrid component="dl" m={0} cols={{ base: 1, xs: 2, md: 4 }} spacing="md" verticalSpacing="sm">
          <Person patient={patient} />
          <Contact patient={patient} />
          <Writing patient={patient} />
          <NextVisit patient={patient} />
          {mayRead('AllergyIntolerance') && (
            <Fact name={t('allergies')}>
              <Allergies patient={patient} />
            </Fact>
          )}
        </SimpleGrid>
      </Paper>
      {(tickets.data ?? []).length > 0 && (
        <Paper withBorder p="md" component="section" aria-label={t('tickets')}>
          <Tickets tickets={tickets.data ?? []} title={t('tickets')} ofOnePatient />
        </Paper>
      )}
    </Stack>
  );
}

/** A name and what there is of it. */
function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): JSX.Element {
  return (
    <div>
      <Text component="dt" size="xs" c="dimmed" fw={600}>
        {name}
      </Text>
      <Text component="dd" m={0} size="sm">
        {children}
      </Text>
    </div>
  );
}

function Person({ patient }: PartProps): JSX.Element {
  const { t } = useTranslation('patient');
  const format = useFormat();
  const { clinic } = useZones();
  const age = ageOn(patient.birthDate, dayAt(new Date(), clinic));
  const hasDied = patient.deceasedBoolean === true || patient.deceasedDateTime !== undefined;
  return (
    <Fact name={t('born')}>
      {patient.birthDate ? format.day(patient.birthDate) : t('unknown')}
      {age && !hasDied && ` · ${t(`age.${age.unit}`, { count: age.count })}`}
      {patient.gender && ` · ${t(`sex.${patient.gender}`)}`}
      {hasDied && <StateBadge color="gray">{t('deceased')}</StateBadge>}
      {patient.active === false && <StateBadge color="gray">{t('inactive')}</StateBadge>}
    </Fact>
  );
}

function Contact({ patient }: PartProps): JSX.Element {
  const { t } = useTranslation('patient');
  const contacts = contactsOf(patient);
  return (
    <Fact name={t('contact')}>
      {contacts.length === 0 && t('noContact')}
      {contacts.map(({ system, value = '', rank, use }) => (
        <span key={`${system}${value}`} style={{ display: 'block', overflowWrap: 'anywhere' }}>
          <Anchor
            href={`${system === 'email' ? 'mailto' : 'tel'}:${value}`}
            size="sm"
            c="inherit"
            lh="24px"
            display="inline-block"
          >
            {value}
          </Anchor>
          {use === 'mobile' && <Small>{t('mobile')}</Small>}
          {rank === 1 && <Small>{t('preferred')}</Small>}
        </span>
      ))}
    </Fact>
  );
}

const Small = ({ children }: { readonly children: ReactNode }): JSX.Element => (
  <Text span size="xs" c="dimmed" ml={6}>
    {children}
  </Text>
);

function Writing({ patient }: PartProps): JSX.Element {
  const { t, i18n } = useTranslation('patient');
  const { t: messages } = useTranslation('messages');
  const consents = useMessageConsents(`Patient/${patient.id}`);
  const language = languageOf(patient);
  return (
    <Fact name={t('language')}>
      {language ? languageName(language, i18n.language) : t('unknown')}
      <Group gap={4} mt={2}>
        {refusedChannels(consents.data ?? []).map((channel) => (
          <StateBadge key={channel} color="red">
            {t('refused', { channel: messages(`channel.${channel}`) })}
          </StateBadge>
        ))}
      </Group>
    </Fact>
  );
}

function NextVisit({ patient }: PartProps): JSX.Element {
  const { t } = useTranslation('patient');
  const format = useFormat();
  const zones = useZones();
  const [from] = useState(() => new Date().toISOString());
  const { data } = useSearch('Appointment', {
    patient: `Patient/${patient.id}`,
    status: 'booked,arrived,checked-in,pending',
    date: `ge${from}`,
    _sort: 'date',
    _count: '1',
  });
  const [next] = data ?? [];
  const zone = zones.of(next);
  return (
    <Fact name={t('next')}>
      {next?.start ? (
        <>
          <Anchor component={Link} size="sm" to={`/today?date=${dayAt(next.start, zone)}`}>
            {format.moment(next.start, zone)}
          </Anchor>
          <span style={{ display: 'block' }}>
            {[serviceNameOf(next), hostsOf(next).join(', ')].filter(Boolean).join(' · ')}
          </span>
        </>
      ) : (
        t('noNext')
      )}
    </Fact>
  );
}
