import { Button, Group, NativeSelect, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { WithId } from '@medplum/core';
import type { ActivityDefinition, Communication } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { messageText } from '../../fhir/messages.ts';
import { useOperation } from '../../fhir/operations.ts';
import { patientSearch } from '../../fhir/patients.ts';
import { useSearch } from '../../fhir/queries.ts';
import { serviceNameOf } from '../../fhir/visits.ts';
import { useZones } from '../../fhir/zones.ts';
import { nameOf as patientName, useFormat } from '../../format.ts';
import { ErrorNotice } from '../../parts/error.tsx';
import { withOnly } from './template-form.ts';
import type { TextForm } from './template-form.ts';

interface PreviewProps {
  /** As it is edited, saved or not. */
  readonly template: WithId<ActivityDefinition>;
  readonly texts: readonly TextForm[];
  readonly nameOf: (text: TextForm) => string;
}

interface Asked {
  readonly draft: ActivityDefinition;
  readonly channel: string;
  readonly patient: string;
  readonly appointment?: string;
}

/** A text of a template as a patient would get it. Nothing is sent. */
export function TemplatePreview({ template, texts, nameOf }: PreviewProps): JSX.Element {
  const { t } = useTranslation('messages');
  const format = useFormat();
  const zones = useZones();
  const [typed, setTyped] = useState('');
  const [settled] = useDebouncedValue(typed, 200);
  const [chosen, setChosen] = useState('');
  const [visit, setVisit] = useState('');
  const [index, setIndex] = useState(0);
  const patients = useSearch('Patient', patientSearch(settled) ?? { _count: '20', _sort: '-_lastUpdated' });
  const patient = patients.data?.find(({ id }) => id === chosen) ?? patients.data?.[0];
  const visits = useSearch(
    'Appointment',
    patient && { patient: `Patient/${patient.id}`, date: 'ge1900-01-01', _sort: '-date', _count: '20' },
  );
  const about = visits.data?.find(({ id }) => id === visit) ?? visits.data?.[0];
  const preview = useOperation<Communication, Asked>('ActivityDefinition/$preview', { changes: [], quiet: true });
  const text = texts[index] ?? texts[0];
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (patient && text) {
      preview.mutate({
        draft: withOnly(template, text),
        channel: text.channel,
        patient: `Patient/${patient.id}`,
        ...(about && { appointment: `Appointment/${about.id}` }),
      });
    }
  };
  return (
    <Paper withBorder p="md" component="section" aria-label={t('preview')}>
      <Title order={2} size="h5" mb="xs">
        {t('preview')}
      </Title>
      <form onSubmit={submit}>
        <Group align="end" gap="xs">
          <NativeSelect
            label={t('whichText')}
            value={String(texts[index] ? index : 0)}
            onChange={(event) => setIndex(Number(event.currentTarget.value))}
            data={texts.map((one, number) => ({ value: String(number), label: nameOf(one) }))}
          />
          <TextInput
            type="search"
            label={t('findPatient')}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <NativeSelect
            label={t('patient')}
            value={patient?.id ?? ''}
            onChange={(event) => setChosen(event.currentTarget.value)}
            data={(patients.data ?? []).map((one) => ({ value: one.id, label: patientName(one) }))}
          />
          <NativeSelect
            label={t('visit')}
            value={about?.id ?? ''}
            onChange={(event) => setVisit(event.currentTarget.value)}
            data={
              about
                ? (visits.data ?? []).map((one) => ({
                    value: one.id,
                    label: [one.start && format.moment(one.start, zones.of(one)), serviceNameOf(one)]
                      .filter(Boolean)
                      .join(' · '),
                  }))
                : [{ value: '', label: t('noVisit') }]
            }
          />
          <Button type="submit" disabled={!patient || !text} loading={preview.isPending}>
            {t('showPreview')}
          </Button>
        </Group>
      </form>
      <Stack gap="xs" mt="sm" role="status">
        {preview.isError && <ErrorNotice error={preview.error} />}
        {preview.data && (
          <Paper withBorder p="sm" bg="var(--mantine-color-default-hover)" maw="36rem">
            {preview.data.topic?.text && (
              <Text size="sm" fw={600}>
                {preview.data.topic.text}
              </Text>
            )}
            <Text size="sm" style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>
              {messageText(preview.data)}
            </Text>
          </Paper>
        )}
      </Stack>
    </Paper>
  );
}
