import { MedplumClient } from '@medplum/core';
import { startServer } from '../../server/index.ts';
import type { RunningServer, StartOptions } from '../../server/index.ts';
import { deploy } from '../deploy/deploy.ts';
import type { Deployed } from '../deploy/deploy.ts';
import type { Layer } from '../deploy/layer.ts';
import { SettingsError } from './args.ts';
import { patientFetch } from './client.ts';
import { seedEmptyStore } from './seed.ts';
import type { DemoClinic } from './seed.ts';

export interface ClinicOptions extends StartOptions {
  /** Whether the demo clinic is put into an empty store. */
  readonly demo: boolean;
  readonly progress?: (text: string) => void;
  /** Read from this repository and bundled unless given. */
  readonly layer?: Layer;
}

/** The embedded server with the layer in it. */
export interface ClinicServer {
  readonly server: RunningServer;
  /** Signed in as the project's administrator. */
  readonly medplum: MedplumClient;
  readonly deployed: Deployed;
  /** The demo clinic, where it is wanted and the store is not somebody's own. */
  readonly clinic?: DemoClinic;
}

/** Starts the embedded server, deploys the layer into it, and seeds the demo clinic into an empty store. */
export async function startClinicServer({
  demo,
  progress = () => undefined,
  layer,
  ...options
}: ClinicOptions): Promise<ClinicServer> {
  progress('Starting the server');
  const server = await startServer(options).catch(explain);
  try {
    const medplum = administratorOf(server);
    const deployed = await deploy(medplum, { progress, ...(layer && { layer }) });
    if (demo) {
      progress('Seeding the demo clinic');
    }
    const clinic = demo ? await seedEmptyStore(medplum) : undefined;
    return { server, medplum, deployed, ...(clinic && { clinic }) };
  } catch (thrown) {
    await server.close();
    throw thrown;
  }
}

/** Signs in with every request anew, so that it works on a test's clock too, whatever time a token would run out. */
export function administratorOf({ baseUrl, credentials: { clientId, clientSecret } }: RunningServer): MedplumClient {
  const medplum = new MedplumClient({ baseUrl: `${baseUrl}/`, cacheTime: 0, fetch: patientFetch });
  medplum.setBasicAuth(clientId, clientSecret);
  return medplum;
}

/** What the operating system refuses (a port in use, a folder that cannot be written) is a matter of settings. */
export function explain(thrown: unknown): never {
  const errors = thrown instanceof Error ? [thrown, thrown.cause] : [];
  const isSetting = errors.some((error) => error instanceof Error && ('syscall' in error || /InUse/.test(error.name)));
  throw isSetting && thrown instanceof Error ? new SettingsError(thrown.message) : thrown;
}
