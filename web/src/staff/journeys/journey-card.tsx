import { Anchor, Badge, Group, Stack, Text } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { timeOf } from '../../../../bots/journeys/parts.ts';
import { useZones } from '../../fhir/zones.ts';
import { displayOf, nameOf, useFormat } from '../../format.ts';
import { definitionIdOf } from './live.ts';
import type { LiveJourney } from './live.ts';
import { planState, reasonText, titlesOf } from './wording.ts';
import type { Titles } from './wording.ts';

interface CardProps {
  readonly journey: LiveJourney;
  /** What steps are called, by the id of the definition. */
  readonly titles: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** Whose journey it is, the visit, what is wrong with it and what comes next. */
export function JourneyCard({ journey, titles }: CardProps): JSX.Element {
  const { t } = useTranslation('journeys');
  const format = useFormat();
  const zone = useZones().of(journey.appointment);
  const start = journey.appointment?.start;
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap="xs">
        <Anchor component={Link} to={`/journeys/${journey.plan.id}`} fw={600} size="sm">
          {whoseOf(journey)}
        </Anchor>
        {journey.stuck.length > 0 && (
          <Badge color="red" variant="outline" size="sm">
            {t('stuck')}
          </Badge>
        )}
        {journey.plan.status === 'on-hold' && (
          <Badge color="gray" variant="outline" size="sm">
            {t(`status.${planState(journey)}`)}
          </Badge>
        )}
      </Group>
      {start && (
        <Text size="xs" c="dimmed">
          {t('visit')}: {format.moment(start, zone)}
        </Text>
      )}
      <Reasons journey={journey} titles={titlesFor(journey, titles)} />
      <NextStep journey={journey} titles={titlesFor(journey, titles)} zone={zone} />
    </Stack>
  );
}

/** Whose journey it is. */
export function whoseOf({ patient, plan }: LiveJourney): string {
  return patient ? nameOf(patient) : displayOf(plan.subject);
}

/** What the steps of this journey are called. */
export function titlesFor(journey: LiveJourney, titles: ReadonlyMap<string, ReadonlyMap<string, string>>): Titles {
  return titlesOf(journey, titles.get(definitionIdOf(journey.plan) ?? '') ?? new Map<string, string>());
}

/** Why it is stuck, a line for each reason. */
export function Reasons({ journey, titles }: { readonly journey: LiveJourney; readonly titles: Titles }): JSX.Element {
  const { t } = useTranslation('journeys');
  return (
    <>
      {journey.stuck.map((reason) => (
        <Text key={`${reason.about.resourceType}/${reason.about.id}`} size="sm" c="red">
          {reasonText(reason, titles, t)}
        </Text>
      ))}
    </>
  );
}

interface NextProps {
  readonly journey: LiveJourney;
  readonly titles: Titles;
  readonly zone: string;
}

/** What happens next by itself, and when. */
export function NextStep({ journey, titles, zone }: NextProps): JSX.Element {
  const { t } = useTranslation('journeys');
  const format = useFormat();
  const due = journey.next && timeOf(journey.next);
  return (
    <Text size="xs" c="dimmed">
      {journey.next && due ? `${t('next')}: ${titles(journey.next)}, ${format.moment(due, zone)}` : t('nothingNext')}
    </Text>
  );
}
