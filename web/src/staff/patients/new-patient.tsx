import { Alert, Anchor, Button, List, Modal, Stack, TextInput } from '@mantine/core';
import type { WithId } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import type { Patient } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAction } from '../../fhir/operations.ts';
import { alike, isPhone, patientFrom, phoneOf } from '../../fhir/patients.ts';
import { nameOf } from '../../format.ts';
import { useFocus } from '../../parts/use-focus.ts';
import { ErrorNotice } from '../../parts/error.tsx';

interface NewPatientProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onCreated: (patient: WithId<Patient>) => void;
}

/** A dialog that makes a patient, and first shows who may be the same person. */
export function NewPatientDialog({ opened, onClose, onCreated }: NewPatientProps): JSX.Element {
  const { t } = useTranslation('patients');
  return (
    <Modal opened={opened} onClose={onClose} title={t('new')}>
      <NewPatientForm
        onCreated={(patient) => {
          onClose();
          onCreated(patient);
        }}
      />
    </Modal>
  );
}

/** Name, birth date and how to reach somebody: what a front desk asks of a new patient. */
export function NewPatientForm({ onCreated }: Pick<NewPatientProps, 'onCreated'>): JSX.Element {
  const { t } = useTranslation('patients');
  const medplum = useMedplum();
  const [known, setKnown] = useState<readonly WithId<Patient>[]>([]);
  const [phoneError, setPhoneError] = useState<string>();
  const create = useAction(
    async ({ patient, anyway }: { patient: Patient; anyway: boolean }) => {
      const same = anyway ? [] : await alike(medplum, patient);
      setKnown(same);
      return same.length > 0 ? undefined : medplum.createResource<Patient>(patient);
    },
    { changes: ['Patient'], quiet: true },
  );
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const patient = patientFrom(new FormData(event.currentTarget));
    const phone = phoneOf(patient);
    const wrong = phone !== undefined && !isPhone(phone);
    setPhoneError(wrong ? t('phoneShape') : undefined);
    if (!wrong) {
      create.mutate({ patient, anyway: known.length > 0 }, { onSuccess: (made) => made && onCreated(made) });
    }
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <PatientFields phoneError={phoneError} />
        {known.length > 0 && (
          <Alert role="alert" color="yellow" title={t('known')}>
            <List size="sm">
              {known.map((patient) => (
                <List.Item key={patient.id}>
                  <Anchor component={Link} to={`/patients/${patient.id}`}>
                    {nameOf(patient)} {patient.birthDate}
                  </Anchor>
                </List.Item>
              ))}
            </List>
          </Alert>
        )}
        {create.isError && <ErrorNotice error={create.error} />}
        <Button type="submit" loading={create.isPending}>
          {known.length > 0 ? t('createAnyway') : t('create')}
        </Button>
      </Stack>
    </form>
  );
}

interface PatientFieldsProps {
  /** What was typed before somebody turned out to be new. */
  readonly given?: string;
  readonly family?: string;
  readonly phoneError?: string | undefined;
}

/** The fields that `patientFrom` reads. */
export function PatientFields({ given, family, phoneError }: PatientFieldsProps): JSX.Element {
  const { t } = useTranslation('patients');
  const first = useFocus<HTMLInputElement>();
  return (
    <>
      <TextInput name="given" label={t('given')} defaultValue={given} autoComplete="off" ref={first} data-autofocus />
      <TextInput name="family" label={t('family')} defaultValue={family} autoComplete="off" required />
      <TextInput name="birthDate" type="date" label={t('birthDate')} />
      <TextInput name="phone" type="tel" label={t('mobile')} autoComplete="off" error={phoneError} />
      <TextInput name="email" type="email" label={t('email')} autoComplete="off" />
    </>
  );
}
