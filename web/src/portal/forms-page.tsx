import { Anchor, Card, Group, Stack, Text } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { asksQuestions } from '../../../bots/journeys/parts.ts';
import { useLive } from '../fhir/live.ts';
import { usePages } from '../fhir/queries.ts';
import { useZones } from '../fhir/zones.ts';
import { useFormat } from '../format.ts';
import { Loaded } from '../parts/loaded.tsx';
import { More } from '../parts/more.tsx';
import { Empty, Page } from '../parts/page.tsx';
import { Section } from '../parts/section.tsx';
import { useSession } from '../session/session.tsx';

/** The questionnaires that a patient is asked to fill in, and those that they have. */
export default function FormsPage(): JSX.Element {
  const { t } = useTranslation('forms');
  const format = useFormat();
  const { who } = useSession();
  const { clinic } = useZones();
  const live = useLive(`Task?owner=${who.patient}`);
  const tasks = usePages('Task', { owner: who.patient ?? '', _sort: '-_lastUpdated' }, { size: 50, ...live });
  return (
    <Page title={t('title')}>
      <Loaded query={tasks.query}>
        {(found) => {
          const forms = found.filter(asksQuestions);
          const open = forms.filter(({ status }) => status === 'requested' || status === 'in-progress');
          const done = forms.filter(({ status }) => status === 'completed');
          return (
            <Stack gap="lg">
              {open.length === 0 && <Empty text={t('none')} />}
              {open.map((task) => (
                <Card key={task.id} withBorder component="article">
                  <Group justify="space-between">
                    <Text fw={600}>{task.description}</Text>
                    <Anchor component={Link} to={`/forms/${task.id}`}>
                      {t('fill')}
                    </Anchor>
                  </Group>
                </Card>
              ))}
              {done.length > 0 && (
                <Section title={t('done')}>
                  {done.map((task) => (
                    <Text key={task.id} size="sm">
                      {task.description} · {task.lastModified && format.date(task.lastModified, clinic)}
                    </Text>
                  ))}
                </Section>
              )}
              <More of={tasks} />
            </Stack>
          );
        }}
      </Loaded>
    </Page>
  );
}
