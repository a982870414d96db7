import { Button, Modal, NativeSelect, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { WithId } from '@medplum/core';
import type { CarePlan, Patient, PlanDefinition } from '@medplum/fhirtypes';
import { useRef, useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useOperation } from '../../fhir/operations.ts';
import { useSearch } from '../../fhir/queries.ts';
import { serviceNameOf } from '../../fhir/visits.ts';
import { useZones } from '../../fhir/zones.ts';
import { nameOf, useFormat } from '../../format.ts';
import { ErrorNotice } from '../../parts/error.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Empty } from '../../parts/page.tsx';
import { PatientPicker, PickedPatient } from '../booking/patient-picker.tsx';
import { isDefault, titleOf, useDefinitions } from './definitions.ts';
import { isAboutVisit } from './edit.ts';

interface StartProps {
  /** Whom it is for, where that is known already. */
  readonly patient?: WithId<Patient> | undefined;
  /** The definition that is looked at: it is offered first. */
  readonly definition?: string | undefined;
}

/** A button, and behind it a form that starts a journey for a patient. */
export function StartJourney(props: StartProps): JSX.Element {
  const { t } = useTranslation('journeys');
  const [opened, dialog] = useDisclosure(false);
  return (
    <>
      <Button onClick={dialog.open}>{t('start.title')}</Button>
      <Modal opened={opened} onClose={dialog.close} title={t('start.title')}>
        <StartForm {...props} />
      </Modal>
    </>
  );
}

function StartForm({ patient, definition }: StartProps): JSX.Element {
  const { t } = useTranslation('journeys');
  const definitions = useDefinitions();
  return (
    <Loaded query={definitions}>
      {(all) => {
        const usable = all.filter(({ status }) => status === 'active');
        const first = usable.find(({ id }) => id === definition) ?? usable.find(isDefault) ?? usable[0];
        return first ? (
          <Fields patient={patient} usable={usable} first={first} />
        ) : (
          <Empty text={t('start.noDefinition')} />
        );
      }}
    </Loaded>
  );
}

interface FieldsProps {
  readonly patient: WithId<Patient> | undefined;
  readonly usable: readonly WithId<PlanDefinition>[];
  readonly first: WithId<PlanDefinition>;
}

interface StartBody {
  readonly definition: string;
  readonly patient: string;
  readonly appointment?: string;
}

function Fields({ patient: known, usable, first }: FieldsProps): JSX.Element {
  const { t } = useTranslation('journeys');
  const navigate = useNavigate();
  const [patient, setPatient] = useState(known);
  const [definitionId, setDefinition] = useState(first.id);
  const [chosenVisit, setVisit] = useState<string>();
  const visits = useVisits(patient);
  const next = useRef<HTMLSelectElement>(null);
  const start = useOperation<WithId<CarePlan>, StartBody>('PlanDefinition/$start-journey', {
    changes: ['CarePlan', 'Task', 'Communication', 'CommunicationRequest'],
    quiet: true,
  });
  const definition = usable.find(({ id }) => id === definitionId) ?? first;
  // Of what is timed by a visit the next one is meant; anything else needs none.
  const visit = chosenVisit ?? ((isAboutVisit(definition) && visits[0]?.value) || '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (patient) {
      start.mutate(
        {
          definition: `PlanDefinition/${definition.id}`,
          patient: `Patient/${patient.id}`,
          ...(visit && { appointment: visit }),
        },
        {
          onSuccess: ({ id }) => {
            notifications.show({ color: 'green', message: t('start.done', { name: nameOf(patient) }) });
            void navigate(`/journeys/${id}`);
          },
        },
      );
    }
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {patient ? (
          <PickedPatient patient={patient} onChange={() => setPatient(undefined)} />
        ) : (
          <PatientPicker
            onPick={(picked) => {
              setPatient(picked);
              // The box that had the focus is gone.
              next.current?.focus();
            }}
          />
        )}
        <NativeSelect
          ref={next}
          label={t('definition')}
          value={definition.id}
          onChange={(event) => setDefinition(event.currentTarget.value)}
          data={usable.map((one) => ({ value: one.id, label: titleOf(one) }))}
        />
        {definition.description && (
          <Text size="sm" c="dimmed">
            {definition.description}
          </Text>
        )}
        {patient && (
          <NativeSelect
            label={t('visit')}
            value={visit}
            onChange={(event) => setVisit(event.currentTarget.value)}
            data={[{ value: '', label: t('noVisit') }, ...visits]}
          />
        )}
        {start.isError && <ErrorNotice error={start.error} />}
        <Button type="submit" disabled={!patient} loading={start.isPending}>
          {t('start.now')}
        </Button>
      </Stack>
    </form>
  );
}

/** The visits of a patient that a journey may be of: from today on, the next first. */
function useVisits(patient: WithId<Patient> | undefined): { readonly value: string; readonly label: string }[] {
  const format = useFormat();
  const zones = useZones();
  const [opened] = useState(() => new Date());
  const found = useSearch(
    'Appointment',
    patient && {
      patient: `Patient/${patient.id}`,
      status: 'booked,arrived,checked-in',
      date: `ge${opened.toISOString().slice(0, 10)}`,
      _sort: 'date',
      _count: '50',
    },
  );
  return (found.data ?? []).map((one) => ({
    value: `Appointment/${one.id}`,
    label: [one.start && format.moment(one.start, zones.of(one)), serviceNameOf(one)].filter(Boolean).join(' · '),
  }));
}
