import { readArgs, runCommand, SettingsError } from './lib/args.ts';
import { baseUrlOf, readWebPort } from './lib/settings.ts';
import { buildWebIfStale } from './lib/web-build.ts';
import { startWebServer } from './lib/web-server.ts';

/** `npm run web -- --base-url URL`: the pages for a Medplum server that runs elsewhere. */
await runCommand(async () => {
  const args = readArgs({
    'base-url': { type: 'string' },
    'client-id': { type: 'string' },
    'project-id': { type: 'string' },
  });
  const address = args['base-url'] ?? process.env.MEDPLUM_BASE_URL;
  if (!address) {
    throw new SettingsError('Which server? Give --base-url URL.');
  }
  await buildWebIfStale((text) => console.log(`${text} …`));
  const { baseUrl } = await startWebServer({
    host: process.env.HOST || '127.0.0.1',
    port: readWebPort(process.env.WEB_PORT),
    fhirBaseUrl: baseUrlOf('--base-url', address),
    ...(args['client-id'] && { clientId: args['client-id'] }),
    ...(args['project-id'] && { projectId: args['project-id'] }),
  });
  console.log(`The pages are at ${baseUrl}`);
});
