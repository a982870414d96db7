import { Alert, Button, Group, Paper, Select, Stack, Text, TextInput, Timeline, Title } from '@mantine/core';
import type { Bundle, PlanDefinition } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useOperation } from '../../fhir/operations.ts';
import { useZones } from '../../fhir/zones.ts';
import { useFormat } from '../../format.ts';
import { ErrorNotice } from '../../parts/error.tsx';
import { stepTitles } from './definitions.ts';
import { CourseForm } from './course-form.tsx';
import { COURSES, eventsIn, instantOf, problemIn, simulationOf, wallClock } from './simulation.ts';
import type { Course, CourseEvent, SimulationBody } from './simulation.ts';
import { timelineOf } from './timeline.ts';

const DAY_MS = 86_400_000;
/** A course that the designer puts together. */
const OWN = 'own';

/** Plays a definition through as it stands in the form, before it is saved, and shows what comes of it and when. */
export function SimulationPanel({ plan }: { readonly plan: PlanDefinition }): JSX.Element {
  const { t } = useTranslation('definitions');
  const zone = useZones().clinic;
  const [opened] = useState(() => new Date());
  const [typed, setTyped] = useState<string>();
  const [course, setCourse] = useState<Course | typeof OWN>('seen');
  const [own, setOwn] = useState<readonly CourseEvent[]>([]);
  const simulate = useOperation<Bundle, SimulationBody>('PlanDefinition/$simulate', { changes: [], quiet: true });
  const start = typed ?? wallClock(new Date(opened.getTime() + 7 * DAY_MS), zone);
  const visit = course === 'byHand' || start === '' ? undefined : instantOf(start, zone);
  const eventsOf = (chosen: Course): CourseEvent[] => eventsIn(chosen, visit ?? instantOf(start, zone), new Date());
  const problem = course === OWN ? problemIn(own, visit) : undefined;
  const choose = (chosen: Course | typeof OWN): void => {
    // One's own course begins with what was looked at.
    if (chosen === OWN && course !== OWN) {
      setOwn(eventsOf(course));
    }
    setCourse(chosen);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    simulate.mutate(simulationOf(plan, course === OWN ? own : eventsOf(course), visit, zone));
  };
  return (
    <Paper withBorder p="md" component="section" aria-label={t('tryOut')}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Title order={2} size="h4">
            {t('tryOut')}
          </Title>
          <Text size="sm" c="dimmed">
            {t('tryOutHint')}
          </Text>
          <Stack gap="sm">
            <Select
              label={t('course')}
              data={([...COURSES, OWN] as const).map((value) => ({ value, label: t(`courses.${value}`) }))}
              value={course}
              allowDeselect={false}
              onChange={(value) => value && choose(value as Course | typeof OWN)}
            />
            {course !== 'byHand' && (
              <TextInput
                type="datetime-local"
                label={t('visitAt', { zone })}
                required={course !== OWN}
                description={course === OWN ? t('visitOptional') : undefined}
                value={start}
                onChange={(event) => setTyped(event.currentTarget.value)}
              />
            )}
            {course === OWN && <CourseForm events={own} zone={zone} onChange={setOwn} />}
          </Stack>
          {problem && (
            <Text size="sm" c="red" role="status">
              {t(problem)}
            </Text>
          )}
          <Group>
            <Button type="submit" variant="default" loading={simulate.isPending} disabled={problem !== undefined}>
              {t('play')}
            </Button>
          </Group>
        </Stack>
      </form>
      <div role="status">
        {simulate.isError && <ErrorNotice error={simulate.error} />}
        {simulate.data && <Played bundle={simulate.data} plan={plan} zone={zone} />}
      </div>
    </Paper>
  );
}

interface PlayedProps {
  readonly bundle: Bundle;
  readonly plan: PlanDefinition;
  readonly zone: string;
}

function Played({ bundle, plan, zone }: PlayedProps): JSX.Element {
  const { t } = useTranslation('definitions');
  const format = useFormat();
  const moments = timelineOf(bundle, stepTitles([plan]).get(plan.id ?? '') ?? new Map<string, string>());
  if (moments.length === 0) {
    return (
      <Alert color="gray" mt="md">
        {t('nothingHappens')}
      </Alert>
    );
  }
  return (
    <Timeline mt="md" bulletSize={14} lineWidth={2} active={moments.length} aria-label={t('timeline')}>
      {moments.map(({ at, kind, text }, index) => (
        <Timeline.Item key={`${at}${kind}${text}${index}`}>
          <Text size="sm" fw={kind === 'stage' ? 600 : undefined}>
            {t(`moment.${kind}`, { text })}
          </Text>
          <Text size="xs" c="dimmed">
            {format.moment(at, zone)}
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}
