import { Button, Combobox, Group, Loader, Stack, Text, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { WithId } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import { useEffect, useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { patientSearch, phoneOf } from '../../fhir/patients.ts';
import { useSearch } from '../../fhir/queries.ts';
import { nameOf, useFormat } from '../../format.ts';
import { useFocus } from '../../parts/use-focus.ts';

interface PatientPickerProps {
  readonly onPick: (patient: WithId<Patient>) => void;
  /** Somebody who is not known yet, by what was typed; without it only who is known can be picked. */
  readonly onNew?: (typed: string) => void;
}

const NEW = 'new';
const NOBODY: readonly WithId<Patient>[] = [];

/** One box that finds a patient by name, phone, e-mail or birth date, or begins a new one. */
export function PatientPicker({ onPick, onNew }: PatientPickerProps): JSX.Element {
  const { t } = useTranslation('booking');
  const { t: patientsText } = useTranslation('patients');
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const box = useFocus<HTMLInputElement>();
  const [typed, setTyped] = useState('');
  const [settled] = useDebouncedValue(typed, 150);
  const found = useSearch('Patient', patientSearch(settled));
  const patients = (typed.trim().length > 1 && found.data) || NOBODY;
  const { selectFirstOption, resetSelectedOption } = combobox;
  // Enter takes the first who fits; somebody new has to be chosen.
  useEffect(
    () => (patients.length > 0 ? void selectFirstOption() : resetSelectedOption()),
    [patients, selectFirstOption, resetSelectedOption],
  );
  return (
    <Combobox
      store={combobox}
      onOptionSubmit={(value) => {
        const patient = patients.find(({ id }) => id === value);
        combobox.closeDropdown();
        return patient ? onPick(patient) : onNew?.(typed);
      }}
    >
      <Combobox.Target>
        <TextInput
          label={t('patient')}
          description={t('patientHint')}
          placeholder={t('patientPlaceholder')}
          required
          autoComplete="off"
          ref={box}
          data-autofocus
          value={typed}
          rightSection={found.isFetching ? <Loader size="xs" /> : undefined}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            combobox.openDropdown();
          }}
          onFocus={() => typed && combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={typed.trim().length < 2}>
        <Combobox.Options aria-label={t('patients')} mah={260} style={{ overflowY: 'auto' }}>
          {patients.map((patient) => (
            <Combobox.Option key={patient.id} value={patient.id}>
              <PatientLine patient={patient} />
            </Combobox.Option>
          ))}
          {onNew ? (
            <Combobox.Option value={NEW} fw={600}>
              {t('newPatient', { name: typed.trim() })}
            </Combobox.Option>
          ) : (
            found.data?.length === 0 && <Combobox.Empty>{patientsText('nobody')}</Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

/** Who it is: the name, and what tells namesakes apart. */
export function PatientLine({ patient }: { readonly patient: Patient }): JSX.Element {
  const format = useFormat();
  const facts = [patient.birthDate && format.day(patient.birthDate), phoneOf(patient)].filter(Boolean);
  return (
    <Stack gap={0}>
      <Text size="sm" fw={600}>
        {nameOf(patient)}
      </Text>
      {facts.length > 0 && (
        <Text size="xs" c="dimmed">
          {facts.join(' · ')}
        </Text>
      )}
    </Stack>
  );
}

/** Who was picked, and a way back. */
export function PickedPatient(props: { readonly patient: Patient; readonly onChange: () => void }): JSX.Element {
  const { t } = useTranslation('booking');
  return (
    <Group justify="space-between" wrap="nowrap" role="group" aria-label={t('patient')}>
      <PatientLine patient={props.patient} />
      <Button variant="subtle" size="compact-sm" onClick={props.onChange}>
        {t('otherPatient')}
      </Button>
    </Group>
  );
}
