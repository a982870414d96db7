import type { CarePlan } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { StateBadge } from '../../parts/state-badge.tsx';

const COLOURS: Readonly<Partial<Record<CarePlan['status'], string>>> = { active: 'blue', completed: 'green' };

/** The state of a journey in plain words. */
export function JourneyState({ journey }: { readonly journey: CarePlan }): JSX.Element {
  const { t } = useTranslation('patient');
  return <StateBadge color={COLOURS[journey.status] ?? 'gray'}>{t(`journeyState.${journey.status}`)}</StateBadge>;
}
