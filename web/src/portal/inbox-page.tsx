import { Button, Paper, Stack, Text, Textarea } from '@mantine/core';
import type { WithId } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import type { Communication } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../fhir/live.ts';
import { messageText, messageTime } from '../fhir/messages.ts';
import { useAction } from '../fhir/operations.ts';
import { usePages } from '../fhir/queries.ts';
import { useZones } from '../fhir/zones.ts';
import { useFormat } from '../format.ts';
import { Attachments } from '../parts/attachments.tsx';
import { ErrorNotice } from '../parts/error.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { More } from '../parts/more.tsx';
import { Empty, Page } from '../parts/page.tsx';
import { useSession } from '../session/session.tsx';
import { conversationOf } from './conversation.ts';

const PAGE = 50;
const LATEST = { _sort: '-_lastUpdated' } as const;

/** What the clinic and the patient wrote to each other. */
export default function InboxPage(): JSX.Element {
  const { t } = useTranslation('inbox');
  const { who } = useSession();
  const live = useLive(`Communication?recipient=${who.patient}`);
  // A text message of theirs comes by itself, too.
  const liveOwn = useLive(`Communication?sender=${who.patient}`);
  const senders = [...new Set([who.patient, who.reference])].join(',');
  const received = usePages('Communication', { recipient: who.patient ?? '', ...LATEST }, { size: PAGE, ...live });
  const sent = usePages('Communication', { sender: senders, ...LATEST }, { size: PAGE, ...liveOwn });
  const both = [received, sent];
  return (
    <Page title={t('title')}>
      <Loaded query={received.query} lines={5}>
        {(toPatient) => (
          <Loaded query={sent.query} lines={5}>
            {(fromPatient) => (
              <>
                <More
                  of={{
                    hasMore: both.some(({ hasMore }) => hasMore),
                    loadingMore: both.some(({ loadingMore }) => loadingMore),
                    more: () => both.forEach(({ hasMore, more }) => hasMore && more()),
                  }}
                />
                <Conversation messages={conversationOf(toPatient, fromPatient)} />
              </>
            )}
          </Loaded>
        )}
      </Loaded>
      <WriteBox />
    </Page>
  );
}

interface ConversationProps {
  readonly messages: readonly WithId<Communication>[];
}

function Conversation({ messages }: ConversationProps): JSX.Element {
  const { t } = useTranslation('inbox');
  const format = useFormat();
  const { who } = useSession();
  const { clinic } = useZones();
  const authors = new Map([
    [who.patient, t('patient')],
    [who.reference, t('you')],
  ]);
  if (messages.length === 0) {
    return <Empty text={t('none')} />;
  }
  return (
    <Stack gap="sm" component="ol" m={0} p={0} style={{ listStyle: 'none' }}>
      {messages.map((message) => {
        const author = authors.get(message.sender?.reference);
        const when = messageTime(message);
        return (
          <Paper
            key={message.id}
            component="li"
            withBorder
            p="sm"
            maw={560}
            w="85%"
            style={{ alignSelf: author ? 'flex-end' : 'flex-start' }}
          >
            <Text size="xs" c="dimmed">
              {author ?? t('clinic')} {when && `· ${format.moment(when, clinic)}`}
            </Text>
            <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{messageText(message)}</Text>
            <Attachments message={message} />
          </Paper>
        );
      })}
    </Stack>
  );
}

function WriteBox(): JSX.Element {
  const { t } = useTranslation('inbox');
  const medplum = useMedplum();
  const { who } = useSession();
  const [text, setText] = useState('');
  const send = useAction(
    () =>
      medplum.createResource<Communication>({
        resourceType: 'Communication',
        status: 'completed',
        subject: { reference: who.patient ?? '' },
        // Who cares for a patient writes in their own name.
        sender: { reference: who.reference },
        sent: new Date().toISOString(),
        payload: [{ contentString: text.trim() }],
      }),
    { changes: ['Communication'], quiet: true },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate(undefined, { onSuccess: () => setText('') });
      }}
    >
      <Stack gap="sm">
        <Textarea
          label={t('write')}
          description={t('notUrgent')}
          autosize
          minRows={3}
          required
          withAsterisk={false}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {send.isError && <ErrorNotice error={send.error} />}
        {send.isSuccess && !text && <Text role="status">{t('sent')}</Text>}
        <Button type="submit" loading={send.isPending} disabled={!text.trim()} style={{ alignSelf: 'flex-start' }}>
          {t('send')}
        </Button>
      </Stack>
    </form>
  );
}
