import { Anchor, Button, Group, NativeSelect, Stack, Table, Text } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { Communication } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { MESSAGE_CATEGORY, OUTGOING } from '../../../../bots/messages/names.ts';
import { channelOf } from '../../../../bots/messages/template.ts';
import { useAccess } from '../../fhir/access.ts';
import { messageState, messageText, messageTime } from '../../fhir/messages.ts';
import { usePatientNames } from '../../fhir/names.ts';
import { useOperation } from '../../fhir/operations.ts';
import { usePages } from '../../fhir/queries.ts';
import { useZones } from '../../fhir/zones.ts';
import { useFormat } from '../../format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { More } from '../../parts/more.tsx';
import { Empty } from '../../parts/page.tsx';
import { MessageBadge } from './message-badge.tsx';
import { Why } from './patient-thread.tsx';

/** What the list can be narrowed to, and the states of Communications that are that. */
const FILTERS = {
  '': undefined,
  moving: 'preparation,in-progress',
  waiting: 'on-hold',
  failed: 'not-done',
  unknown: 'unknown',
  sent: 'completed',
} as const;
type Filter = keyof typeof FILTERS;
const isFilter = (value: string): value is Filter => value in FILTERS;

interface OutboxProps {
  readonly live: { readonly refetchInterval?: number };
  readonly status: string;
  readonly onStatus: (status: string) => void;
  /** Shows the conversation with a patient: their id. */
  readonly open: (patient: string) => void;
}

/** Messages of the clinic, the latest first, with what has become of them. */
export function Outbox({ live, status, onStatus, open }: OutboxProps): JSX.Element {
  const { t } = useTranslation('messages');
  const filter = isFilter(status) ? status : '';
  const states = FILTERS[filter];
  const found = usePages(
    'Communication',
    { category: `${MESSAGE_CATEGORY}|${OUTGOING}`, _sort: '-_lastUpdated', ...(states && { status: states }) },
    live,
  );
  return (
    <Stack gap="sm">
      <NativeSelect
        label={t('filter')}
        maw="16rem"
        value={filter}
        onChange={(event) => onStatus(event.currentTarget.value)}
        data={(Object.keys(FILTERS) as Filter[]).map((value) => ({ value, label: t(`filters.${value || 'all'}`) }))}
      />
      <Loaded query={found.query} lines={6}>
        {(messages) =>
          messages.length === 0 ? <Empty text={t('nothingOut')} /> : <Sent messages={messages} open={open} />
        }
      </Loaded>
      <More of={found} />
    </Stack>
  );
}

interface SentProps {
  readonly messages: readonly WithId<Communication>[];
  readonly open: (patient: string) => void;
}

function Sent({ messages, open }: SentProps): JSX.Element {
  const { t } = useTranslation('messages');
  const named = usePatientNames(messages.map((message) => message.recipient?.[0]));
  return (
    <Table.ScrollContainer minWidth={320}>
      <Table verticalSpacing="xs" aria-label={t('out')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('to')}</Table.Th>
            <Table.Th scope="col">{t('text')}</Table.Th>
            <Table.Th scope="col">{t('become')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {messages.map((message) => (
            <Row key={message.id} message={message} name={named(message.recipient?.[0])} open={open} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface RowProps {
  readonly message: WithId<Communication>;
  readonly name: string;
  readonly open: (patient: string) => void;
}

function Row({ message, name, open }: RowProps): JSX.Element {
  const { t } = useTranslation('messages');
  const format = useFormat();
  const { clinic } = useZones();
  const [type, id] = (message.recipient?.[0]?.reference ?? '').split('/');
  const channel = channelOf(message.medium);
  return (
    <Table.Tr style={{ verticalAlign: 'top' }}>
      <Table.Td>
        {type === 'Patient' && id ? (
          <Anchor component="button" type="button" size="sm" ta="start" mih={24} onClick={() => open(id)}>
            {name}
          </Anchor>
        ) : (
          <Text size="sm">{name}</Text>
        )}
      </Table.Td>
      <Table.Td>
        <Text size="sm" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
          {messageText(message)}
        </Text>
        <Text size="xs" c="dimmed">
          {format.moment(messageTime(message), clinic)}
          {channel && ` · ${t(`channel.${channel}`)}`}
        </Text>
      </Table.Td>
      <Table.Td>
        <Group gap="xs">
          <MessageBadge message={message} />
          <SendAgain message={message} name={name} />
        </Group>
        <Why message={message} />
      </Table.Td>
    </Table.Tr>
  );
}

/** A button, where a message did not go out, or nobody knows. */
function SendAgain({ message, name }: { readonly message: WithId<Communication>; readonly name: string }): JSX.Element {
  const { t } = useTranslation('messages');
  const { mayCreate } = useAccess();
  const again = useOperation<Communication, { message: string }>('Communication/$resend', {
    changes: ['Communication', 'Task'],
  });
  const state = messageState(message);
  if (again.isSuccess) {
    return (
      <Text size="xs" role="status">
        {t('sentAgain')}
      </Text>
    );
  }
  return mayCreate('Communication') && (state === 'failed' || state === 'unknown') ? (
    <Button
      size="compact-xs"
      variant="default"
      loading={again.isPending}
      onClick={() => again.mutate({ message: `Communication/${message.id}` })}
      aria-label={t('againNamed', { name })}
    >
      {t('again')}
    </Button>
  ) : (
    <></>
  );
}
