import { expect, test } from '@jest/globals';
import { fuzz } from './fuzz.ts';

// How much the server grows shows in more requests than a test should make: `npm run fuzz`.
test('malformed requests are refused, and leave no trace', async () => {
  const report = await fuzz({ seed: 11, count: 1500 });
  expect(report).toMatchObject({ failures: [], alive: true, unchanged: true });
  expect(report.statuses[400]).toBeGreaterThan(500);
});
