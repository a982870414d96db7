import { Alert, Button, Group, Stack } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { PatientFields } from '../patients/new-patient.tsx';
import { PatientLine, PatientPicker, PickedPatient } from './patient-picker.tsx';
import type { PatientChoice } from './use-patient-choice.ts';

interface PatientPartProps {
  readonly choice: PatientChoice;
  /** After somebody was found: the box that had the focus is gone. */
  readonly onPicked: () => void;
}

/** The part of a form that says whom it is for. */
export function PatientPart({ choice, onPicked }: PatientPartProps): JSX.Element {
  const { t } = useTranslation('booking');
  const { chosen, newcomer, known, phoneError } = choice;
  const pick = (patient: WithId<Patient>): void => {
    choice.pick(patient);
    onPicked();
  };
  if (chosen) {
    return <PickedPatient patient={chosen} onChange={choice.search} />;
  }
  if (newcomer === undefined) {
    return <PatientPicker onPick={pick} onNew={choice.begin} />;
  }
  return (
    <>
      <PatientFields {...nameParts(newcomer)} phoneError={phoneError} />
      <Button variant="subtle" size="compact-sm" onClick={choice.search}>
        {t('searchAgain')}
      </Button>
      {known.length > 0 && <Known patients={known} onPick={pick} />}
    </>
  );
}

function Known(props: {
  readonly patients: readonly WithId<Patient>[];
  readonly onPick: (patient: WithId<Patient>) => void;
}): JSX.Element {
  const { t } = useTranslation('booking');
  return (
    <Alert role="alert" color="yellow" title={t('known', { ns: 'patients' })}>
      <Stack gap="xs">
        {props.patients.map((patient) => (
          <Group key={patient.id} justify="space-between">
            <PatientLine patient={patient} />
            <Button size="compact-sm" variant="default" onClick={() => props.onPick(patient)}>
              {t('takeKnown')}
            </Button>
          </Group>
        ))}
      </Stack>
    </Alert>
  );
}

/** `Nora Lindqvist` → first and last name; a number or a date that was searched for is no name. */
function nameParts(typed: string): { readonly given?: string; readonly family?: string } {
  const words = typed.trim().split(/\s+/);
  return /[\d@]/.test(typed) ? {} : { given: words.slice(0, -1).join(' '), family: words.at(-1) ?? '' };
}
