import { jsonLogger } from '../server/index.ts';
import { runCommand } from './lib/args.ts';
import { writeBundles } from './lib/bundle.ts';
import { explain, startClinicServer } from './lib/clinic-server.ts';
import { inviteDemoUsers } from './lib/demo-users.ts';
import type { DemoUser } from './lib/demo-users.ts';
import { generateDemoSlots } from './lib/seed.ts';
import { readSettings } from './lib/settings.ts';
import { buildWebIfStale } from './lib/web-build.ts';
import { pagesAddress, startWebServer } from './lib/web-server.ts';
import { writeServerConfig } from './deploy/servers.ts';

await runCommand(async () => {
  const settings = readSettings(process.env);
  let ready = false;
  const { server, medplum, deployed, clinic } = await startClinicServer({
    // Links in mails lead to the pages, whose port is known before they are served unless any will do.
    ...(settings.webPort > 0 && { appBaseUrl: pagesAddress(settings.host, settings.webPort) }),
    ...settings,
    prepared: true,
    // What the installation itself requests is nobody's news.
    logger: { ...jsonLogger, info: (message, fields) => ready && jsonLogger.info(message, fields) },
    progress: (text) => console.log(`${text} …`),
  });
  let closeWeb = async (): Promise<void> => undefined;
  const stop = (): void => {
    console.log('Stopping …');
    Promise.all([closeWeb(), server.close()]).then(
      () => process.exit(0),
      (thrown: unknown) => {
        console.error(thrown);
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  let webUrl: string;
  let shown: readonly DemoUser[] = [];
  try {
    if (clinic) {
      console.log('Generating slots …');
      await generateDemoSlots(medplum, clinic);
      shown = await inviteDemoUsers(medplum, server.credentials.projectId, clinic, settings.dataDir);
    }
    await writeBundles(deployed.bots, deployed.codeOf);
    await writeServerConfig(settings.dataDir, server.baseUrl, deployed);
    await buildWebIfStale((text) => console.log(`${text} …`));
    const web = await startWebServer({
      host: settings.host,
      port: settings.webPort,
      fhirBaseUrl: settings.publicBaseUrl ?? `${server.baseUrl}/`,
      projectId: server.credentials.projectId,
    }).catch(explain);
    webUrl = web.baseUrl;
    closeWeb = web.close;
  } catch (thrown) {
    await server.close();
    throw thrown;
  }
  ready = true;
  console.log(
    [
      'Careline is ready',
      `  Pages        ${webUrl}`,
      `  FHIR         ${server.baseUrl}/fhir/R4`,
      `  Health       ${server.baseUrl}/healthcheck`,
      `  Credentials  ${settings.dataDir}/credentials.json`,
      ...signInLines(shown),
    ].join('\n'),
  );
});

/** What is shown once. */
function signInLines(users: readonly DemoUser[]): string[] {
  return users.length === 0
    ? []
    : [
        'People of the demo clinic, shown this once and kept in credentials.json:',
        ...users.map(({ role, email, password }) => `  ${role.padEnd(12)} ${email.padEnd(24)} ${password}`),
      ];
}
