import { Accordion, Code, Stack, Text, Title } from '@mantine/core';
import { isDefined } from '@medplum/core';
import type { AuditEvent } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { usePages } from '../../fhir/queries.ts';
import { useZones } from '../../fhir/zones.ts';
import { useFormat } from '../../format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { More } from '../../parts/more.tsx';

/** Looked at again: AuditEvents wake no subscription. */
const EVERY_MS = 30_000;

/** Runs of bots, and deliveries, that did not end well: the latest first, with what they left in the log. */
export function FailedRuns(): JSX.Element {
  const { t } = useTranslation('health');
  const format = useFormat();
  const { clinic } = useZones();
  const found = usePages('AuditEvent', { outcome: '4,8,12', _sort: '-_lastUpdated' }, { refetchInterval: EVERY_MS });
  return (
    <Stack gap="xs" component="section" aria-label={t('failedRuns')}>
      <Title order={2} size="h5">
        {t('failedRuns')}
      </Title>
      <Loaded query={found.query}>
        {(events) =>
          events.length === 0 ? (
            <Text c="dimmed">{t('noFailedRuns')}</Text>
          ) : (
            <Accordion variant="separated" order={3}>
              {events.map((event) => (
                <Accordion.Item key={event.id} value={event.id}>
                  <Accordion.Control>
                    <Text span size="sm" fw={600} mr="xs">
                      {whatRan(event)}
                    </Text>
                    <Text span size="xs" c="dimmed">
                      {format.moment(event.recorded, clinic)}
                    </Text>
                  </Accordion.Control>
                  <Accordion.Panel>
                    <Text size="xs" c="dimmed" mb={4}>
                      {t('regarding', { what: regarding(event) })}
                    </Text>
                    <Code block lang="en" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                      {event.outcomeDesc ?? t('noLog')}
                    </Code>
                  </Accordion.Panel>
                </Accordion.Item>
              ))}
            </Accordion>
          )
        }
      </Loaded>
      <More of={found} />
    </Stack>
  );
}

/** The bot or the subscription that ran. */
const whatRan = ({ source }: AuditEvent): string => source.observer.display ?? source.observer.reference ?? '';

/** What it ran for, as references: an event that is read by many names nobody. */
function regarding({ source, entity = [] }: AuditEvent): string {
  const references = entity.map(({ what }) => what?.reference).filter(isDefined);
  const others = references.filter((reference) => !/^(Bot|Subscription)\//.test(reference));
  return others.join(', ') || (source.observer.reference ?? '');
}
