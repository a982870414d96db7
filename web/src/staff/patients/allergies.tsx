import { Group } from '@mantine/core';
import type { AllergyIntolerance } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { codesOf, wordsOf } from '../../fhir/codes.ts';
import { useSearch } from '../../fhir/queries.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import type { PartProps } from './part.ts';

/** A patient's allergies in one line; those of high criticality say so. */
export function Allergies({ patient }: PartProps): JSX.Element {
  const { t } = useTranslation('patient');
  const found = useSearch('AllergyIntolerance', { patient: `Patient/${patient.id}`, _count: '100' });
  const present = (found.data ?? []).filter(isPresent);
  if (found.isError) {
    return <>{t('unknown')}</>;
  }
  return (
    <>
      {found.data && present.length === 0 && t('noAllergies')}
      <Group gap={4} component="span">
        {present.map((allergy) => (
          <StateBadge key={allergy.id} color="red">
            {wordsOf(allergy.code) ?? t('unknown')}
            {allergy.criticality === 'high' && ` · ${t('high')}`}
          </StateBadge>
        ))}
      </Group>
    </>
  );
}

const isPresent = ({ clinicalStatus, verificationStatus }: AllergyIntolerance): boolean =>
  !codesOf([clinicalStatus ?? {}, verificationStatus ?? {}]).some((code) =>
    ['inactive', 'resolved', 'refuted', 'entered-in-error'].includes(code),
  );
