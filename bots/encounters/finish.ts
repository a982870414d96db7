import type { WithId } from '@medplum/core';
import { getIdentifier, isDefined } from '@medplum/core';
import type { Appointment, Encounter, Task } from '@medplum/fhirtypes';
import { TICKET_SID } from '../runtime/contract.ts';
import type { Access, Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { update, updateUnasked } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { refusedSteps, stretchesOf, withHistory, withStart } from './history.ts';
import type { Stretch } from './history.ts';

export const FINISH_ACCESS: Access = { Appointment: 'write', Encounter: 'write', Task: 'create' };

/** What the decision is made on. */
export interface Finish {
  readonly encounter: WithId<Encounter>;
  /** All that it went through; the last one is what it is now. */
  readonly stretches: readonly Stretch[];
  /** The tickets that its changes of status have raised. */
  readonly tickets: readonly Task[];
  /** Those that the Encounter names. */
  readonly appointments: readonly WithId<Appointment>[];
  /** The Encounters of these appointments, this one too. */
  readonly siblings: readonly WithId<Encounter>[];
}

/** Completes an Encounter whose status has changed (when it is finished, with its appointment). Done again it changes nothing. */
export async function finish(run: Run, encounter: WithId<Encounter>): Promise<void> {
  await settle({
    fhir: run.fhir,
    load: () => loadFinish(run, encounter),
    decide: (loaded) => decideFinish(loaded, run.now),
  });
}

/**
 * The start, end, length and history of an Encounter, as far as they are missing; of a finished one its appointments
 * fulfilled; and a ticket for a status that does not follow from the one before.
 * A patient who was seen has come, whatever the Appointment says: one that was never checked in, or a no-show, becomes
 * fulfilled too. One that was cancelled stays so, and one with another Encounter under way waits for that.
 */
export function decideFinish(
  { encounter, stretches, tickets, appointments, siblings }: Finish,
  now: Date,
): Decision<undefined> {
  if (encounter.status === 'entered-in-error') {
    return { writes: [], result: undefined };
  }
  const kept = withHistory(withStart(encounter, stretches), stretches);
  const done =
    kept.status === 'finished' ? completed(kept, now) : kept.status === 'cancelled' ? ended(kept, now) : kept;
  const goesOn = siblings.some(
    ({ id, status }) => id !== encounter.id && (status === 'in-progress' || status === 'onleave'),
  );
  const isSeen = encounter.status === 'finished' && !goesOn;
  const seen = isSeen ? appointments.filter(({ status }) => CAN_BE_SEEN.includes(status)) : [];
  const raised = refusedSteps(encounter, stretches, now).filter(
    ({ resource }) => !tickets.some((task) => isSameTicket(task, resource as Task)),
  );
  return {
    writes: [
      ...(done === encounter ? [] : [update(done)]),
      ...seen.map((appointment) => updateUnasked<WithId<Appointment>>({ ...appointment, status: 'fulfilled' })),
      ...raised,
    ],
    result: undefined,
  };
}

const isSameTicket = (one: Task, other: Task): boolean =>
  getIdentifier(one, TICKET_SID) === getIdentifier(other, TICKET_SID);

const CAN_BE_SEEN: readonly Appointment['status'][] = ['booked', 'arrived', 'checked-in', 'noshow'];

/** One that was called off: it has an end, if it had begun; its appointment may still take place. */
function ended(encounter: WithId<Encounter>, now: Date): WithId<Encounter> {
  const { period } = encounter;
  return period?.start && !period.end ? { ...encounter, period: { ...period, end: now.toISOString() } } : encounter;
}

/** The same value if nothing is missing. */
export function completed(encounter: WithId<Encounter>, now: Date): WithId<Encounter> {
  const end = encounter.period?.end ?? now.toISOString();
  const start = encounter.period?.start;
  const minutes =
    start && new Date(start) <= new Date(end) ? (Date.parse(end) - Date.parse(start)) / 60_000 : undefined;
  const hasHistory = encounter.statusHistory?.some(({ status }) => status === 'in-progress') ?? false;
  if (encounter.period?.end && (encounter.length || minutes === undefined) && (hasHistory || !start)) {
    return encounter;
  }
  return {
    ...encounter,
    period: { ...encounter.period, end },
    ...(!encounter.length &&
      minutes !== undefined && {
        length: { value: Math.round(minutes), unit: 'min', system: 'http://unitsofmeasure.org', code: 'min' },
      }),
    ...(!hasHistory &&
      start && {
        statusHistory: [...(encounter.statusHistory ?? []), { status: 'in-progress' as const, period: { start, end } }],
      }),
    ...(encounter.location && {
      location: encounter.location.map((place) =>
        place.status === 'active'
          ? { ...place, status: 'completed' as const, period: { ...place.period, end } }
          : place,
      ),
    }),
  };
}

/**
 * Whether an Encounter that is over has all that shows without its versions.
 * @param appointments - Those that there are of what it names.
 */
export function isComplete(
  encounter: WithId<Encounter>,
  appointments: readonly WithId<Appointment>[],
  now: Date,
): boolean {
  const done = encounter.status === 'finished' ? completed(encounter, now) : ended(encounter, now);
  const waits = appointments.some(
    ({ id, status }) =>
      CAN_BE_SEEN.includes(status) && encounter.appointment?.some(({ reference }) => reference === `Appointment/${id}`),
  );
  return done === encounter && !(waits && encounter.status === 'finished');
}

/** The last versions: an Encounter with more changes than that is no visit. */
const VERSIONS = 200;

async function loadFinish({ fhir }: Run, written: WithId<Encounter>): Promise<Finish> {
  const references = (written.appointment ?? []).map(({ reference }) => reference).filter(isDefined);
  const [current = [], versions = [], tickets = [], ...others] = await readTogether(fhir, [
    `Encounter/${written.id}`,
    `Encounter/${written.id}/_history?_count=${VERSIONS}`,
    `Task?focus=Encounter/${written.id}&code=ticket&_count=100`,
    ...references,
    ...(references.length > 0 ? [`Encounter?appointment=${references.join(',')}&_count=1000`] : []),
  ]);
  const [encounter] = ofType(current, 'Encounter');
  return {
    // One that was deleted meanwhile is not to be completed.
    encounter: encounter ?? { ...written, status: 'entered-in-error' },
    stretches: stretchesOf(ofType(versions.filter(isDefined), 'Encounter')),
    tickets: ofType(tickets, 'Task'),
    appointments: ofType(others.flat(), 'Appointment'),
    siblings: ofType(others.flat(), 'Encounter'),
  };
}
