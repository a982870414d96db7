import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type {
  Appointment,
  HealthcareService,
  Patient,
  Practitioner,
  PractitionerRole,
  Schedule,
  Slot,
} from '@medplum/fhirtypes';
import { codeSystem } from '../../bots/runtime/contract.ts';
import type { Role } from '../../bots/runtime/contract.ts';
import type { BotDefinition } from '../../bots/runtime/definition.ts';
import { toOutcome } from '../../bots/runtime/outcome.ts';
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

export async function startDesk(now = '2026-03-02T04:00:00Z', quota = false): Promise<Desk> {
  const clinic = await startClinic({ now, quota });
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

/** A member of the staff with a role, who does not sign in. */
export async function newStaff({ medplum }: Clinic, role: Role): Promise<WithId<Practitioner>> {
  const practitioner = await medplum.createResource<Practitioner>({ resourceType: 'Practitioner', active: true });
  await medplum.createResource<PractitionerRole>({
    resourceType: 'PractitionerRole',
    active: true,
    practitioner: createReference(practitioner),
    code: [{ coding: [{ system: codeSystem('role'), code: role }] }],
  });
  return practitioner;
}

/** Runs an operation's bot as the server does when this person calls it. */
export const callAs = async <T>(
  { medplum, clock }: Clinic,
  requester: WithId<Patient | Practitioner>,
  { handle }: BotDefinition,
  input: object,
): Promise<T> =>
  (await handle(
    { fhir: medplum, now: new Date(clock.now()), secrets: {} },
    { bot: {}, contentType: 'application/json', secrets: {}, input, requester: createReference(requester) },
  )) as T;

/** What a call is refused with, as `code parameter`; `done` if it is not. */
export async function answerOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (thrown) {
    const [issue] = toOutcome(thrown)?.issue ?? [];
    if (issue) {
      return `${issue.code} ${issue.expression?.[0]}`;
    }
    throw thrown;
  }
}
