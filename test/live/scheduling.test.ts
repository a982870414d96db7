import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, expect, test } from '@jest/globals';
import type { MedplumClient, WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Bundle, Parameters, Resource, Slot } from '@medplum/fhirtypes';
import { ofType } from '../../bots/runtime/load.ts';
import { classify, toOutcome } from '../../bots/runtime/outcome.ts';
import { deploy } from '../../scripts/deploy/deploy.ts';
import { signIn } from '../../scripts/lib/client.ts';
import { readCredentials } from '../../scripts/lib/settings.ts';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { soakScheduling } from '../soak/scheduling.ts';
import type { SoakServer } from '../soak/scheduling.ts';

/** The sweeps run every five minutes. */
const SETTLED_MS = 7 * 60_000;
const LOOK_EVERY_MS = 3_000;

let server: SoakServer;
beforeAll(async () => {
  const medplum = await signIn(readCredentials(process.env));
  await deploy(medplum);
  server = liveServer(medplum);
});

const isRace = (thrown: unknown): boolean => classify(toOutcome(thrown)) === 'race';

/** The server that MEDPLUM_BASE_URL names, with its own clock and its own `$cancel`. */
function liveServer(medplum: MedplumClient): SoakServer {
  const cancel = async (id: string): Promise<void> => {
    try {
      await medplum.post(medplum.fhirUrl('Appointment', id, '$cancel'), {});
    } catch (thrown) {
      // What the database undid; another refusal says that it is cancelled already.
      if (!/could not serialize|deadlock/i.test(String(thrown))) {
        throw thrown;
      }
      await cancel(id);
    }
  };
  return {
    medplum,
    now: () => Date.now(),
    nativeCancel: async ({ id }) => cancel(id),
    native: {
      book: async ({ schedule, start, end, serviceType }, patient) => {
        const time: Slot = { resourceType: 'Slot', status: 'busy', schedule, start, end };
        const parameter = [
          { name: 'slot', resource: { ...time, ...(serviceType && { serviceType }) } },
          { name: 'patient-reference', valueReference: createReference(patient) },
        ];
        const body: Parameters = { resourceType: 'Parameters', parameter };
        try {
          const { entry = [] } = await medplum.post<Bundle>(medplum.fhirUrl('Appointment', '$book'), body);
          const made = entry.map(({ resource }) => resource as WithId<Resource>);
          return ofType(made, 'Appointment')[0];
        } catch (thrown) {
          // Taken, or lost to a transaction that had nothing to do with it.
          if (isRace(thrown)) {
            return undefined;
          }
          throw thrown;
        }
      },
      cancel: ({ id }) => cancel(id),
    },
    pass: async () => undefined,
    settle: async (isRight) => {
      const deadline = Date.now() + SETTLED_MS;
      const look = async (): Promise<true | undefined> => {
        if ((await isRight()) || Date.now() > deadline) {
          return true;
        }
        await pause(LOOK_EVERY_MS);
        return undefined;
      };
      await waitFor('the bots', look, 2 * SETTLED_MS);
    },
  };
}

test('many desks at once, native $cancel among them and $book beside: the invariant holds, nothing is lost, stuck or falsely refused', async () => {
  const { answers, violations } = await soakScheduling(server, {
    seed: Date.now() % 100_000,
    rounds: 4,
    desks: 8,
    steps: 25,
    progress: (text) => console.log(text),
  });
  console.log(
    [...answers]
      .sort()
      .map(([answer, times]) => `${times} ${answer}`)
      .join('\n'),
  );
  expect(violations).toEqual([]);
  expect(answers.get('nativeCancel done') ?? 0).toBeGreaterThan(0);
  expect(answers.get('native both') ?? 0).toBeGreaterThan(0);
}, 1_800_000);
