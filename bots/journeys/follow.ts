import type { CarePlan } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { settle } from '../runtime/settle.ts';
import type { Decision, Write } from '../runtime/writes.ts';
import { writesOf } from './journey.ts';
import type { Journey } from './journey.ts';
import { loadJourneys } from './load.ts';
import type { Loaded } from './load.ts';
import { advance } from './moves.ts';

/** Decides about a journey: gives back the same value where nothing is to be done. */
export type Move = (loaded: Loaded) => Journey;

/** Every journey that a search for CarePlans finds is brought to where the facts say. */
export async function followJourneys(run: Run, query: string): Promise<void> {
  for (const loaded of await loadJourneys(run, query)) {
    await moveJourney(run, loaded, ({ journey, facts }) => advance(journey, facts, run.now));
  }
}

/** Moves one journey in one transaction; after a lost race it is loaded and decided again. */
export async function moveJourney(run: Run, first: Loaded, move: Move, requestedBy?: string): Promise<CarePlan> {
  const { id } = first.journey.carePlan;
  let loadedAlready: Loaded | undefined = first;
  return settle({
    fhir: run.fhir,
    load: async () => {
      const loaded = loadedAlready ?? (await loadJourneys(run, `_id=${id}`))[0];
      loadedAlready = undefined;
      if (!loaded) {
        throw new Error(`CarePlan/${id} is gone.`);
      }
      return loaded;
    },
    decide: (loaded) => decideMove(loaded, move),
    ...(requestedBy && { requestedBy }),
  });
}

/** A move as a decision, whose answer is the CarePlan. */
export function decideMove(loaded: Loaded, move: Move): Decision<CarePlan> {
  const moved = move(loaded);
  const writes = writesOf(loaded.journey, moved);
  const plan = writes.find(({ resource }) => resource.resourceType === 'CarePlan') as Write<CarePlan> | undefined;
  return { writes, result: plan ?? moved.carePlan };
}
