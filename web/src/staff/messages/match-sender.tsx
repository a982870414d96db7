import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { createReference } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Communication, Patient, Task } from '@medplum/fhirtypes';
import { useMedplum } from '@medplum/react-hooks';
import { useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useAccess } from '../../fhir/access.ts';
import { useAction } from '../../fhir/operations.ts';
import { patientSearch } from '../../fhir/patients.ts';
import { useSearch } from '../../fhir/queries.ts';
import { OPEN_TICKETS } from '../../fhir/tickets.ts';
import { nameOf, useFormat } from '../../format.ts';
import { ErrorNotice } from '../../parts/error.tsx';

interface MatchProps {
  /** `Communication/ID`, in which the messages of the number stand. */
  readonly thread: string | undefined;
  readonly number: string | undefined;
}

/** A button, and behind it a search for the patient whose number it is. */
export function MatchSender({ thread, number }: MatchProps): JSX.Element {
  const { t } = useTranslation('messages');
  const { mayChange } = useAccess();
  const [opened, dialog] = useDisclosure(false);
  return thread && mayChange('Communication') ? (
    <>
      <Button size="compact-xs" variant="default" onClick={dialog.open}>
        {t('match')}
      </Button>
      <Modal opened={opened} onClose={dialog.close} title={t('matchTitle', { number: number ?? '' })}>
        <Candidates thread={thread} onDone={dialog.close} />
      </Modal>
    </>
  ) : (
    <></>
  );
}

function Candidates({ thread, onDone }: { readonly thread: string; readonly onDone: () => void }): JSX.Element {
  const { t } = useTranslation('messages');
  const { t: patients } = useTranslation('patients');
  const format = useFormat();
  const medplum = useMedplum();
  const [typed, setTyped] = useState('');
  const [settled] = useDebouncedValue(typed, 200);
  const found = useSearch('Patient', patientSearch(settled));
  const match = useAction(
    async (patient: WithId<Patient>) => {
      const current = await medplum.readResource('Communication', thread.split('/')[1] ?? '', { cache: 'no-store' });
      const subject = createReference(patient);
      await medplum.updateResource<Communication>(
        { ...current, subject },
        { headers: { 'If-Match': `W/"${current.meta?.versionId}"` } },
      );
      // What is to be looked at about this thread is now about them.
      const tickets = await medplum.searchResources('Task', { ...OPEN_TICKETS, focus: thread }, { cache: 'no-store' });
      await Promise.all(tickets.map((ticket) => medplum.updateResource<Task>({ ...ticket, for: subject })));
    },
    { changes: ['Communication', 'Task'], quiet: true },
  );
  return (
    <Stack>
      <Text size="sm">{t('matchText')}</Text>
      <TextInput
        type="search"
        label={patients('search')}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        data-autofocus
      />
      {found.isError && <ErrorNotice error={found.error} />}
      {match.isError && <ErrorNotice error={match.error} />}
      <Stack gap="xs" role="group" aria-label={patients('title')}>
        {found.data?.length === 0 && <Text c="dimmed">{patients('nobody')}</Text>}
        {(found.data ?? []).map((patient) => (
          <Button
            key={patient.id}
            variant="default"
            justify="start"
            loading={match.isPending && match.variables.id === patient.id}
            onClick={() => match.mutate(patient, { onSuccess: onDone })}
          >
            {nameOf(patient)}
            {patient.birthDate && `, ${format.day(patient.birthDate)}`}
          </Button>
        ))}
      </Stack>
    </Stack>
  );
}
