import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MedplumClient, WithId } from '@medplum/core';
import { conflict, MedplumClient as Client, OperationOutcomeError, tooManyRequests } from '@medplum/core';
import type { Basic } from '@medplum/fhirtypes';
import { silentLogger, startServer } from '../../server/index.ts';
import type { RunningServer } from '../../server/index.ts';
import { REQUESTED_BY } from './contract.ts';
import { Refusal, refuse } from './outcome.ts';
import { pauseAfter, settle } from './settle.ts';
import { change, create, temporary, update } from './writes.ts';

let server: RunningServer;
let fhir: MedplumClient;
beforeAll(async () => {
  server = await startServer({ port: 0, logger: silentLogger });
  fhir = client();
});
afterAll(() => server.close());

/** Every run of a bot has a client of its own. */
function client(): MedplumClient {
  const made = new Client({ baseUrl: `${server.baseUrl}/` });
  made.setBasicAuth(server.credentials.clientId, server.credentials.clientSecret);
  return made;
}

const counter = (count: number): Basic => ({ resourceType: 'Basic', code: { text: String(count) } });
const countOf = ({ code }: Basic): number => Number(code.text);

const refusalOf = async (run: Promise<unknown>): Promise<string | undefined> => {
  try {
    await run;
    return undefined;
  } catch (thrown) {
    return thrown instanceof Refusal ? thrown.outcome.issue[0]?.code : String(thrown);
  }
};

describe('settle', () => {
  test('decides again after a lost race, so that of twenty at once none is lost', async () => {
    const { id } = await fhir.createResource(counter(0));
    const increment = (own: MedplumClient): Promise<Basic> =>
      settle({
        fhir: own,
        load: () => own.readResource('Basic', id),
        decide: (loaded: WithId<Basic>) => change({ ...loaded, code: { text: String(countOf(loaded) + 1) } }),
      });
    const results = await Promise.all(Array.from({ length: 20 }, () => increment(client())));
    expect(results.map(countOf).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_none, n) => n + 1));
    expect(countOf(await client().readResource('Basic', id))).toBe(20);
  });

  test('writes all of a decision or nothing, with references within it and who asked', async () => {
    const existing = await fhir.createResource(counter(0));
    const made = create(counter(1), 'made');
    const linked = create<Basic>({ ...counter(2), subject: { reference: temporary('made') } });
    const result = await settle({
      fhir,
      load: async () => existing,
      decide: (loaded) => ({ writes: [update({ ...loaded, ...counter(3) }), made, linked], result: linked }),
      requestedBy: 'Patient/1',
    });
    expect(result).toMatchObject({
      subject: { reference: expect.stringMatching(/^Basic\//) },
      extension: [{ url: REQUESTED_BY, valueReference: { reference: 'Patient/1' } }],
    });

    const total = async (): Promise<number> => (await client().searchResources('Basic', '_count=1000')).length;
    const before = await total();
    const gone = await fhir.createResource(counter(9));
    await fhir.deleteResource('Basic', gone.id);
    const failed = settle({
      fhir,
      load: async () => gone,
      decide: (loaded) => ({ writes: [create(counter(5)), update(loaded)], result: undefined }),
      deadlineMs: 0,
    });
    await expect(failed).rejects.toThrow();
    expect(await total()).toBe(before);
  });

  test('a refusal is not a race: it is thrown at once', async () => {
    let decided = 0;
    const refused = settle({
      fhir,
      load: async () => undefined,
      decide: () => {
        decided++;
        return refuse('conflict', 'slot', 'The place is taken.');
      },
    });
    expect(await refusalOf(refused)).toBe('conflict');
    expect(decided).toBe(1);
  });

  test('a race that is lost again and again ends as lock-error, a used-up quota as throttled', async () => {
    const losing = (outcome: typeof tooManyRequests): Promise<unknown> =>
      settle({
        fhir,
        load: () => Promise.reject(new OperationOutcomeError(outcome)),
        decide: () => ({ writes: [], result: undefined }),
        deadlineMs: 100,
      });
    expect(await refusalOf(losing(tooManyRequests))).toBe('throttled');
    expect(await refusalOf(losing(conflict('somebody else was first')))).toBe('lock-error');
  });
});

describe('the pause after a lost race', () => {
  test('grows from try to try, with how long a try takes, and not for ever', () => {
    expect([0, 1, 2, 10].map((attempt) => pauseAfter(attempt, 0, 1))).toEqual([15, 30, 60, 400]);
    expect([100, 300, 60_000].map((took) => pauseAfter(0, took, 1))).toEqual([200, 600, 4000]);
  });

  test('is seldom the same for two', () => {
    expect([0, 0.25, 1].map((random) => pauseAfter(10, 0, random))).toEqual([40, 130, 400]);
  });
});
