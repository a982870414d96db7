import type { WithId } from '@medplum/core';
import { OperationOutcomeError } from '@medplum/core';
import type { Appointment, HealthcareService, Patient, Schedule, Slot } from '@medplum/fhirtypes';
import { DAYS } from '../../bots/scheduling/availability.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';
import { withPattern } from './fixtures.ts';
import type { Pattern } from './fixtures.ts';

/** Every day from nine to twelve, in half hours, in Vienna. */
export const MORNINGS: Pattern = {
  hours: [{ days: DAYS, from: '09:00', to: '12:00' }],
  duration: 30,
  zone: 'Europe/Vienna',
};

/** A clinic with what a test of scheduling does again and again. It is Monday, 2026-03-02, 05:00 in Vienna. */
export interface Desk extends Clinic {
  readonly service: WithId<HealthcareService>;
  readonly newService: (code: string) => Promise<WithId<HealthcareService>>;
  /** A Schedule with its slots of the next two days, in order of time. */
  readonly newSlots: (
    pattern?: Pattern,
    more?: Partial<Schedule>,
    others?: readonly (readonly [WithId<HealthcareService>, Pattern])[],
  ) => Promise<WithId<Slot>[]>;
  readonly slot: (slot: WithId<Slot>) => Promise<WithId<Slot>>;
  readonly hold: (
    slots: WithId<Slot> | WithId<Slot>[],
    patient: WithId<Patient>,
    more?: object,
  ) => Promise<WithId<Appointment>>;
  readonly book: (
    slots: WithId<Slot> | WithId<Slot>[],
    patient: WithId<Patient>,
    more?: object,
  ) => Promise<WithId<Appointment>>;
  readonly cancel: (appointment: WithId<Appointment>) => Promise<WithId<Appointment>>;
}

export async function startDesk(now = '2026-03-02T04:00:00Z'): Promise<Desk> {
  const clinic = await startClinic({ now });
  const { medplum, call } = clinic;
  const service = clinic.demo('service') as WithId<HealthcareService>;
  const taking =
    (operation: 'Slot/$hold' | 'Slot/$book') =>
    (slots: WithId<Slot> | WithId<Slot>[], patient: WithId<Patient>, more: object = {}) =>
      call<WithId<Appointment>>(operation, {
        slot: [slots].flat().map(({ id }) => `Slot/${id}`),
        patient: `Patient/${patient.id}`,
        ...more,
      });
  return {
    ...clinic,
    service,
    newService: (code) =>
      medplum.createResource<HealthcareService>({
        resourceType: 'HealthcareService',
        active: true,
        type: [{ coding: [{ system: 'https://example.org/services', code }] }],
      }),
    newSlots: async (pattern = MORNINGS, more = {}, others = []) => {
      const actor = [{ reference: `Practitioner/${clinic.demo('provider-1').id}` }];
      const empty: Schedule = { resourceType: 'Schedule', active: true, actor, ...more };
      const patterns = [[service, pattern] as const, ...others];
      const schedule = await medplum.createResource<Schedule>(
        patterns.reduce((made, [of, said]) => withPattern(made, of, said), empty),
      );
      const start = new Date(clinic.clock.now());
      const end = new Date(clinic.clock.now() + 2 * 86_400_000);
      await call('Schedule/$generate-slots', {
        schedule: `Schedule/${schedule.id}`,
        start: start.toISOString(),
        end: end.toISOString(),
      });
      return medplum.searchResources('Slot', `schedule=Schedule/${schedule.id}&_sort=start&_count=1000`);
    },
    slot: ({ id }) => medplum.readResource('Slot', id),
    hold: taking('Slot/$hold'),
    book: taking('Slot/$book'),
    cancel: (appointment) => medplum.updateResource({ ...appointment, status: 'cancelled' }),
  };
}

/** What a call is refused with, as `code parameter`; `done` if it is not. */
export async function answerOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (thrown) {
    if (thrown instanceof OperationOutcomeError) {
      const [issue] = thrown.outcome.issue;
      return `${issue?.code} ${issue?.expression?.[0]}`;
    }
    throw thrown;
  }
}
