import type { WithId } from '@medplum/core';
import type { Encounter, EncounterStatusHistory } from '@medplum/fhirtypes';
import { ticket } from '../runtime/ticket.ts';
import type { Write } from '../runtime/writes.ts';

type Status = Encounter['status'];

/** Which states follow which. Anything may turn out to be an error, and of `unknown` nothing is known. */
const NEXT: Readonly<Partial<Record<Status, readonly Status[]>>> = {
  planned: ['arrived', 'triaged', 'in-progress', 'cancelled'],
  arrived: ['planned', 'triaged', 'in-progress', 'cancelled'],
  triaged: ['arrived', 'in-progress', 'cancelled'],
  'in-progress': ['onleave', 'finished', 'cancelled'],
  onleave: ['in-progress', 'finished', 'cancelled'],
  finished: [],
  cancelled: [],
  'entered-in-error': [],
};

/** A stretch of time in which an Encounter had one status. */
export interface Stretch {
  readonly status: Status;
  /** When a version first said so, and the id of that version. */
  readonly start: string;
  readonly versionId: string;
}

/**
 * What an Encounter went through, by its versions. The last stretch is what it is now.
 * @param versions - As a server lists them: the latest first, which counts among those of the same time.
 */
export function stretchesOf(versions: readonly Encounter[]): Stretch[] {
  const inOrder = versions.toReversed().toSorted((a, b) => timeOf(a) - timeOf(b));
  return inOrder
    .filter(({ status }, index) => status !== inOrder[index - 1]?.status)
    .map(({ status, meta }) => ({ status, start: meta?.lastUpdated ?? '', versionId: meta?.versionId ?? '' }));
}

/** The history with what is missing in it. What a client wrote there itself is left as it is. */
export function withHistory(encounter: WithId<Encounter>, stretches: readonly Stretch[]): WithId<Encounter> {
  const written = encounter.statusHistory ?? [];
  const missing = stretches.slice(0, -1).flatMap(({ status, start }, index): EncounterStatusHistory[] => {
    const before = stretches.slice(0, index).filter((other) => other.status === status).length;
    const end = stretches[index + 1]?.start;
    return written.filter((entry) => entry.status === status).length > before
      ? []
      : [{ status, period: { start, ...(end && { end }) } }];
  });
  return missing.length === 0 ? encounter : { ...encounter, statusHistory: [...written, ...missing] };
}

/** An Encounter that is going on, or was, began when it was first in progress, unless it says when. */
export function withStart(encounter: WithId<Encounter>, stretches: readonly Stretch[]): WithId<Encounter> {
  const first = stretches.find(({ status }) => status === 'in-progress')?.start;
  return encounter.period?.start || !first
    ? encounter
    : { ...encounter, period: { ...encounter.period, start: first } };
}

/** A change of status that there should not be stands, because it was made by plain REST, and is a ticket. */
export function refusedSteps({ id, subject }: WithId<Encounter>, stretches: readonly Stretch[], now: Date): Write[] {
  return stretches.slice(1).flatMap(({ status, versionId }, index) => {
    const from = stretches[index]?.status ?? 'unknown';
    if (status === 'entered-in-error' || (NEXT[from]?.includes(status) ?? true)) {
      return [];
    }
    return ticket(
      {
        key: `encounter-status/${id}/${versionId}`,
        text: `This encounter was ${from} and became ${status}, which does not follow: look at what is right.`,
        focus: { reference: `Encounter/${id}` },
        ...(subject?.reference && { patient: { reference: subject.reference } }),
      },
      now,
    );
  });
}

const timeOf = ({ meta }: Encounter): number => Number(new Date(meta?.lastUpdated ?? 0));
