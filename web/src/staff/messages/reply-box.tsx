import { Button, Checkbox, Group, NativeSelect, Stack, Text, Textarea } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { Communication, Patient, Task } from '@medplum/fhirtypes';
import { useMedplum } from '@medplum/react-hooks';
import { useId, useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { refusedChannels } from '../../../../bots/messages/consent.ts';
import type { Channel } from '../../../../bots/messages/template.ts';
import { useAccess } from '../../fhir/access.ts';
import { replyChannels, replyTo } from '../../fhir/messages.ts';
import { useAction } from '../../fhir/operations.ts';
import { useSearch } from '../../fhir/queries.ts';
import { OPEN_TICKETS } from '../../fhir/tickets.ts';
import { ErrorNotice } from '../../parts/error.tsx';
import { useSession } from '../../session/session.tsx';
import { useMessageConsents } from '../../fhir/consents.ts';

interface ReplyProps {
  readonly patient: WithId<Patient>;
  /** What the patient wrote last. */
  readonly last?: WithId<Communication>;
}

/** A box to write to a patient. What was typed stays until it is on its way. */
export function ReplyBox({ patient, last }: ReplyProps): JSX.Element {
  const { t } = useTranslation('messages');
  const { mayCreate } = useAccess();
  const { who } = useSession();
  const medplum = useMedplum();
  const hint = useId();
  const consents = useMessageConsents(`Patient/${patient.id}`);
  const channels = replyChannels(patient, refusedChannels(consents.data ?? []), last);
  const waiting = useWaitingQuestions(patient, last);
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<Channel>();
  const [settles, setSettles] = useState(true);
  const channel = chosen && channels.includes(chosen) ? chosen : channels[0];
  const send = useAction(
    async (by: Channel) => {
      const message = replyTo(patient, who.reference, {
        text: text.trim(),
        channel: by,
        ...(last && { answers: last }),
      });
      await medplum.createResource<Communication>(message);
      // The answer is on its way: whatever becomes of the tickets, it is not written again.
      setText('');
      if (settles) {
        await Promise.all(waiting.map((ticket) => medplum.updateResource<Task>({ ...ticket, status: 'completed' })));
      }
    },
    { changes: ['Communication', 'Task'], quiet: true },
  );
  if (!mayCreate('Communication')) {
    return <></>;
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (channel && text.trim()) {
      send.mutate(channel);
    }
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <Textarea
          label={t('write')}
          autosize
          minRows={3}
          maxRows={12}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          aria-describedby={hint}
        />
        {send.isError && <ErrorNotice error={send.error} />}
        {waiting.length > 0 && (
          <Checkbox
            label={t('settles', { count: waiting.length })}
            checked={settles}
            onChange={(event) => setSettles(event.currentTarget.checked)}
          />
        )}
        <Group justify="space-between" align="end">
          {channel ? (
            <NativeSelect
              label={t('by')}
              value={channel}
              onChange={(event) => setChosen(event.currentTarget.value as Channel)}
              data={channels.map((value) => ({ value, label: t(`channel.${value}`) }))}
            />
          ) : (
            <Text size="sm" c="dimmed" id={hint}>
              {consents.data && t('notReached')}
            </Text>
          )}
          <Button type="submit" disabled={!channel || !text.trim()} loading={send.isPending}>
            {t('send')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Open tickets that say that this patient wrote. */
function useWaitingQuestions(patient: WithId<Patient>, last: Communication | undefined): WithId<Task>[] {
  const tickets = useSearch('Task', { ...OPEN_TICKETS, patient: `Patient/${patient.id}`, _count: '50' });
  const thread = last?.partOf?.[0]?.reference;
  return (tickets.data ?? []).filter(({ focus }) => thread !== undefined && focus?.reference === thread);
}
