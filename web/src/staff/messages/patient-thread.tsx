import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { Communication, Patient } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { channelOf } from '../../../../bots/messages/template.ts';
import {
  conversation,
  failureOf,
  isIncoming,
  lastIncoming,
  messageText,
  messageTime,
  waitsUntil,
} from '../../fhir/messages.ts';
import { usePages } from '../../fhir/queries.ts';
import { useZones } from '../../fhir/zones.ts';
import { useFormat } from '../../format.ts';
import { Attachments } from '../../parts/attachments.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { More } from '../../parts/more.tsx';
import { MessageBadge } from './message-badge.tsx';
import { ReplyBox } from './reply-box.tsx';

/** What was written to and by a patient, the latest at the bottom, and a box to write in. */
export function PatientThread({ patient }: { readonly patient: WithId<Patient> }): JSX.Element {
  const { t } = useTranslation('messages');
  const found = usePages(
    'Communication',
    { _compartment: `Patient/${patient.id}`, _sort: '-_lastUpdated' },
    { size: 30 },
  );
  return (
    <Stack gap="sm" component="section">
      <Title order={2} size="h4">
        {t('conversation')}
      </Title>
      <More of={found} />
      <Loaded query={found.query}>
        {(communications) => {
          const messages = conversation(communications);
          const last = lastIncoming(messages);
          return (
            <>
              {messages.length === 0 && <Text c="dimmed">{t('noMessages')}</Text>}
              <Stack component="ol" gap="xs" p={0} m={0} style={{ listStyle: 'none' }} aria-label={t('conversation')}>
                {messages.map((message) => (
                  <MessageBubble key={message.id} message={message} />
                ))}
              </Stack>
              <ReplyBox patient={patient} {...(last && { last })} />
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
}

function MessageBubble({ message }: { readonly message: WithId<Communication> }): JSX.Element {
  const { t } = useTranslation('messages');
  const format = useFormat();
  const { clinic } = useZones();
  const isIn = isIncoming(message);
  const channel = channelOf(message.medium);
  const subject = !isIn && channel === 'email' ? message.topic?.text : undefined;
  return (
    <Paper
      component="li"
      withBorder
      p="sm"
      maw="min(36rem, 92%)"
      style={{ alignSelf: isIn ? 'flex-start' : 'flex-end' }}
      bg={isIn ? undefined : 'var(--mantine-color-default-hover)'}
    >
      <Group gap="xs" mb={4}>
        <Text size="xs" fw={600}>
          {t(isIn ? 'fromPatient' : 'fromClinic')}
        </Text>
        <Text size="xs" c="dimmed">
          {format.moment(messageTime(message), clinic)}
          {channel && ` · ${t(`channel.${channel}`)}`}
        </Text>
        {!isIn && <MessageBadge message={message} />}
      </Group>
      {subject && (
        <Text size="sm" fw={600}>
          {subject}
        </Text>
      )}
      <Text size="sm" style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>
        {messageText(message)}
      </Text>
      <Attachments message={message} />
      <Why message={message} />
    </Paper>
  );
}

/** Why a message has not gone out, or until when it waits. */
export function Why({ message }: { readonly message: Communication }): JSX.Element {
  const { t } = useTranslation('messages');
  const format = useFormat();
  const { clinic } = useZones();
  const failure = message.status === 'not-done' ? (failureOf(message) ?? 'other') : undefined;
  const until = waitsUntil(message);
  return (
    <>
      {failure && (
        <Text size="xs" c="red">
          {t(`failure.${failure}`)}
        </Text>
      )}
      {until && (
        <Text size="xs" c="dimmed">
          {t('waitsUntil', { time: format.moment(until, clinic) })}
        </Text>
      )}
    </>
  );
}
