import { parseArgs } from 'node:util';
import { runCommand, SettingsError } from '../../scripts/lib/args.ts';
import { soak } from './kills.ts';
import { wholeNumber } from './numbers.ts';
import { embeddedSoakServer } from './scheduling-embedded.ts';
import { soakScheduling } from './scheduling.ts';

const progress = (text: string): void => console.log(text);

/**
 * `npm run soak -- [kills] --seed N --kills N` and `npm run soak -- scheduling --seed N --rounds N`: the same seed loads
 * the server in the same way.
 */
await runCommand(async () => {
  const { name, args } = read();
  const seed = wholeNumber('--seed', args.seed ?? String(Date.now() % 1_000_000));
  console.log(`Seed ${seed}`);
  const violations = name === 'kills' ? await kills(seed, args.kills) : await scheduling(seed, args.rounds);
  if (violations.length > 0) {
    throw new Error(violations.slice(0, 20).join('\n'));
  }
});

async function kills(seed: number, count = '100'): Promise<readonly string[]> {
  const times = wholeNumber('--kills', count);
  const report = await soak({ seed, kills: times, progress });
  console.log(
    `${times} kills: ${report.acknowledged} acknowledged writes, ${report.jobs} bot runs, ` +
      `${report.interrupted} met at work, ${report.violations.length} violations`,
  );
  return report.violations;
}

async function scheduling(seed: number, count = '40'): Promise<readonly string[]> {
  const rounds = wholeNumber('--rounds', count);
  const server = await embeddedSoakServer();
  try {
    const { answers, violations } = await soakScheduling(server, { seed, rounds, desks: 12, steps: 20, progress });
    [...answers].sort().forEach(([answer, times]) => console.log(`${String(times).padStart(7)}  ${answer}`));
    return violations;
  } finally {
    await server.close();
  }
}

type Name = 'kills' | 'scheduling';

function read(): { name: Name; args: { seed?: string; kills?: string; rounds?: string } } {
  try {
    const options = { seed: { type: 'string' }, kills: { type: 'string' }, rounds: { type: 'string' } } as const;
    const { positionals, values } = parseArgs({ options, strict: true, allowPositionals: true });
    const [name = 'kills', ...others] = positionals;
    if ((name !== 'kills' && name !== 'scheduling') || others.length > 0) {
      throw new Error('npm run soak -- NAME, where NAME is one of: kills, scheduling');
    }
    return { name, args: values };
  } catch (thrown) {
    throw new SettingsError(thrown instanceof Error ? thrown.message : String(thrown));
  }
}
