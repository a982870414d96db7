import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { WithId } from '@medplum/core';
import type { Annotation, Task } from '@medplum/fhirtypes';
import { useMedplum } from '@medplum/react-hooks';
import { useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../../fhir/operations.ts';
import { ErrorNotice } from '../../parts/error.tsx';
import { useSession } from '../../session/session.tsx';

/** A button, and behind it a box to note something on a ticket. */
export function TicketNote({ ticket }: { readonly ticket: WithId<Task> }): JSX.Element {
  const { t } = useTranslation('health');
  const { t: common } = useTranslation('common');
  const { who } = useSession();
  const medplum = useMedplum();
  const [opened, dialog] = useDisclosure(false);
  const [text, setText] = useState('');
  const add = useAction(
    async () => {
      const author = { reference: who.reference, display: who.name } as NonNullable<Annotation['authorReference']>;
      const note = { text: text.trim(), time: new Date().toISOString(), authorReference: author };
      // On the ticket as it is now: a note takes nothing away from what somebody else has done with it.
      const current = await medplum.readResource('Task', ticket.id, { cache: 'no-store' });
      return medplum.updateResource<Task>(
        { ...current, note: [...(current.note ?? []), note] },
        { headers: { 'If-Match': `W/"${current.meta?.versionId}"` } },
      );
    },
    { changes: ['Task'], quiet: true },
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim()) {
      add.mutate(undefined, {
        onSuccess: () => {
          setText('');
          dialog.close();
        },
      });
    }
  };
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={dialog.open}>
        {t('note')}
      </Button>
      <Modal opened={opened} onClose={dialog.close} title={t('noteTitle')}>
        <form onSubmit={submit}>
          <Stack>
            <Textarea
              label={t('noteText')}
              autosize
              minRows={3}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              data-autofocus
            />
            {add.isError && <ErrorNotice error={add.error} />}
            <Group justify="flex-end">
              <Button type="submit" loading={add.isPending} disabled={!text.trim()}>
                {common('save')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
