import { Button, Checkbox, Group, NativeSelect, Stack, Text, Textarea, TextInput } from '@mantine/core';
import type { WithId } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import type { Appointment, Patient } from '@medplum/fhirtypes';
import { useRef, useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../../fhir/operations.ts';
import { ErrorNotice } from '../../parts/error.tsx';
import { fieldOf } from '../../parts/form.ts';
import type { Choice } from './booking.ts';
import { PatientPart } from './patient-part.tsx';
import { usePatientChoice } from './use-patient-choice.ts';

interface BookingFormProps {
  /** The time that was chosen, and others that it can be changed to. */
  readonly choices: readonly Choice[];
  /** Whether it is a place too many, which needs a reason. */
  readonly overbook?: boolean;
  /** Whom it is for, where that is known already. */
  readonly patient?: WithId<Patient> | undefined;
  readonly onDone: (appointment: WithId<Appointment>, patient: WithId<Patient>) => void;
}

interface Taking {
  readonly how: '$book' | '$hold';
  readonly patient: Patient;
  readonly body: object;
}

/** Books or holds a time for a found or a new patient. What was typed stays when it fails. */
export function BookingForm({ choices, overbook = false, patient, onDone }: BookingFormProps): JSX.Element {
  const { t } = useTranslation('booking');
  const medplum = useMedplum();
  const person = usePatientChoice(patient);
  const [slotId, setSlotId] = useState(choices[0]?.slot.id);
  const reasonField = useRef<HTMLInputElement>(null);
  const choice = choices.find(({ slot }) => slot.id === slotId) ?? choices[0];
  const nobody = !person.chosen && person.newcomer === undefined;

  const take = useAction(
    async ({ how, patient: described, body }: Taking) => {
      const settled = await person.settle(described);
      if (settled) {
        const asked = { ...body, patient: `Patient/${settled.id}` };
        onDone(await medplum.post<WithId<Appointment>>(medplum.fhirUrl('Slot', how), asked), settled);
      }
    },
    { changes: ['Slot', 'Appointment', 'Patient'], quiet: true },
  );
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const button = (event.nativeEvent as SubmitEvent).submitter as HTMLButtonElement | null;
    const how = button?.value === 'hold' ? '$hold' : '$book';
    const described = person.described(form);
    const [reason, comment] = [fieldOf(form, 'reason').trim(), fieldOf(form, 'comment').trim()];
    if (described && choice) {
      const slot = [choice.slot.id, ...form.getAll('beside').map(String)].map((id) => `Slot/${id}`);
      const said = { ...(reason && { reason }), ...(how === '$book' && comment && { comment }) };
      take.mutate({ how, patient: described, body: { slot, ...said, ...(overbook && { overbook }) } });
    }
  };

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TimeField choices={choices} value={choice?.slot.id} onChange={setSlotId} />
        <PatientPart choice={person} onPicked={() => reasonField.current?.focus()} />
        {choice && choice.beside.length > 0 && (
          <Checkbox.Group label={t('beside')}>
            <Group gap="md" mt={4}>
              {choice.beside.map(({ slot, name }) => (
                <Checkbox key={slot.id} name="beside" value={slot.id} label={name} />
              ))}
            </Group>
          </Checkbox.Group>
        )}
        <TextInput
          ref={reasonField}
          name="reason"
          label={overbook ? t('overbookReason') : t('reason')}
          required={overbook}
          autoComplete="off"
        />
        <Textarea name="comment" label={t('comment')} autosize minRows={1} />
        {take.isError && <ErrorNotice error={take.error} />}
        <Group>
          <Button type="submit" value="book" loading={take.isPending} disabled={nobody}>
            {overbook ? t('overbook') : person.known.length > 0 ? t('bookAnyway') : t('book')}
          </Button>
          {!overbook && (
            <Button type="submit" value="hold" variant="default" disabled={take.isPending || nobody}>
              {t('hold')}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

interface TimeFieldProps {
  readonly choices: readonly Choice[];
  readonly value: string | undefined;
  readonly onChange: (slot: string) => void;
}

/** The time; as a choice where there are others, so that a lost place does not cost the form. */
function TimeField({ choices, value, onChange }: TimeFieldProps): JSX.Element {
  const { t } = useTranslation('booking');
  const label = ({ label: text, taken }: Choice): string => (taken ? t('takenTime', { time: text }) : text);
  const [only] = choices;
  if (choices.length === 1 && only) {
    return <Text fw={600}>{label(only)}</Text>;
  }
  return (
    <NativeSelect
      label={t('time')}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={choices.map((choice) => ({ value: choice.slot.id, label: label(choice) }))}
    />
  );
}
