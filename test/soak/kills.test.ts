import { expect, test } from '@jest/globals';
import { soak } from './kills.ts';

test('after kill -9 at random moments, nothing that was acknowledged is lost, and no job either', async () => {
  const report = await soak({ seed: 3, kills: 4 });
  expect(report.violations).toEqual([]);
  expect(report.acknowledged).toBeGreaterThan(100);
  expect(report.jobs).toBeGreaterThan(50);
});
