import { deploy } from './deploy/deploy.ts';
import { PreflightError } from './deploy/preflight.ts';
import { writeServerConfig } from './deploy/servers.ts';
import { readArgs, runCommand, SettingsError } from './lib/args.ts';
import { writeBundles } from './lib/bundle.ts';
import { signIn } from './lib/client.ts';
import { dataDirOf, readCredentials } from './lib/settings.ts';

await runCommand(async () => {
  const args = readArgs({ 'base-url': { type: 'string' }, 'dry-run': { type: 'boolean' } });
  const dryRun = args['dry-run'] ?? false;
  const credentials = readCredentials(process.env, args['base-url']);
  const medplum = await signIn(credentials);
  const deployed = await deploy(medplum, { dryRun, progress: (text) => console.log(`${text} …`) }).catch(
    (thrown: unknown) => {
      // What is missing is the user's to mend, not a failure of the command.
      throw thrown instanceof PreflightError ? new SettingsError(thrown.message) : thrown;
    },
  );
  const { report, bots, codeOf } = deployed;
  for (const { fate, what } of report.lines) {
    if (fate !== 'unchanged') {
      console.log(`  ${dryRun ? 'would be ' : ''}${fate}: ${what}`);
    }
  }
  for (const { definition } of bots) {
    if (definition.quota) {
      console.log(`  quota: ${definition.name} gets ${definition.quota} points a minute`);
    }
  }
  for (const [name, path] of deployed.webhooks) {
    console.log(`  webhook: ${name} is called at ${credentials.baseUrl}${path}`);
  }
  if (!dryRun) {
    await writeBundles(bots, codeOf);
    console.log(
      `medplum.config.json with this server's ids: ${await writeServerConfig(dataDirOf(process.env), credentials.baseUrl, deployed)}`,
    );
  }
  console.log(report.changed ? `Done: ${report.lines.length} resources looked at.` : 'Nothing to change.');
});
