import { Alert, Anchor, Badge, Group, Stack, Text } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useZones } from '../../fhir/zones.ts';
import { useFormat } from '../../format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Empty, Page } from '../../parts/page.tsx';
import { JourneyActions } from './journey-actions.tsx';
import { Reasons, whoseOf } from './journey-card.tsx';
import { History } from './journey-history.tsx';
import { useJourney } from './load-one.ts';
import type { WholeJourney } from './load-one.ts';
import { planState } from './wording.ts';

/** One patient's journey: what has happened, what is to come, and what can be done about it. */
export default function JourneyPage(): JSX.Element {
  const { t } = useTranslation('journeys');
  const { id } = useParams();
  const found = useJourney(id);
  const journey = found.data ?? undefined;
  const ended = journey && journey.plan.status !== 'active' && journey.plan.status !== 'on-hold';
  return (
    <Page title={journey?.plan.title ?? t('one')} actions={journey && !ended && <JourneyActions journey={journey} />}>
      <Loaded query={found} lines={8}>
        {(whole) => (whole ? <Whole journey={whole} /> : <Empty text={t('noJourney')} />)}
      </Loaded>
    </Page>
  );
}

function Whole({ journey }: { readonly journey: WholeJourney }): JSX.Element {
  const { t } = useTranslation('journeys');
  const format = useFormat();
  const zone = useZones().of(journey.appointment);
  const { plan, patient, appointment, stuck } = journey;
  const state = planState(journey);
  return (
    <Stack>
      <Group gap="md">
        <Anchor
          component={Link}
          to={`/patients/${patient?.id ?? plan.subject.reference?.split('/')[1] ?? ''}`}
          fw={600}
        >
          {whoseOf(journey)}
        </Anchor>
        <Badge variant="outline" color={state === 'active' ? 'cyan' : 'gray'}>
          {t(`status.${state}`)}
        </Badge>
        {appointment?.start && (
          <Text size="sm">
            {t('visit')}: {format.moment(appointment.start, zone)}
          </Text>
        )}
        {plan.period?.start && (
          <Text size="sm" c="dimmed">
            {t('started')}: {format.moment(plan.period.start, zone)}
          </Text>
        )}
        {plan.period?.end && (
          <Text size="sm" c="dimmed">
            {t('ended')}: {format.moment(plan.period.end, zone)}
          </Text>
        )}
      </Group>
      {stuck.length > 0 && (
        <Alert color="red" title={t('stuck')}>
          <Reasons journey={journey} titles={journey.titles} />
        </Alert>
      )}
      {state === 'on-hold' && <Alert color="gray">{t('onHoldText')}</Alert>}
      {(plan.note ?? []).length > 0 && (
        <Alert color="gray" title={t('notes')}>
          {plan.note?.map(({ text, time }) => (
            <Text key={`${time}${text}`} size="sm">
              {time && <>{format.moment(time, zone)}: </>}
              {text}
            </Text>
          ))}
        </Alert>
      )}
      <History journey={journey} zone={zone} />
    </Stack>
  );
}
