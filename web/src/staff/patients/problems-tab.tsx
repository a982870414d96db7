import { Group, Stack, Text, Title } from '@mantine/core';
import type { Condition } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { codesOf, wordsOf } from '../../fhir/codes.ts';
import { useSearch } from '../../fhir/queries.ts';
import { useZones } from '../../fhir/zones.ts';
import { useFormat } from '../../format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import type { PartProps } from './part.ts';
import { StateBadge } from '../../parts/state-badge.tsx';

const CERTAINTIES = ['provisional', 'differential', 'confirmed', 'unconfirmed'] as const;
const COURSES = ['active', 'recurrence', 'relapse', 'inactive', 'remission', 'resolved'] as const;

/** A patient's diagnoses, those that are present first; what was refuted or written by mistake is not among them. */
export function ProblemsTab({ patient }: PartProps): JSX.Element {
  const { t } = useTranslation('patient');
  const found = useSearch('Condition', { patient: `Patient/${patient.id}`, _sort: '-recorded-date', _count: '200' });
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        {t('part.problems')}
      </Title>
      <Loaded query={found}>
        {(conditions) => {
          const standing = conditions.filter(stands).toSorted((a, b) => Number(isOver(a)) - Number(isOver(b)));
          return standing.length === 0 ? (
            <Text c="dimmed">{t('noProblems')}</Text>
          ) : (
            <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: 'none' }}>
              {standing.map((condition) => (
                <Problem key={condition.id} condition={condition} />
              ))}
            </Stack>
          );
        }}
      </Loaded>
    </Stack>
  );
}

function Problem({ condition }: { readonly condition: Condition }): JSX.Element {
  const { t } = useTranslation('patient');
  const format = useFormat();
  const { clinic } = useZones();
  const certainty = CERTAINTIES.find((code) => codesOf([condition.verificationStatus ?? {}]).includes(code));
  const course = COURSES.find((code) => codesOf([condition.clinicalStatus ?? {}]).includes(code));
  const [code] = codesOf([condition.code ?? {}]);
  return (
    <li>
      <Group gap="xs">
        <Text fw={600} size="sm">
          {wordsOf(condition.code) ?? t('unknown')}
        </Text>
        {code && (
          <Text size="xs" c="dimmed">
            {code}
          </Text>
        )}
        {course && <StateBadge color={isOver(condition) ? 'gray' : 'blue'}>{t(`course.${course}`)}</StateBadge>}
        {certainty && certainty !== 'confirmed' && (
          <StateBadge color="yellow">{t(`certainty.${certainty}`)}</StateBadge>
        )}
      </Group>
      {condition.recordedDate && (
        <Text size="xs" c="dimmed">
          {t('recorded', { day: format.date(condition.recordedDate, clinic) })}
        </Text>
      )}
    </li>
  );
}

const stands = ({ verificationStatus }: Condition): boolean =>
  !codesOf([verificationStatus ?? {}]).some((code) => code === 'refuted' || code === 'entered-in-error');
const isOver = ({ clinicalStatus }: Condition): boolean =>
  codesOf([clinicalStatus ?? {}]).some((code) => ['inactive', 'remission', 'resolved'].includes(code));
