import { Anchor, Group, Stack, Text, Timeline } from '@mantine/core';
import type { Appointment, CarePlan, Communication, DocumentReference } from '@medplum/fhirtypes';
import type { WithId } from '@medplum/core';
import type { JSX, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAccess } from '../../fhir/access.ts';
import { wordsOf } from '../../fhir/codes.ts';
import { isIncoming, isThread, messageText, messageTime } from '../../fhir/messages.ts';
import { usePages } from '../../fhir/queries.ts';
import type { Paged } from '../../fhir/queries.ts';
import { hostsOf, serviceNameOf } from '../../fhir/visits.ts';
import { dayAt, useZones } from '../../fhir/zones.ts';
import { useFormat } from '../../format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { MessageBadge } from '../messages/message-badge.tsx';
import { AppointmentState } from './appointment-state.tsx';
import { More } from '../../parts/more.tsx';
import { JourneyState } from './journey-state.tsx';
import type { PartProps } from './part.ts';
import { mergeTimeline } from './timeline.ts';
import type { Source } from './timeline.ts';

type Event = WithId<Appointment | CarePlan | Communication | DocumentReference>;
interface Happening {
  readonly key: string;
  readonly time: string;
  readonly event: Event;
}

/** What happened with a patient, and what is planned, the latest first. */
export function TimelineTab({ patient }: PartProps): JSX.Element {
  const { t } = useTranslation('patient');
  const { mayRead } = useAccess();
  const about = `Patient/${patient.id}`;
  const visits = usePages('Appointment', { patient: about, date: 'ge1900-01-01', _sort: '-date' });
  const messages = usePages('Communication', { _compartment: about, _sort: '-_lastUpdated' });
  const journeys = usePages('CarePlan', { patient: about, _sort: '-_lastUpdated' });
  const documents = usePages(
    'DocumentReference',
    mayRead('DocumentReference') ? { patient: about, _sort: '-_lastUpdated' } : undefined,
  );
  const paged: readonly Paged<Event>[] = mayRead('DocumentReference')
    ? [visits, messages, journeys, documents]
    : [visits, messages, journeys];
  const failed = paged.find(({ query }) => query.isError && query.data === undefined);
  const pending = paged.find(({ query }) => query.data === undefined);
  const { moments, short } = mergeTimeline(paged.map(sourceOf));
  return (
    <Loaded query={(failed ?? pending ?? visits).query} lines={6}>
      {() =>
        moments.length === 0 ? (
          <Text c="dimmed">{t('noTimeline')}</Text>
        ) : (
          <Stack>
            <Timeline bulletSize={14} lineWidth={2}>
              {moments.map(({ key, time, event }) => (
                <Timeline.Item key={key} mt="sm">
                  <Entry time={time} event={event} />
                </Timeline.Item>
              ))}
            </Timeline>
            <More
              of={{
                hasMore: short.length > 0,
                loadingMore: paged.some(({ loadingMore }) => loadingMore),
                more: () => short.forEach((index) => paged[index]?.more()),
              }}
            />
          </Stack>
        )
      }
    </Loaded>
  );
}

/** What was loaded of one kind. It came in the order of `sortedBy`, which is never before the time that is shown. */
function sourceOf({ query, hasMore }: Paged<Event>): Source<Happening> {
  const events = query.data ?? [];
  const last = events.at(-1);
  return {
    moments: events
      .filter(isShown)
      .map((event) => ({ key: `${event.resourceType}/${event.id}`, time: timeOf(event), event })),
    ...(hasMore && last && { reach: sortedBy(last) }),
  };
}

const isShown = (event: Event): boolean =>
  event.status !== 'entered-in-error' &&
  !(event.resourceType === 'Communication' && isThread(event)) &&
  !(event.resourceType === 'Appointment' && (event.status === 'waitlist' || event.status === 'proposed'));

const sortedBy = (event: Event): string =>
  (event.resourceType === 'Appointment' ? event.start : event.meta?.lastUpdated) ?? '';

function timeOf(event: Event): string {
  const updated = event.meta?.lastUpdated ?? '';
  switch (event.resourceType) {
    case 'Appointment':
      return event.start ?? updated;
    case 'CarePlan':
      return event.created ?? event.period?.start ?? updated;
    case 'Communication':
      return messageTime(event);
    case 'DocumentReference':
      return event.date ?? updated;
  }
}

function Entry({ time, event }: { readonly time: string; readonly event: Event }): JSX.Element {
  const format = useFormat();
  const zones = useZones();
  const zone = event.resourceType === 'Appointment' ? zones.of(event) : zones.clinic;
  return (
    <>
      <Text size="xs" c="dimmed">
        {format.moment(time, zone)}
      </Text>
      <What event={event} zone={zone} />
    </>
  );
}

function What({ event, zone }: { readonly event: Event; readonly zone: string }): JSX.Element {
  const { t } = useTranslation('patient');
  switch (event.resourceType) {
    case 'Appointment':
      return (
        <Line
          label={[serviceNameOf(event) || t('visit'), hostsOf(event).join(', ')].filter(Boolean).join(' · ')}
          to={event.start && `/today?date=${dayAt(event.start, zone)}`}
        >
          <AppointmentState visit={event} />
        </Line>
      );
    case 'CarePlan':
      return (
        <Line label={t('journeyNamed', { name: event.title ?? '' })} to={`/journeys/${event.id}`}>
          <JourneyState journey={event} />
        </Line>
      );
    case 'Communication':
      return (
        <>
          <Line label={t(isIncoming(event) ? 'wrote' : 'written')}>
            <MessageBadge message={event} />
          </Line>
          <Text size="sm" lineClamp={2} c="dimmed">
            {messageText(event)}
          </Text>
        </>
      );
    case 'DocumentReference':
      return <Line label={event.description ?? wordsOf(event.type) ?? t('document')} />;
  }
}

interface LineProps {
  readonly label: string;
  readonly to?: string | undefined;
  readonly children?: ReactNode;
}

const Line = ({ label, to, children }: LineProps): JSX.Element => (
  <Group gap="xs">
    {to ? (
      <Anchor component={Link} to={to} size="sm">
        {label}
      </Anchor>
    ) : (
      <Text size="sm">{label}</Text>
    )}
    {children}
  </Group>
);
