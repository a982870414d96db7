import type { WithId } from '@medplum/core';
import type { Appointment } from '@medplum/fhirtypes';
import type { OperationRun } from '../runtime/definition.ts';
import { read } from '../runtime/load.ts';
import { reference } from '../runtime/parameters.ts';
import type { Ref } from '../runtime/parameters.ts';
import { staff } from '../runtime/requester.ts';
import { change, unchanged } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { move } from './appointment-states.ts';
import type { AppointmentStatus } from './appointment-states.ts';

/** What the operations have in common by which the desk moves one Appointment to another state. */
export const STATE_OPERATION = {
  resource: 'Appointment',
  input: { appointment: reference('Appointment') },
  returns: 'Appointment',
  access: { Appointment: 'write' },
  who: staff('administrator', 'practitioner', 'nurse', 'front-desk'),
  load: ({ fhir }: OperationRun, input: { appointment: Ref<'Appointment'> }): Promise<WithId<Appointment>> =>
    read(fhir, input.appointment, 'appointment'),
} as const;

/** The step to another state as a decision: the Appointment is written if it moves, and is the answer either way. */
export function moveTo(appointment: WithId<Appointment>, to: AppointmentStatus, now: Date): Decision<Appointment> {
  const moved = move(appointment, to, now);
  return moved === appointment ? unchanged(appointment) : change(moved);
}
