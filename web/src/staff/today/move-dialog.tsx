import { Modal, Text } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { displayOf } from '../../format.ts';
import { patientReference } from './entries.ts';
import type { Drop } from './move-context.tsx';
import { MoveForm } from './move-form.tsx';
import type { Around } from './around.ts';

interface MoveDialogProps {
  readonly drop: Drop | undefined;
  readonly around: Around;
  readonly onClose: () => void;
}

/** Where an appointment could not simply be put down: what else is needed. */
export function MoveDialog({ drop, around, onClose }: MoveDialogProps): JSX.Element {
  const { t } = useTranslation('today');
  return (
    <Modal opened={drop !== undefined} onClose={onClose} title={t('action.move')}>
      {drop?.entry.appointment && (
        <>
          <Text fw={600}>{displayOf(patientReference(drop.entry.appointment))}</Text>
          <MoveForm entry={drop.entry} onto={drop.onto.slot} around={around} onDone={onClose} onBack={undefined} />
        </>
      )}
    </Modal>
  );
}
