import { createInterface } from 'node:readline/promises';
import { PreflightError } from './deploy/preflight.ts';
import type { Report } from './deploy/report.ts';
import { undeploy } from './deploy/undeploy.ts';
import { readArgs, runCommand, SettingsError } from './lib/args.ts';
import { signIn } from './lib/client.ts';
import { readCredentials } from './lib/settings.ts';

await runCommand(async () => {
  const args = readArgs({ 'base-url': { type: 'string' }, 'dry-run': { type: 'boolean' }, yes: { type: 'boolean' } });
  const credentials = readCredentials(process.env, args['base-url']);
  const medplum = await signIn(credentials);
  const run = async (dryRun: boolean): Promise<Report> => {
    try {
      return await undeploy(medplum, { dryRun });
    } catch (thrown) {
      throw thrown instanceof PreflightError ? new SettingsError(thrown.message) : thrown;
    }
  };
  const planned = await run(true);
  print(planned, 'would be ');
  if (args['dry-run'] || !planned.changed) {
    console.log(planned.changed ? 'Nothing was removed: this was a dry run.' : 'Nothing to remove.');
    return;
  }
  if (!args.yes && !(await confirmed(credentials.baseUrl))) {
    console.log('Nothing was removed.');
    return;
  }
  const done = await run(false);
  console.log(`Done: ${done.count('removed')} resources removed. What the clinic recorded is where it was.`);
});

function print(report: Report, tense: string): void {
  for (const { fate, what } of report.lines) {
    console.log(`  ${tense}${fate}: ${what}`);
  }
}

async function confirmed(baseUrl: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new SettingsError('Give --yes to take the layer out, or --dry-run to see what would go.');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(`Take the layer out of ${baseUrl}? Type yes: `)).trim() === 'yes';
  } finally {
    terminal.close();
  }
}
