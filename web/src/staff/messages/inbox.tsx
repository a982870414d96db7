import { Anchor, Group, Paper, Stack, Text } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { Communication } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { channelOf } from '../../../../bots/messages/template.ts';
import { isIncoming, isThread, messageText, messageTime } from '../../fhir/messages.ts';
import { usePatientNames } from '../../fhir/names.ts';
import { usePages } from '../../fhir/queries.ts';
import { useZones } from '../../fhir/zones.ts';
import { useFormat } from '../../format.ts';
import { Attachments } from '../../parts/attachments.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { More } from '../../parts/more.tsx';
import { Empty } from '../../parts/page.tsx';
import { MatchSender } from './match-sender.tsx';

interface InboxProps {
  readonly live: { readonly refetchInterval?: number };
  /** Shows the conversation with a patient: their id. */
  readonly open: (patient: string) => void;
}

/** What patients, and people nobody knows, wrote to the clinic, the latest first. */
export function Inbox({ live, open }: InboxProps): JSX.Element {
  const { t } = useTranslation('messages');
  // What is for nobody in particular is for the clinic.
  const found = usePages(
    'Communication',
    { 'recipient:missing': 'true', _sort: '-_lastUpdated' },
    { size: 40, ...live },
  );
  const written = (found.query.data ?? []).filter((one) => isIncoming(one) && !isThread(one));
  const named = usePatientNames(written.map(({ sender }) => sender));
  return (
    <Stack gap="sm">
      <Loaded query={found.query} lines={6}>
        {() =>
          written.length === 0 ? (
            <Empty text={t('nothingIn')} />
          ) : (
            <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: 'none' }} aria-label={t('in')}>
              {written.map((message) => (
                <Received key={message.id} message={message} name={named(message.sender)} open={open} />
              ))}
            </Stack>
          )
        }
      </Loaded>
      <More of={found} />
    </Stack>
  );
}

interface ReceivedProps {
  readonly message: WithId<Communication>;
  readonly name: string;
  readonly open: (patient: string) => void;
}

function Received({ message, name, open }: ReceivedProps): JSX.Element {
  const { t } = useTranslation('messages');
  const format = useFormat();
  const { clinic } = useZones();
  const channel = channelOf(message.medium);
  const [type, id] = (message.subject?.reference ?? message.sender?.reference ?? '').split('/');
  const number = message.sender?.identifier?.value?.replace(/^tel:/, '');
  return (
    <Paper component="li" withBorder p="sm">
      <Group gap="xs" mb={4}>
        {type === 'Patient' && id ? (
          <Anchor component="button" type="button" size="sm" fw={600} mih={24} onClick={() => open(id)}>
            {name}
          </Anchor>
        ) : (
          <Text size="sm" fw={600}>
            {t('unknownSender', { number: number ?? '' })}
          </Text>
        )}
        <Text size="xs" c="dimmed">
          {format.moment(messageTime(message), clinic)}
          {channel && ` · ${t(`channel.${channel}`)}`}
        </Text>
        {type !== 'Patient' && <MatchSender thread={message.partOf?.[0]?.reference} number={number} />}
      </Group>
      <Text size="sm" style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>
        {messageText(message)}
      </Text>
      <Attachments message={message} />
    </Paper>
  );
}
