import { runCommand } from './lib/args.ts';
import { writeBundles } from './lib/bundle.ts';
import { startClinicServer } from './lib/clinic-server.ts';
import { readSettings } from './lib/settings.ts';
import { writeServerConfig } from './deploy/servers.ts';

await runCommand(async () => {
  const settings = readSettings(process.env);
  const { server, deployed } = await startClinicServer({
    ...settings,
    progress: (text) => console.log(`${text} …`),
  });
  const stop = (): void => {
    console.log('Stopping …');
    server.close().then(
      () => process.exit(0),
      (thrown: unknown) => {
        console.error(thrown);
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  await writeBundles(deployed.bots, deployed.codeOf);
  await writeServerConfig(settings.dataDir, server.baseUrl, deployed);
  console.log(
    [
      'Careline is ready',
      `  FHIR         ${server.baseUrl}fhir/R4`,
      `  Health       ${server.baseUrl}healthcheck`,
      `  Credentials  ${settings.dataDir}/credentials.json`,
    ].join('\n'),
  );
});
