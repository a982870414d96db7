import { Loaded } from '../parts/loaded.tsx';
import { Page } from '../parts/page.tsx';
import { Stack } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useRead } from '../fhir/queries.ts';
import { useSession } from '../session/session.tsx';
import { ChannelSettings } from './channel-settings.tsx';
import { ContactSettings } from './contact-settings.tsx';

/** How the clinic reaches the patient: language, numbers, and which messages they want. */
export default function SettingsPage(): JSX.Element {
  const { t } = useTranslation('settings');
  const { who } = useSession();
  const patient = useRead('Patient', who.patient?.split('/')[1]);
  return (
    <Page title={t('title')}>
      <Loaded query={patient} lines={6}>
        {(loaded) => (
          <Stack gap="xl" maw={520}>
            <ContactSettings patient={loaded} />
            <ChannelSettings patient={`Patient/${loaded.id}`} />
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}
