import type { WithId } from '@medplum/core';
import { isDefined } from '@medplum/core';
import type { Appointment, Encounter } from '@medplum/fhirtypes';
import type { Access, Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { update } from '../runtime/writes.ts';
import type { Decision, Write } from '../runtime/writes.ts';

export const FINISH_ACCESS: Access = { Appointment: 'write', Encounter: 'write' };

/** What the decision is made on. */
export interface Finish {
  readonly encounter: WithId<Encounter>;
  /** Those that the Encounter names. */
  readonly appointments: readonly WithId<Appointment>[];
  /** The Encounters of these appointments, this one too. */
  readonly siblings: readonly WithId<Encounter>[];
}

/** Completes an Encounter that is finished (with its appointment) or cancelled. Done again it changes nothing. */
export async function finish(run: Run, encounter: WithId<Encounter>): Promise<void> {
  await settle({
    fhir: run.fhir,
    load: () => loadFinish(run, encounter),
    decide: (loaded) => decideFinish(loaded, run.now),
  });
}

/**
 * The end, length and history of a finished Encounter, as far as they are missing; and its appointments fulfilled.
 * A patient who was seen has come, whatever the Appointment says: one that was never checked in, or a no-show, becomes
 * fulfilled too. One that was cancelled stays so, and one with another Encounter under way waits for that.
 */
export function decideFinish({ encounter, appointments, siblings }: Finish, now: Date): Decision<undefined> {
  if (encounter.status === 'cancelled') {
    const closed = ended(encounter, now);
    return { writes: closed === encounter ? [] : [update(closed)], result: undefined };
  }
  if (encounter.status !== 'finished') {
    return { writes: [], result: undefined };
  }
  const done = completed(encounter, now);
  const goesOn = siblings.some(
    ({ id, status }) => id !== encounter.id && (status === 'in-progress' || status === 'onleave'),
  );
  const seen = goesOn ? [] : appointments.filter(({ status }) => CAN_BE_SEEN.includes(status));
  const writes: Write[] = seen.map((appointment) => update({ ...appointment, status: 'fulfilled' as const }));
  return { writes: [...(done === encounter ? [] : [update(done)]), ...writes], result: undefined };
}

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

async function loadFinish({ fhir }: Run, written: WithId<Encounter>): Promise<Finish> {
  const references = (written.appointment ?? []).map(({ reference }) => reference).filter(isDefined);
  const found = (
    await readTogether(fhir, [
      `Encounter/${written.id}`,
      ...references,
      ...(references.length > 0 ? [`Encounter?appointment=${references.join(',')}&_count=1000`] : []),
    ])
  ).flat();
  const encounters = ofType(found, 'Encounter');
  const encounter = encounters.find(({ id }) => id === written.id);
  return {
    // One that was deleted meanwhile is not to be completed.
    encounter: encounter ?? { ...written, status: 'entered-in-error' },
    appointments: ofType(found, 'Appointment'),
    siblings: encounters,
  };
}
