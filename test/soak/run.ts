import { parseArgs } from 'node:util';
import { runCommand, SettingsError } from '../../scripts/lib/args.ts';
import { soakJourneys } from './journeys.ts';
import { soak } from './kills.ts';
import { wholeNumber } from './numbers.ts';
import { embeddedSoakServer } from './scheduling-embedded.ts';
import { soakScheduling } from './scheduling.ts';

const progress = (text: string): void => console.log(text);

/**
 * `npm run soak -- [kills] --seed N --kills N`, `npm run soak -- scheduling --seed N --rounds N` and
 * `npm run soak -- journeys --seed N --rounds N`: the same seed loads the server in the same way.
 */
interface Args {
  readonly seed?: string;
  readonly kills?: string;
  readonly rounds?: string;
}
type Name = 'kills' | 'scheduling' | 'journeys';
const soaks: Readonly<Record<Name, (seed: number, args: Args) => Promise<readonly string[]>>> = {
  kills: (seed, args) => kills(seed, args.kills),
  scheduling: (seed, args) => scheduling(seed, args.rounds),
  journeys: (seed, args) => journeys(seed, args.rounds),
};

await runCommand(async () => {
  const { name, args } = read();
  const seed = wholeNumber('--seed', args.seed ?? String(Date.now() % 1_000_000));
  console.log(`Seed ${seed}`);
  const violations = await soaks[name](seed, args);
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

async function journeys(seed: number, count = '1000'): Promise<readonly string[]> {
  const runs = wholeNumber('--rounds', count);
  const violations = await soakJourneys({ seed, runs, progress });
  console.log(`${runs} journeys, ${violations.length} violations`);
  return violations;
}

function read(): { name: Name; args: Args } {
  try {
    const options = { seed: { type: 'string' }, kills: { type: 'string' }, rounds: { type: 'string' } } as const;
    const { positionals, values } = parseArgs({ options, strict: true, allowPositionals: true });
    const [name = 'kills', ...others] = positionals;
    if ((name !== 'kills' && name !== 'scheduling' && name !== 'journeys') || others.length > 0) {
      throw new Error('npm run soak -- NAME, where NAME is one of: kills, scheduling, journeys');
    }
    return { name, args: values };
  } catch (thrown) {
    throw new SettingsError(thrown instanceof Error ? thrown.message : String(thrown));
  }
}
