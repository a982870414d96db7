import type { CarePlan } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { settle } from '../runtime/settle.ts';
import type { Decision, Write } from '../runtime/writes.ts';
import { reportBroken } from './broken.ts';
import { writesOf } from './journey.ts';
import type { Journey } from './journey.ts';
import { loadJourneys, TOGETHER } from './load.ts';
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

/**
 * Moves many journeys, each on its own. They are loaded many together, and those of which nothing changes cost nothing
 * more.
 * @param filter - A search for CarePlans beside their ids, such as `&status=active`.
 */
export async function moveTogether(run: Run, ids: readonly string[], filter: string, move: Move): Promise<void> {
  const groups = Array.from({ length: Math.ceil(ids.length / TOGETHER) }, (_one, index) => ({
    resourceType: 'CarePlan',
    id: ids.slice(index * TOGETHER, (index + 1) * TOGETHER).join(','),
  }));
  await each(groups, async (group) => {
    const loaded = await loadJourneys(run, `_id=${group.id}${filter}`);
    const journeys = loaded.map((one) => ({
      resourceType: 'CarePlan',
      id: one.journey.carePlan.id ?? '',
      loaded: one,
    }));
    await each(journeys, (one) => moveJourney(run, one.loaded, move));
  });
}

/** Moves one journey in one transaction; after a lost race it is loaded and decided again. */
export async function moveJourney(run: Run, first: Loaded, move: Move, requestedBy?: string): Promise<CarePlan> {
  const { id } = first.journey.carePlan;
  let loadedAlready: Loaded | undefined = first;
  await reportBroken(run, first.journey.definition, first.facts);
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
