import { expect, test } from '@jest/globals';
import { within } from './within.ts';

test('what hangs fails, what ends in time is as it was', async () => {
  await expect(within(() => new Promise(() => undefined), 20)()).rejects.toThrow('not ended after 0.02 s');
  await expect(within(() => Promise.resolve(1), 60_000)()).resolves.toBe(1);
  await expect(within(() => Promise.reject(new Error('wrong')), 60_000)()).rejects.toThrow('wrong');
});
