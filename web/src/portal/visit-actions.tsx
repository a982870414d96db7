import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { WithId } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import type { Appointment } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { codesOf } from '../fhir/free-slots.ts';
import type { FreeSlot } from '../fhir/free-slots.ts';
import { useAction, useOperation } from '../fhir/operations.ts';
import { useFormat } from '../format.ts';
import { ErrorNotice } from '../parts/error.tsx';
import { SlotPicker } from '../parts/slot-picker.tsx';
import { useSession } from '../session/session.tsx';

interface VisitProps {
  readonly visit: WithId<Appointment>;
  /** Says what was done. */
  readonly onDone: (text: string) => void;
}

const CHANGES = ['Appointment', 'Slot'] as const;

/** Accepts a place that is held for the patient, or gives it to the next. */
export function OfferAnswer({ visit, onDone }: VisitProps): JSX.Element {
  const { t } = useTranslation('visits');
  const { who } = useSession();
  const accept = useOperation('Slot/$book', { changes: CHANGES, onDone: () => onDone(t('accepted')) });
  const decline = useOperation('Slot/$release', { changes: CHANGES, onDone: () => onDone(t('declined')) });
  const appointment = `Appointment/${visit.id}`;
  return (
    <>
      <Button
        loading={accept.isPending}
        onClick={() =>
          accept.mutate({
            appointment,
            slot: (visit.slot ?? []).map(({ reference }) => reference),
            patient: who.patient,
          })
        }
      >
        {t('accept')}
      </Button>
      <Button variant="default" loading={decline.isPending} onClick={() => decline.mutate({ appointment })}>
        {t('decline')}
      </Button>
    </>
  );
}

interface Dialog {
  /** For the Modal. */
  readonly dialog: { readonly opened: boolean; readonly onClose: () => void; readonly returnFocus: boolean };
  readonly open: () => void;
  readonly close: () => void;
  /** Closes it where what it asked about is done: the focus goes to what says so, not back to the button. */
  readonly finish: () => void;
}

function useDialog(): Dialog {
  const [state, setState] = useState<'closed' | 'open' | 'done'>('closed');
  const close = (): void => setState('closed');
  return {
    dialog: { opened: state === 'open', onClose: close, returnFocus: state !== 'done' },
    open: () => setState('open'),
    close,
    finish: () => setState('done'),
  };
}

/** Asks first, and says when it is too late. */
export function CancelVisit({ visit, onDone }: VisitProps): JSX.Element {
  const { t } = useTranslation('visits');
  const { dialog, open, close, finish } = useDialog();
  const release = useOperation('Slot/$release', {
    changes: CHANGES,
    quiet: true,
    onDone: () => {
      finish();
      onDone(t('cancelled'));
    },
  });
  return (
    <>
      <Button variant="default" color="red" onClick={open}>
        {t('cancel')}
      </Button>
      <Modal {...dialog} title={t('cancelTitle')}>
        <Stack>
          <Text>{t('cancelText')}</Text>
          {release.isError && <ErrorNotice error={release.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('keep')}
            </Button>
            <Button
              color="red"
              loading={release.isPending}
              onClick={() => release.mutate({ appointment: `Appointment/${visit.id}` })}
            >
              {t('cancelYes')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

/** Another time for the same visit: the old one is kept until the new one is taken. */
export function MoveVisit({ visit, onDone }: VisitProps): JSX.Element {
  const { t } = useTranslation('visits');
  const format = useFormat();
  const { dialog, open, finish } = useDialog();
  const [chosen, setChosen] = useState<FreeSlot>();
  const rebook = useOperation('Appointment/$rebook', {
    changes: CHANGES,
    quiet: true,
    onDone: () => {
      finish();
      onDone(t('moved'));
    },
  });
  return (
    <>
      <Button variant="default" onClick={open}>
        {t('move')}
      </Button>
      <Modal {...dialog} title={t('moveTitle')} size="xl">
        <Stack>
          <SlotPicker services={codesOf(visit.serviceType)} chosen={chosen} onChoose={setChosen} />
          {rebook.isError && <ErrorNotice error={rebook.error} />}
          {chosen && (
            <Button
              loading={rebook.isPending}
              onClick={() =>
                rebook.mutate({ appointment: `Appointment/${visit.id}`, slot: [`Slot/${chosen.slot.id}`] })
              }
            >
              {t('moveTo', { when: format.moment(chosen.slot.start, chosen.zone), host: chosen.actorName })}
            </Button>
          )}
        </Stack>
      </Modal>
    </>
  );
}

/** Does not wait any longer. */
export function LeaveWaitlist({ visit, onDone }: VisitProps): JSX.Element {
  const { t } = useTranslation('visits');
  const medplum = useMedplum();
  const leave = useAction(
    () =>
      medplum.updateResource<Appointment>(
        { ...visit, status: 'cancelled' },
        { headers: { 'If-Match': `W/"${visit.meta?.versionId}"` } },
      ),
    { changes: CHANGES, onDone: () => onDone(t('left')) },
  );
  return (
    <Button variant="default" loading={leave.isPending} onClick={() => leave.mutate()}>
      {t('leave')}
    </Button>
  );
}
