import type { MedplumClient } from '@medplum/core';
import { startServer } from '../../server/index.ts';
import type { RunningServer, StartOptions } from '../../server/index.ts';
import { deploy } from '../deploy/deploy.ts';
import type { Deployed } from '../deploy/deploy.ts';
import { SettingsError } from './args.ts';
import { signIn } from './client.ts';
import { seedDemoClinic } from './seed.ts';
import type { DemoClinic } from './seed.ts';

export interface ClinicOptions extends StartOptions {
  /** Whether the demo clinic is put into an empty store. */
  readonly demo: boolean;
  readonly progress?: (text: string) => void;
}

/** The embedded server with the layer in it. */
export interface ClinicServer {
  readonly server: RunningServer;
  /** Signed in as the project's administrator. */
  readonly medplum: MedplumClient;
  readonly deployed: Deployed;
  /** The demo clinic, if it was seeded just now. */
  readonly clinic?: DemoClinic;
}

/** Starts the embedded server, deploys the layer into it, and seeds the demo clinic into an empty store. */
export async function startClinicServer({
  demo,
  progress = () => undefined,
  ...options
}: ClinicOptions): Promise<ClinicServer> {
  progress('Starting the server');
  const server = await startServer(options).catch(explain);
  try {
    const medplum = await signIn(server.credentials);
    const deployed = await deploy(medplum, { progress });
    if (!demo || !(await isEmpty(medplum))) {
      return { server, medplum, deployed };
    }
    progress('Seeding the demo clinic');
    return { server, medplum, deployed, clinic: await seedDemoClinic(medplum) };
  } catch (thrown) {
    await server.close();
    throw thrown;
  }
}

/** What the operating system refuses (a port in use, a folder that cannot be written) is a matter of settings. */
function explain(thrown: unknown): never {
  const errors = thrown instanceof Error ? [thrown, thrown.cause] : [];
  const isSetting = errors.some((error) => error instanceof Error && ('syscall' in error || /InUse/.test(error.name)));
  throw isSetting && thrown instanceof Error ? new SettingsError(thrown.message) : thrown;
}

/** A store without patients and staff is nobody's yet. */
async function isEmpty(medplum: MedplumClient): Promise<boolean> {
  const found = await Promise.all([medplum.searchOne('Patient'), medplum.searchOne('Practitioner')]);
  return found.every((resource) => resource === undefined);
}
