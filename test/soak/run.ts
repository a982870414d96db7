import { parseArgs } from 'node:util';
import { MedplumClient } from '@medplum/core';
import { loadLayer } from '../../scripts/deploy/layer.ts';
import { runCommand, SettingsError } from '../../scripts/lib/args.ts';
import { silentLogger, startServer } from '../../server/index.ts';
import { cutDeploys, everyCut, requestsOf, smallLayer } from './deploys.ts';
import { soakFollowUps } from './follow-ups.ts';
import { soakJourneys } from './journeys.ts';
import { soak } from './kills.ts';
import { soakMessages } from './messages.ts';
import { wholeNumber } from './numbers.ts';
import { embeddedSoakServer } from './scheduling-embedded.ts';
import { soakScheduling } from './scheduling.ts';

const progress = (text: string): void => console.log(text);

/**
 * `npm run soak -- [kills] --seed N --kills N`, `npm run soak -- scheduling --seed N --rounds N` and
 * `npm run soak -- journeys --seed N --rounds N`: the same seed loads the server in the same way. `npm run soak -- deploys`
 * cuts a deploy off at each of its requests.
 */
interface Args {
  readonly seed?: string;
  readonly kills?: string;
  readonly rounds?: string;
}
type Name = 'kills' | 'scheduling' | 'journeys' | 'deploys';
const soaks: Readonly<Record<Name, (seed: number, args: Args) => Promise<readonly string[]>>> = {
  kills: (seed, args) => kills(seed, args.kills),
  scheduling: (seed, args) => scheduling(seed, args.rounds),
  journeys: (seed, args) => journeys(seed, args.rounds),
  deploys: () => deploys(),
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
  const visits = await soakJourneys({ seed, runs, progress });
  const followUps = await soakFollowUps({ seed, runs: Math.ceil(runs / 2), progress });
  const messages = await soakMessages({ seed, runs, progress });
  console.log(
    `${runs} visits, ${Math.ceil(runs / 2)} follow-ups, ${runs} messages: ` +
      `${visits.length}, ${followUps.length}, ${messages.length} violations`,
  );
  return [...visits, ...followUps, ...messages];
}

/** Cut at every request there is: nothing here is left to chance. */
async function deploys(): Promise<readonly string[]> {
  const server = await startServer({ port: 0, logger: silentLogger });
  const { clientId, clientSecret } = server.credentials;
  const clientWith = (fetchLike: typeof fetch): MedplumClient => {
    const client = new MedplumClient({ baseUrl: `${server.baseUrl}/`, cacheTime: 0, fetch: fetchLike });
    client.setBasicAuth(clientId, clientSecret);
    return client;
  };
  try {
    const target = { clientId, clientWith };
    const layer = smallLayer(await loadLayer());
    const cuts = everyCut(await requestsOf(target, layer));
    const violations = await cutDeploys(target, layer, cuts);
    console.log(`${cuts.length} cuts, ${violations.length} violations`);
    return violations;
  } finally {
    await server.close();
  }
}

function read(): { name: Name; args: Args } {
  try {
    const options = { seed: { type: 'string' }, kills: { type: 'string' }, rounds: { type: 'string' } } as const;
    const { positionals, values } = parseArgs({ options, strict: true, allowPositionals: true });
    const [name = 'kills', ...others] = positionals;
    if (!isName(name) || others.length > 0) {
      throw new Error(`npm run soak -- NAME, where NAME is one of: ${Object.keys(soaks).join(', ')}`);
    }
    return { name, args: values };
  } catch (thrown) {
    throw new SettingsError(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function isName(name: string): name is Name {
  return Object.hasOwn(soaks, name);
}
