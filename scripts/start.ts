import { jsonLogger } from '../server/index.ts';
import { runCommand } from './lib/args.ts';
import { writeBundles } from './lib/bundle.ts';
import { startClinicServer } from './lib/clinic-server.ts';
import { generateDemoSlots } from './lib/seed.ts';
import { readSettings } from './lib/settings.ts';
import { writeServerConfig } from './deploy/servers.ts';

await runCommand(async () => {
  const settings = readSettings(process.env);
  let ready = false;
  const { server, medplum, deployed, clinic } = await startClinicServer({
    ...settings,
    // What the installation itself requests is nobody's news.
    logger: { ...jsonLogger, info: (message, fields) => ready && jsonLogger.info(message, fields) },
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
  try {
    if (clinic) {
      console.log('Generating slots …');
      await generateDemoSlots(medplum, clinic);
    }
    await writeBundles(deployed.bots, deployed.codeOf);
    await writeServerConfig(settings.dataDir, server.baseUrl, deployed);
  } catch (thrown) {
    await server.close();
    throw thrown;
  }
  ready = true;
  console.log(
    [
      'Careline is ready',
      `  FHIR         ${server.baseUrl}/fhir/R4`,
      `  Health       ${server.baseUrl}/healthcheck`,
      `  Credentials  ${settings.dataDir}/credentials.json`,
    ].join('\n'),
  );
});
