import { Button, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import type { Appointment, Patient } from '@medplum/fhirtypes';
import { useRef } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../../fhir/operations.ts';
import { useFormat } from '../../format.ts';
import { ErrorNotice } from '../../parts/error.tsx';
import { fieldOf } from '../../parts/form.ts';
import { serviceName } from '../booking/actors.ts';
import type { Bookable } from '../booking/actors.ts';
import { PatientPart } from '../booking/patient-part.tsx';
import { usePatientChoice } from '../booking/use-patient-choice.ts';
import { waitlistEntry } from './wish.ts';
import type { Wish } from './wish.ts';

interface WaitlistFormProps {
  readonly wish: Wish;
  readonly bookable: Bookable;
  /** What the place that is looked for is called. */
  readonly placeName: string | undefined;
  readonly patient: WithId<Patient> | undefined;
  readonly onDone: (patient: WithId<Patient>) => void;
}

/** As iCalendar has it: 1 before 9, 0 for none. */
const PRIORITIES = { normal: 0, soon: 5, urgent: 1 } as const;

/** Puts somebody on the waitlist for what is looked for. */
export function WaitlistForm({ wish, bookable, placeName, patient, onDone }: WaitlistFormProps): JSX.Element {
  const { t } = useTranslation('find');
  const format = useFormat();
  const medplum = useMedplum();
  const person = usePatientChoice(patient);
  const note = useRef<HTMLInputElement>(null);
  const service = bookable.services.find(({ id }) => wish.service === `HealthcareService/${id}`);
  const host = wish.provider ?? wish.place;
  const hostName = bookable.actors.find(({ reference }) => reference === wish.provider)?.name ?? placeName;
  const add = useAction(
    async ({ described, priority, comment }: { described: Patient; priority: number; comment: string }) => {
      const settled = await person.settle(described);
      if (settled) {
        await medplum.createResource<Appointment>(
          waitlistEntry({
            patient: createReference(settled),
            service,
            host: host ? { reference: host, ...(hostName && { display: hostName }) } : undefined,
            from: wish.from,
            until: wish.until,
            priority,
            comment,
          }),
        );
        onDone(settled);
      }
    },
    { changes: ['Appointment', 'Patient'], quiet: true },
  );
  if (!service && !host) {
    return <Text>{t('waitlist.needs')}</Text>;
  }
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const described = person.described(form);
    if (described) {
      add.mutate({ described, priority: Number(fieldOf(form, 'priority')), comment: fieldOf(form, 'comment').trim() });
    }
  };
  const waitsFor = [service && serviceName(service), hostName, `${format.day(wish.from)} – ${format.day(wish.until)}`];
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm">{t('waitlist.explain')}</Text>
        <Text size="sm">
          {t('waitlist.for')}: {waitsFor.filter(Boolean).join(' · ')}
        </Text>
        <PatientPart choice={person} onPicked={() => note.current?.focus()} />
        <NativeSelect
          name="priority"
          label={t('waitlist.priority')}
          data={(['normal', 'soon', 'urgent'] as const).map((name) => ({
            value: String(PRIORITIES[name]),
            label: t(`waitlist.${name}`),
          }))}
        />
        <TextInput ref={note} name="comment" label={t('waitlist.note')} autoComplete="off" />
        {add.isError && <ErrorNotice error={add.error} />}
        <Button type="submit" loading={add.isPending} disabled={!person.chosen && person.newcomer === undefined}>
          {t('waitlist.add')}
        </Button>
      </Stack>
    </form>
  );
}
