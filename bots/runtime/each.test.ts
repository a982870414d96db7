import { describe, expect, test } from '@jest/globals';
import { each, inTurn } from './each.ts';
import { refuse } from './outcome.ts';

describe('The parts of a run', () => {
  test('are all done, whichever fails, and the run says at its end what did', async () => {
    const done: string[] = [];
    const run = inTurn(
      async () => done.push('first'),
      () => each([{ resourceType: 'Task', id: '1' }], () => refuse('conflict', 'x', 'Lena Novak')),
      () => Promise.reject(new Error('Lena Novak')),
      async () => done.push('last'),
    );
    await expect(run).rejects.toThrow(/^1 of 1 failed: Task\/1 conflict; part 3: error$/);
    expect(done).toEqual(['first', 'last']);
  });

  test('are left for the next run when the quota is used up', async () => {
    const done: string[] = [];
    const run = inTurn(
      async () => refuse('throttled', 'requester', 'The quota is used up.'),
      async () => done.push('last'),
    );
    await expect(run).rejects.toMatchObject({ outcome: { issue: [{ code: 'throttled' }] } });
    expect(done).toEqual([]);
  });
});
