import { readArgs, runCommand } from '../../scripts/lib/args.ts';
import { soak } from './kills.ts';
import { wholeNumber } from './numbers.ts';

/** `npm run soak -- --seed N --kills N`: the same seed loads the server in the same way. */
await runCommand(async () => {
  const args = readArgs({ seed: { type: 'string' }, kills: { type: 'string' } });
  const seed = wholeNumber('--seed', args.seed ?? String(Date.now() % 1_000_000));
  const kills = wholeNumber('--kills', args.kills ?? '100');
  console.log(`Seed ${seed}`);
  const report = await soak({ seed, kills, progress: (text) => console.log(text) });
  console.log(
    `${kills} kills: ${report.acknowledged} acknowledged writes, ${report.jobs} bot runs, ` +
      `${report.interrupted} met at work, ${report.violations.length} violations`,
  );
  if (report.violations.length > 0) {
    throw new Error(report.violations.slice(0, 20).join('\n'));
  }
});
