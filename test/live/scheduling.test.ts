import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, expect, test } from '@jest/globals';
import type { MedplumClient } from '@medplum/core';
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

/** The server that MEDPLUM_BASE_URL names, with its own clock and its own `$cancel`. */
function liveServer(medplum: MedplumClient): SoakServer {
  return {
    medplum,
    now: () => Date.now(),
    nativeCancel: async ({ id }) => {
      await medplum.post(medplum.fhirUrl('Appointment', id, '$cancel'), {});
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

test('many desks at once, native $cancel among them: the invariant holds, nothing is lost, stuck or falsely refused', async () => {
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
}, 1_800_000);
