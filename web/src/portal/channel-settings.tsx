import { Stack, Switch, Text } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { refusedChannels } from '../../../bots/messages/consent.ts';
import { CHANNELS } from '../../../bots/messages/template.ts';
import { useConsentSwitch, useMessageConsents } from '../fhir/consents.ts';
import { Loaded } from '../parts/loaded.tsx';
import { Section } from '../parts/section.tsx';

/** On which ways the clinic may write: the same consents that STOP and START change. */
export function ChannelSettings({ patient }: { readonly patient: string }): JSX.Element {
  const { t } = useTranslation('settings');
  const consents = useMessageConsents(patient);
  const { store, asked } = useConsentSwitch(patient, consents.data);
  return (
    <Section title={t('channels')}>
      <Text size="sm" c="dimmed">
        {t('channelsText')}
      </Text>
      <Loaded query={consents}>
        {(found) => {
          const refused = refusedChannels(found);
          return (
            <Stack gap="sm">
              {CHANNELS.map((channel) => (
                <Switch
                  key={channel}
                  label={t(`channel.${channel}`)}
                  checked={asked?.channel === channel ? asked.wanted : !refused.includes(channel)}
                  onChange={(event) => store({ channel, wanted: event.currentTarget.checked })}
                />
              ))}
              {refused.length === CHANNELS.length && <Text role="status">{t('allRefused')}</Text>}
            </Stack>
          );
        }}
      </Loaded>
    </Section>
  );
}
