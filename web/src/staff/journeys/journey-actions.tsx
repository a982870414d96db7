import { Button, Menu, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { CarePlan } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { stageOf } from '../../../../bots/journeys/parts.ts';
import { useOperation } from '../../fhir/operations.ts';
import { useSave } from '../../fhir/save.ts';
import { ConflictDialog } from '../../parts/conflict.tsx';
import { whoseOf } from './journey-card.tsx';
import type { WholeJourney } from './load-one.ts';
import { planState } from './wording.ts';

interface ActionsProps {
  readonly journey: WholeJourney;
}

const CHANGES = { changes: ['CarePlan', 'Task', 'CommunicationRequest', 'Communication'] } as const;

/** What can be done by hand: to the next stage or another one, a rest, an end before its time. */
export function JourneyActions({ journey }: ActionsProps): JSX.Element {
  const { t } = useTranslation('journeys');
  const { plan, stages, current } = journey;
  const advance = useOperation<CarePlan, { journey: string; to: string }>('CarePlan/$advance', CHANGES);
  const [cancelling, dialog] = useDisclosure(false);
  const next = stages[(current ? stages.indexOf(current) : -1) + 1];
  const rests = plan.status === 'on-hold';
  const moveTo = (stage: (typeof stages)[number]): void =>
    advance.mutate(
      { journey: `CarePlan/${plan.id}`, to: stageOf(stage) },
      {
        onSuccess: () =>
          notifications.show({
            message: t('moved', { name: whoseOf(journey), stage: stage.description ?? stageOf(stage) }),
          }),
      },
    );
  return (
    <>
      {next && !rests && (
        <Button onClick={() => moveTo(next)} loading={advance.isPending}>
          {t('moveOn')}
        </Button>
      )}
      {!rests && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" disabled={advance.isPending}>
              {t('moveTo')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {stages
              .filter((stage) => stage !== current)
              .map((stage) => (
                <Menu.Item key={stage.id} onClick={() => moveTo(stage)}>
                  {stage.description ?? stageOf(stage)}
                </Menu.Item>
              ))}
          </Menu.Dropdown>
        </Menu>
      )}
      <Rest journey={journey} />
      <Button variant="default" c="red" onClick={dialog.open}>
        {t('cancel')}
      </Button>
      <Modal opened={cancelling} onClose={dialog.close} title={t('cancel')}>
        <CancelForm journey={journey} onDone={dialog.close} />
      </Modal>
    </>
  );
}

function Rest({ journey }: ActionsProps): JSX.Element {
  const { t } = useTranslation('journeys');
  const { save, conflict, settle } = useSave<CarePlan>('CarePlan');
  const rests = journey.plan.status === 'on-hold';
  const toggle = (): void =>
    save.mutate(
      { ...journey.plan, status: rests ? 'active' : 'on-hold' },
      { onSuccess: (saved) => saved && notifications.show({ message: t(rests ? 'goesOn' : 'held') }) },
    );
  return (
    <>
      <Button variant="default" onClick={toggle} loading={save.isPending}>
        {rests ? t('goOn') : t('hold')}
      </Button>
      <ConflictDialog
        conflict={conflict}
        fields={{ [t('one')]: (plan) => t(`status.${planState({ plan })}`) }}
        apply={(theirs, { status }) => ({ ...theirs, status })}
        keepMine={(mine) => save.mutate(mine)}
        takeTheirs={settle}
      />
    </>
  );
}

function CancelForm({ journey, onDone }: ActionsProps & { readonly onDone: () => void }): JSX.Element {
  const { t } = useTranslation('journeys');
  const [reason, setReason] = useState('');
  const cancel = useOperation<CarePlan, { journey: string; reason: string }>('CarePlan/$cancel-journey', CHANGES);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    cancel.mutate(
      { journey: `CarePlan/${journey.plan.id}`, reason: reason.trim() },
      {
        onSuccess: () => {
          notifications.show({ message: t('cancelled') });
          onDone();
        },
      },
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">{t('cancelText')}</Text>
        <Textarea
          label={t('reasonLabel')}
          description={t('reasonHint')}
          required
          autosize
          minRows={2}
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
        />
        <Button type="submit" color="red" loading={cancel.isPending} disabled={reason.trim() === ''}>
          {t('cancel')}
        </Button>
      </Stack>
    </form>
  );
}
