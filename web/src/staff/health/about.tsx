import { Anchor } from '@mantine/core';
import type { Reference } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useRead } from '../../fhir/queries.ts';
import { dayAt, useZones } from '../../fhir/zones.ts';
import { useFormat } from '../../format.ts';
import { pagesFor } from '../../routes.ts';
import { useSession } from '../../session/session.tsx';

/** Where somebody looks at a resource, and settles what is to be settled about it; `page` as the routes have it. */
const PLACES = [
  { type: 'Patient', page: '/patients/:id', to: (id: string) => `/patients/${id}` },
  { type: 'CarePlan', page: '/journeys/:id', to: (id: string) => `/journeys/${id}` },
  { type: 'PlanDefinition', page: '/journeys/definitions/:id', to: (id: string) => `/journeys/definitions/${id}` },
  { type: 'Communication', page: '/messages', to: () => '/messages?show=in' },
  { type: 'ActivityDefinition', page: '/messages/templates', to: (id: string) => `/messages/templates?id=${id}` },
  { type: 'Schedule', page: '/schedules/:id', to: (id: string) => `/schedules/${id}` },
  { type: 'HealthcareService', page: '/schedules', to: () => '/schedules' },
  { type: 'DocumentReference', page: '/scribe', to: () => '/scribe' },
  { type: 'Composition', page: '/scribe/:compositionId', to: (id: string) => `/scribe/${id}` },
] as const;

/** A link to what a ticket is about, where whoever is signed in has a page of it. */
export function About({ reference }: { readonly reference: Reference | undefined }): JSX.Element {
  const { t } = useTranslation('health');
  const { who } = useSession();
  const [type, id] = (reference?.reference ?? '').split('/');
  if (id && (type === 'Appointment' || type === 'Slot')) {
    return <OnTheCalendar type={type} id={id} />;
  }
  const known = PLACES.find((place) => place.type === type && pagesFor(who).some(({ path }) => path === place.page));
  return known && id ? (
    <Anchor component={Link} size="xs" to={known.to(id)}>
      {reference?.display ?? t(`about.${known.type}`)}
    </Anchor>
  ) : (
    <></>
  );
}

interface CalendarProps {
  readonly type: 'Appointment' | 'Slot';
  readonly id: string;
}

/** The day of the calendar on which something stands: there it is moved, cancelled or agreed on. */
function OnTheCalendar({ type, id }: CalendarProps): JSX.Element {
  const { t } = useTranslation('health');
  const format = useFormat();
  const zones = useZones();
  const appointment = useRead('Appointment', type === 'Appointment' ? id : undefined).data;
  const slot = useRead('Slot', type === 'Slot' ? id : undefined).data;
  const start = appointment?.start ?? slot?.start;
  const zone = zones.of(appointment);
  return start ? (
    <Anchor component={Link} size="xs" to={`/today?date=${dayAt(start, zone)}`}>
      {t('about.Appointment', { time: format.moment(start, zone) })}
    </Anchor>
  ) : (
    <></>
  );
}
