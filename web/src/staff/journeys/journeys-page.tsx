import { Anchor, Badge, Button, Group, Select, Text } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { readDefinition } from '../../../../bots/journeys/definition.ts';
import { useRead } from '../../fhir/queries.ts';
import { nameOf, useFormat } from '../../format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Empty, Page } from '../../parts/page.tsx';
import { Board } from './board.tsx';
import { isDefault, titleOf, useDefinitions } from './definitions.ts';
import { StartJourney } from './start-journey.tsx';
import { JourneysTable } from './journeys-table.tsx';
import { columnsOf } from './live.ts';
import { useLiveJourneys } from './load.ts';

const EVERY = 'all';

/** The live journeys: a board by stage of one definition, or a list of all; stuck ones first. */
export default function JourneysPage(): JSX.Element {
  const { t } = useTranslation('journeys');
  const format = useFormat();
  const [params, setParams] = useSearchParams();
  const definitions = useDefinitions();
  const chosen = params.get('definition');
  const all = definitions.data ?? [];
  const definition =
    chosen === EVERY ? undefined : (all.find(({ id }) => id === chosen) ?? all.find(isDefault) ?? all[0]);
  const patientId = params.get('patient') ?? undefined;
  const patient = useRead('Patient', patientId);
  const live = useLiveJourneys(
    definitions.data && {
      ...(definition && { definition }),
      ...(patientId && { patient: `Patient/${patientId}` }),
    },
  );
  const choose = (name: string, value: string | undefined): void =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        after.delete(name);
        if (value) {
          after.set(name, value);
        }
        return after;
      },
      { replace: true },
    );
  return (
    <Page
      title={t('title')}
      actions={
        <>
          <Button component={Link} to="/journeys/definitions" variant="default">
            {t('definitions')}
          </Button>
          <StartJourney key={patient.data?.id} patient={patient.data} definition={definition?.id} />
        </>
      }
    >
      <Group align="flex-end" justify="space-between">
        <Select
          label={t('definition')}
          data={[{ value: EVERY, label: t('every') }, ...all.map((one) => ({ value: one.id, label: titleOf(one) }))]}
          value={definition?.id ?? EVERY}
          onChange={(value) => choose('definition', value ?? EVERY)}
          allowDeselect={false}
          w={{ base: '100%', xs: 320 }}
        />
        {patient.data && (
          <Group gap="xs">
            <Text size="sm">{t('onlyPatient', { name: nameOf(patient.data) })}</Text>
            <Anchor component="button" type="button" size="sm" onClick={() => choose('patient', undefined)}>
              {t('showAll')}
            </Anchor>
          </Group>
        )}
      </Group>
      <Loaded query={live} lines={8}>
        {({ journeys, total }) => (
          <>
            <Group gap="sm" role="status">
              <Text size="sm" c="dimmed">
                {total > journeys.length
                  ? t('count', { shown: format.number(journeys.length), total: format.number(total) })
                  : t('countAll', { total: format.number(total) })}
              </Text>
              {journeys.some(({ stuck }) => stuck.length > 0) && (
                <Badge color="red" variant="outline">
                  {t('stuckCount', { count: journeys.filter(({ stuck }) => stuck.length > 0).length })}
                </Badge>
              )}
            </Group>
            {journeys.length === 0 ? (
              <Empty text={t('nobody')} />
            ) : definition ? (
              <Board
                columns={columnsOf(readDefinition(definition).definition.stages, journeys, t('between'))}
                definitions={all}
              />
            ) : (
              <JourneysTable journeys={journeys} definitions={all} />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}
