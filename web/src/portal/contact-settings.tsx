import { Button, Select, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { WithId } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { contactOf, isWrongPhone, mergedContact, withContact } from '../fhir/contact.ts';
import { useSave } from '../fhir/save.ts';
import { LANGUAGES } from '../i18n/index.ts';
import { ConflictDialog } from '../parts/conflict.tsx';
import { Section } from '../parts/section.tsx';

/** The patient's language, mobile number and e-mail. */
export function ContactSettings({ patient }: { readonly patient: WithId<Patient> }): JSX.Element {
  const { t } = useTranslation('settings');
  const [contact, setContact] = useState(() => contactOf(patient));
  // What was typed is about this version, whatever is loaded meanwhile.
  const [base, setBase] = useState(patient);
  const { save, conflict, settle } = useSave<Patient>('Patient');
  const begin = (from: WithId<Patient>): void => {
    setBase(from);
    setContact(contactOf(from));
  };
  const store = (resource: WithId<Patient>): void =>
    save.mutate(resource, {
      onSuccess: (saved) => {
        if (saved) {
          begin(saved);
          notifications.show({ color: 'green', message: t('saved') });
        }
      },
    });
  const wrongPhone = isWrongPhone(contact.phone, base);
  return (
    <Section title={t('contact')}>
      <Select
        label={t('language')}
        data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
        value={contact.language.split('-')[0] || null}
        onChange={(language) => setContact({ ...contact, language: language ?? '' })}
        allowDeselect={false}
      />
      <TextInput
        label={t('phone')}
        type="tel"
        autoComplete="tel"
        value={contact.phone}
        error={wrongPhone ? t('phoneShape') : undefined}
        onChange={(event) => setContact({ ...contact, phone: event.currentTarget.value })}
      />
      <TextInput
        label={t('email')}
        type="email"
        autoComplete="email"
        value={contact.email}
        onChange={(event) => setContact({ ...contact, email: event.currentTarget.value })}
      />
      <Button
        loading={save.isPending}
        disabled={wrongPhone}
        onClick={() => store(withContact(base, contact))}
        style={{ alignSelf: 'flex-start' }}
      >
        {t('save')}
      </Button>
      <ConflictDialog
        conflict={conflict}
        fields={{
          [t('language')]: (version) => contactOf(version).language,
          [t('phone')]: (version) => contactOf(version).phone,
          [t('email')]: (version) => contactOf(version).email,
        }}
        apply={(theirs) => withContact(theirs, mergedContact(contact, base, theirs))}
        keepMine={store}
        takeTheirs={(theirs) => {
          settle();
          begin(theirs);
        }}
      />
    </Section>
  );
}
