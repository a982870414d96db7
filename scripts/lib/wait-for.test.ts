import { expect, test } from '@jest/globals';
import { waitFor } from './wait-for.ts';

test('asks until there is an answer', async () => {
  let looks = 0;
  expect(await waitFor('the third look', async () => (++looks === 3 ? 'there' : undefined))).toBe('there');
});

test('what never comes is named, and costs a server few questions', async () => {
  let looks = 0;
  const look = async (): Promise<undefined> => {
    looks++;
  };
  await expect(waitFor('spring', look, 1_000)).rejects.toThrow('Waited 1 s in vain for spring.');
  expect(looks).toBeLessThan(15);
});
