import { Anchor, Badge, Button, Card, Group, Stack, Text } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { Appointment, Bundle } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useLive } from '../fhir/live.ts';
import { ofType, useBundle } from '../fhir/queries.ts';
import { heldUntil, hostsOf, serviceNameOf, sortVisits, withPlaces, zoneOfVisit } from '../fhir/visits.ts';
import { useFormat } from '../format.ts';
import { Done } from '../parts/done.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Empty, Page } from '../parts/page.tsx';
import { Section } from '../parts/section.tsx';
import { useNow } from '../parts/use-now.ts';
import { useSession } from '../session/session.tsx';
import { CancelVisit, LeaveWaitlist, MoveVisit, OfferAnswer } from './visit-actions.tsx';

/** A patient's visits: what they are offered, what is to come, what they wait for, what was. */
export default function VisitsPage(): JSX.Element {
  const { t } = useTranslation('visits');
  const { who } = useSession();
  const now = useNow();
  const [allPast, setAllPast] = useState(false);
  const [done, setDone] = useState({ times: 0, text: '' });
  const say = (text: string): void => setDone(({ times }) => ({ times: times + 1, text }));
  const live = useLive(`Appointment?patient=${who.patient}`);
  const visits = useBundle(
    'Appointment',
    withPlaces({ patient: who.patient ?? '', _sort: '-date', _count: '100' }),
    live,
  );
  return (
    <Page
      title={t('title')}
      actions={
        <Button component={Link} to="/book">
          {t('book')}
        </Button>
      }
    >
      {done.text && <Done key={done.times}>{done.text}</Done>}
      <Loaded query={visits} lines={5}>
        {(bundle) => {
          const { offers, upcoming, waiting, past } = sortVisits(ofType(bundle, 'Appointment'), now);
          const card = (visit: WithId<Appointment>): JSX.Element => (
            <VisitCard key={visit.id} visit={visit} bundle={bundle} onDone={say} />
          );
          return (
            <Stack gap="lg">
              {offers.length > 0 && <Section title={t('offers')}>{offers.map(card)}</Section>}
              <Section title={t('upcoming')}>
                {upcoming.length > 0 ? (
                  upcoming.map(card)
                ) : (
                  <Empty text={t('noneUpcoming')}>
                    <Anchor component={Link} to="/book">
                      {t('book')}
                    </Anchor>
                  </Empty>
                )}
              </Section>
              {waiting.length > 0 && <Section title={t('waiting')}>{waiting.map(card)}</Section>}
              {past.length > 0 && (
                <Section title={t('past')}>
                  {past.slice(0, allPast ? undefined : 3).map(card)}
                  {!allPast && past.length > 3 && (
                    <Button variant="default" onClick={() => setAllPast(true)}>
                      {t('morePast', { count: past.length - 3 })}
                    </Button>
                  )}
                </Section>
              )}
            </Stack>
          );
        }}
      </Loaded>
    </Page>
  );
}

interface VisitCardProps {
  readonly visit: WithId<Appointment>;
  /** What was loaded with it. */
  readonly bundle: Bundle;
  /** Says what was done, once it is: the card may be gone, or in another place. */
  readonly onDone: (text: string) => void;
}

function VisitCard({ visit, bundle, onDone }: VisitCardProps): JSX.Element {
  const { t } = useTranslation('visits');
  const format = useFormat();
  const zone = zoneOfVisit(visit, bundle);
  const until = heldUntil(visit);
  const what = [serviceNameOf(visit), ...hostsOf(visit)].filter(Boolean).join(' · ');
  return (
    <Card withBorder padding="md" component="article">
      <Stack gap="xs">
        <Group justify="space-between">
          <Text fw={600}>{visit.start ? format.moment(visit.start, zone) : t('noTime')}</Text>
          <Badge variant="default">{t(`status.${visit.status}`)}</Badge>
        </Group>
        <Text size="sm">{what}</Text>
        {visit.comment && <Text size="sm">{visit.comment}</Text>}
        {until && <Text size="sm">{t('heldUntil', { when: format.moment(until, zone) })}</Text>}
        <Group gap="xs">
          {until && <OfferAnswer visit={visit} onDone={onDone} />}
          {visit.status === 'booked' && (
            <>
              <MoveVisit visit={visit} onDone={onDone} />
              <CancelVisit visit={visit} onDone={onDone} />
            </>
          )}
          {(visit.status === 'waitlist' || visit.status === 'proposed') && (
            <LeaveWaitlist visit={visit} onDone={onDone} />
          )}
        </Group>
      </Stack>
    </Card>
  );
}
