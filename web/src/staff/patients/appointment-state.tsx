import type { Appointment } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { StateBadge } from '../../parts/state-badge.tsx';

const COLOURS: Readonly<Record<Appointment['status'], string>> = {
  proposed: 'gray',
  waitlist: 'gray',
  pending: 'yellow',
  booked: 'blue',
  arrived: 'teal',
  'checked-in': 'teal',
  fulfilled: 'green',
  noshow: 'red',
  cancelled: 'gray',
  'entered-in-error': 'gray',
};

/** The state of an appointment in plain words. */
export function AppointmentState({ visit }: { readonly visit: Appointment }): JSX.Element {
  const { t } = useTranslation('patient');
  return <StateBadge color={COLOURS[visit.status]}>{t(`appointment.${visit.status}`)}</StateBadge>;
}
