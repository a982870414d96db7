import type { MedplumClient } from '@medplum/core';
import { jsonLogger } from '../server/index.ts';
import { runVisit } from './demo/visit.ts';
import { readArgs, runCommand } from './lib/args.ts';
import { signIn } from './lib/client.ts';
import { startClinicServer } from './lib/clinic-server.ts';
import { seedDemoClinic } from './lib/seed.ts';
import { readCredentials } from './lib/settings.ts';
import type { Credentials } from './lib/settings.ts';

await runCommand(async () => {
  const args = readArgs({ 'base-url': { type: 'string' } });
  const running = args['base-url'] ? readCredentials(process.env, args['base-url']) : await findRunning();
  if (running) {
    console.log(`On ${running.baseUrl}`);
    return visit(await signIn(running));
  }
  console.log('No server runs here, so one is started for this visit, in memory.');
  // What the visit causes is printed step by step; of the server's log only what went wrong is news.
  const logger = { ...jsonLogger, info: () => undefined };
  const { server, medplum } = await startClinicServer({ port: 0, demo: false, secrets: {}, logger });
  try {
    await visit(medplum);
  } finally {
    await server.close();
  }
});

async function visit(medplum: MedplumClient): Promise<void> {
  const clinic = await seedDemoClinic(medplum);
  let step = 0;
  await runVisit(medplum, clinic, (text, caused) => {
    step++;
    console.log(`${String(step).padStart(2)}. ${text}`);
    caused.forEach((line) => console.log(`      ${line}`));
  });
  console.log('The whole visit went as it should.');
}

/** The embedded server that was started last, if it still serves. */
async function findRunning(): Promise<Credentials | undefined> {
  try {
    const credentials = readCredentials(process.env);
    const answer = await fetch(new URL('healthcheck', credentials.baseUrl));
    return answer.ok ? credentials : undefined;
  } catch {
    return undefined;
  }
}
