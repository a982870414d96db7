import { notifications } from '@mantine/notifications';
import type { WithId } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import type { Appointment, CodeableConcept, Slot } from '@medplum/fhirtypes';
import type { UseMutationResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useAction } from '../../fhir/operations.ts';
import { updateIfUnchanged } from '../../fhir/save.ts';
import { displayOf } from '../../format.ts';
import type { Action } from './actions.ts';
import { patientReference } from './entries.ts';
import type { Entry } from './entries.ts';
import { cancelationReason, LEFT_UNSEEN } from './reasons.ts';

/** What is done at once, without asking for more. */
export type DirectAction = Exclude<Action, 'book' | 'overbook' | 'move' | 'cancel' | 'block'>;

/** What is done, and to what. */
export type Act =
  | { readonly action: DirectAction; readonly entry: Entry }
  | { readonly action: 'cancel'; readonly entry: Entry; readonly reason: string }
  | { readonly action: 'block'; readonly entry: Entry; readonly reason: string };

const OPERATIONS = {
  checkIn: 'Appointment/$check-in',
  undoCheckIn: 'Appointment/$undo-check-in',
  noShow: 'Appointment/$no-show',
  complete: 'Appointment/$complete',
  start: 'Appointment/$start-encounter',
  release: 'Slot/$release',
} as const;

/** Does what the desk does with one entry, and says in words that it is done. */
export function useActs(): UseMutationResult<unknown, unknown, Act> {
  const medplum = useMedplum();
  const { t } = useTranslation('today');
  return useAction<unknown, Act>(
    async (act) => {
      const post = (operation: string, body: object): Promise<unknown> =>
        medplum.post(medplum.fhirUrl(...operation.split('/')), body);
      const { action, entry } = act;
      const { slot, appointment, encounter } = entry;
      if (action === 'block') {
        await post('Slot/$block', { slot: `Slot/${slot?.id}`, reason: act.reason });
      } else if (action === 'unblock') {
        await post('Slot/$unblock', { slot: `Slot/${slot?.id}` });
      } else if (action === 'finish' && encounter) {
        // Bots write into a visit that has begun: only its state counts.
        await medplum.patchResource('Encounter', encounter.id, [
          { op: 'test', path: '/status', value: encounter.status },
          { op: 'replace', path: '/status', value: 'finished' },
        ]);
      } else if (appointment) {
        await appointmentAct(act, appointment);
      }
      notifications.show({
        color: 'green',
        message: t(`done.${action}`, { name: appointment ? displayOf(patientReference(appointment)) : '' }),
      });

      async function appointmentAct(of: Act, own: WithId<Appointment>): Promise<void> {
        const cancel = (cancelationReason: CodeableConcept): Promise<unknown> =>
          updateIfUnchanged<Appointment>(medplum, { ...own, status: 'cancelled', cancelationReason });
        switch (of.action) {
          case 'cancel':
            await cancel(cancelationReason(of.reason));
            break;
          case 'leftUnseen':
            await cancel(LEFT_UNSEEN);
            break;
          case 'confirm':
            await post('Slot/$book', {
              slot: (own.slot ?? []).map(({ reference }) => reference),
              patient: patientReference(own)?.reference,
              appointment: `Appointment/${own.id}`,
            });
            break;
          case 'checkIn':
          case 'undoCheckIn':
          case 'noShow':
          case 'complete':
          case 'start':
          case 'release':
            await post(OPERATIONS[of.action], { appointment: `Appointment/${own.id}` });
        }
      }
    },
    { changes: ['Slot', 'Appointment', 'Encounter'], quiet: true },
  );
}

interface Move {
  readonly appointment: WithId<Appointment>;
  readonly slots: readonly WithId<Slot>[];
  readonly reason?: string;
}

/** Moves an appointment to other slots: all of them, or none. */
export function useMove(options: { readonly quiet?: boolean } = {}): UseMutationResult<unknown, unknown, Move> {
  const medplum = useMedplum();
  const { t } = useTranslation('today');
  return useAction<unknown, Move>(
    async ({ appointment, slots, reason }) => {
      await medplum.post(medplum.fhirUrl('Appointment', '$rebook'), {
        appointment: `Appointment/${appointment.id}`,
        slot: slots.map(({ id }) => `Slot/${id}`),
        ...(reason && { reason }),
      });
      notifications.show({
        color: 'green',
        message: t('done.move', { name: displayOf(patientReference(appointment)) }),
      });
    },
    { changes: ['Slot', 'Appointment'], ...options },
  );
}
