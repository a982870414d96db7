import { Paper, Stack, Switch, Text, Title } from '@mantine/core';
import type { Patient } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { refusedChannels } from '../../../../bots/messages/consent.ts';
import { CHANNELS } from '../../../../bots/messages/template.ts';
import type { Channel } from '../../../../bots/messages/template.ts';
import { useAccess } from '../../fhir/access.ts';
import { emailOf } from '../../fhir/contact.ts';
import { phoneOf } from '../../fhir/patients.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { useConsentSwitch, useMessageConsents } from '../../fhir/consents.ts';
import type { PartProps } from './part.ts';

/** By which channels a patient wants to be written to. */
export function ChannelSettings({ patient }: PartProps): JSX.Element {
  const { t } = useTranslation('patient');
  const { t: messages } = useTranslation('messages');
  const { mayCreate } = useAccess();
  const reference = `Patient/${patient.id}`;
  const consents = useMessageConsents(reference);
  const { store, asked } = useConsentSwitch(reference, consents.data);
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h5" mb="xs">
        {t('channels')}
      </Title>
      <Loaded query={consents}>
        {(found) => {
          const refused = refusedChannels(found);
          return (
            <Stack gap="sm">
              {CHANNELS.map((channel) => (
                <Switch
                  key={channel}
                  label={messages(`channel.${channel}`)}
                  description={addressFor(patient, channel) ?? t('noAddress')}
                  checked={asked?.channel === channel ? asked.wanted : !refused.includes(channel)}
                  disabled={!mayCreate('Consent')}
                  onChange={(event) => store({ channel, wanted: event.currentTarget.checked })}
                />
              ))}
              <Text size="xs" c="dimmed">
                {t('channelsHint')}
              </Text>
            </Stack>
          );
        }}
      </Loaded>
    </Paper>
  );
}

const addressFor = (patient: Patient, channel: Channel): string | undefined =>
  channel === 'email' ? emailOf(patient) : phoneOf(patient);
