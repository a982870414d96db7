import { Button, Fieldset, Group, Modal, NativeSelect, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { WithId } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useAccess } from '../../fhir/access.ts';
import { useSave } from '../../fhir/save.ts';
import { useFormat } from '../../format.ts';
import { ConflictDialog } from '../../parts/conflict.tsx';
import { ErrorNotice } from '../../parts/error.tsx';
import { languageName } from './facts.ts';
import { formOf, merged, problemsOf, withForm } from './patient-form.ts';
import type { PatientForm } from './patient-form.ts';
import type { PartProps } from './part.ts';

/** Languages that are offered; one that a patient has already is offered, too. */
const LANGUAGES = ['en', 'es', 'de', 'fr', 'pt', 'zh', 'ar', 'ru', 'vi', 'ht'];
const SEXES = ['female', 'male', 'other', 'unknown'] as const;
const ADDRESS = ['line', 'postalCode', 'city', 'state'] as const;

/** A button, and behind it who the patient is and how to reach them, to be edited. */
export function EditPatient({ patient }: PartProps): JSX.Element {
  const { t } = useTranslation('patient');
  const { mayChange } = useAccess();
  const [opened, dialog] = useDisclosure(false);
  if (!mayChange('Patient')) {
    return <></>;
  }
  return (
    <>
      <Button variant="default" onClick={dialog.open}>
        {t('edit')}
      </Button>
      <Modal opened={opened} onClose={dialog.close} title={t('editTitle')} size="lg" closeOnClickOutside={false}>
        <EditForm patient={patient} onDone={dialog.close} />
      </Modal>
    </>
  );
}

function EditForm({ patient, onDone }: PartProps & { readonly onDone: () => void }): JSX.Element {
  const { t } = useTranslation('patient');
  const { t: common } = useTranslation('common');
  // What was there when the form was opened: what others change meanwhile is noticed by the server.
  const [base, setBase] = useState(patient);
  const [form, setForm] = useState(() => formOf(patient));
  const [problems, setProblems] = useState<ReturnType<typeof problemsOf>>({});
  const { save, conflict, settle } = useSave<Patient>('Patient', { quiet: true });
  const labels = useFieldReaders();
  const set = (change: Partial<PatientForm>): void => setForm((before) => ({ ...before, ...change }));
  const store = (edited: WithId<Patient>): void => save.mutate(edited, { onSuccess: (saved) => saved && onDone() });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const found = problemsOf(form, base);
    setProblems(found);
    if (Object.keys(found).length === 0) {
      store(withForm(base, form));
    }
  };
  const text = (field: keyof PatientForm, props: { readonly type?: string } = {}): JSX.Element => {
    const problem = problems[field];
    return (
      <TextInput
        label={t(`field.${field}`)}
        value={form[field]}
        onChange={(event) => set({ [field]: event.currentTarget.value })}
        error={problem && t(problem)}
        autoComplete="off"
        {...props}
      />
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {text('given')}
          {text('family')}
          {text('birthDate', { type: 'date' })}
          <NativeSelect
            label={t('field.gender')}
            value={form.gender}
            onChange={(event) => set({ gender: event.currentTarget.value })}
            data={[{ value: '', label: t('notSaid') }, ...SEXES.map((value) => ({ value, label: t(`sex.${value}`) }))]}
          />
          {text('phone', { type: 'tel' })}
          {text('email', { type: 'email' })}
          <NativeSelect
            label={t('field.preferred')}
            value={form.preferred}
            onChange={(event) => set({ preferred: event.currentTarget.value as PatientForm['preferred'] })}
            data={[
              { value: '', label: t('notSaid') },
              { value: 'phone', label: t('field.phone') },
              { value: 'email', label: t('field.email') },
            ]}
          />
          <LanguageSelect value={form.language} onChange={(language) => set({ language })} />
        </SimpleGrid>
        <Fieldset legend={t('address')}>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            {ADDRESS.map((field) => (
              <div key={field}>{text(field)}</div>
            ))}
          </SimpleGrid>
        </Fieldset>
        {save.isError && <ErrorNotice error={save.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            {common('cancel')}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {common('save')}
          </Button>
        </Group>
      </Stack>
      <ConflictDialog
        conflict={conflict}
        fields={labels}
        apply={(theirs) => withForm(theirs, merged(form, base, theirs))}
        keepMine={store}
        takeTheirs={(theirs) => {
          settle();
          setBase(theirs);
          setForm(formOf(theirs));
        }}
      />
    </form>
  );
}

function LanguageSelect(props: { readonly value: string; readonly onChange: (code: string) => void }): JSX.Element {
  const { t, i18n } = useTranslation('patient');
  const codes = props.value && !LANGUAGES.includes(props.value) ? [props.value, ...LANGUAGES] : LANGUAGES;
  return (
    <NativeSelect
      label={t('field.language')}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      data={[
        { value: '', label: t('notSaid') },
        ...codes.map((value) => ({ value, label: languageName(value, i18n.language) })),
      ]}
    />
  );
}

/** What the form edits, by its label, as a person reads it. */
function useFieldReaders(): Readonly<Record<string, (patient: Patient) => string>> {
  const { t, i18n } = useTranslation('patient');
  const format = useFormat();
  const shown = (field: keyof PatientForm, value: string): string => {
    if (!value) {
      return '';
    }
    switch (field) {
      case 'birthDate':
        return format.day(value);
      case 'gender':
        return t(`sex.${value as (typeof SEXES)[number]}`);
      case 'language':
        return languageName(value, i18n.language);
      case 'preferred':
        return t(`field.${value as 'phone' | 'email'}`);
      default:
        return value;
    }
  };
  const fields = [
    'given',
    'family',
    'birthDate',
    'gender',
    'phone',
    'email',
    'preferred',
    'language',
    ...ADDRESS,
  ] as const;
  return Object.fromEntries(
    fields.map((field) => [t(`field.${field}`), (patient: Patient) => shown(field, formOf(patient)[field])]),
  );
}
