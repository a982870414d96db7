import { readArgs, runCommand } from '../../scripts/lib/args.ts';
import { wholeNumber } from '../soak/numbers.ts';
import { fuzz } from './fuzz.ts';

/** The most that the server may grow from the first tenth of the requests to the last. */
const MAX_GROWTH = 1.1;

/** `npm run fuzz -- --seed N --count N`: malformed requests, which the server must refuse and forget. */
await runCommand(async () => {
  const args = readArgs({ seed: { type: 'string' }, count: { type: 'string' } });
  const seed = wholeNumber('--seed', args.seed ?? String(Date.now() % 1_000_000));
  const count = wholeNumber('--count', args.count ?? '10000');
  console.log(`Seed ${seed}`);
  const report = await fuzz({ seed, count, progress: (text) => console.log(text) });
  console.log(`Answers by status: ${JSON.stringify(report.statuses)}; memory × ${report.growth.toFixed(3)}`);
  const wrong = [
    ...report.failures.slice(0, 20),
    ...(report.alive ? [] : ['the server is down']),
    ...(report.unchanged ? [] : ['something was written']),
    ...(report.growth <= MAX_GROWTH ? [] : ['the server has grown too much']),
  ];
  if (wrong.length > 0) {
    throw new Error(wrong.join('\n'));
  }
});
