import { rm } from 'node:fs/promises';
import { MedplumClient } from '@medplum/core';
import type { Patient, Resource } from '@medplum/fhirtypes';
import { administratorOf } from '../scripts/lib/clinic-server.ts';
import { seedDemoClinic } from '../scripts/lib/seed.ts';
import { ManualClock, silentLogger, startServer } from '../server/index.ts';
import type { RunningServer } from '../server/index.ts';
import { copyOfLayer } from './prepared.ts';

export interface Clinic {
  readonly server: RunningServer;
  /** The server's time, which stands still until `server.advance`. */
  readonly clock: ManualClock;
  /** The project's administrator. */
  readonly medplum: MedplumClient;
  /** The demo clinic's resources by key: `service`, `provider-1`, `schedule-1`, `patient-1` … */
  readonly demo: (key: string) => Resource & { readonly id: string };
  /** Calls an operation such as `Slot/$book`. */
  readonly call: <T>(operation: `${string}/$${string}`, body: unknown) => Promise<T>;
  /** A new patient who can be reached. */
  readonly newPatient: (over?: Partial<Patient>) => Promise<Patient & { readonly id: string }>;
  readonly close: () => Promise<void>;
}

export interface ClinicOptions {
  /** When the story begins. */
  readonly now?: string;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Whether quotas count; they do not unless given. */
  readonly quota?: boolean;
}

/** The embedded server with the layer and the demo clinic in it, on a clock that the test turns. */
export async function startClinic(options: ClinicOptions = {}): Promise<Clinic> {
  const { now = '2026-03-02T12:00:00Z', secrets = {}, quota = false } = options;
  const clock = new ManualClock(now);
  const dataDir = await copyOfLayer();
  const server = await startServer({ port: 0, clock, logger: silentLogger, dataDir, secrets: { ...secrets }, quota });
  const medplum = administratorOf(server);
  const demo = await seedDemoClinic(medplum);
  // Seeding wakes bots; a test begins with none of them under way.
  await server.drain();
  let patients = 0;
  return {
    server,
    clock,
    medplum,
    demo: (key) => {
      const resource = demo.get(key);
      if (!resource) {
        throw new Error(`The demo clinic has no ${key}.`);
      }
      return resource;
    },
    call: (operation, body) => medplum.post(`fhir/R4/${operation}`, body),
    newPatient: (over) => {
      patients++;
      return medplum.createResource<Patient>({
        resourceType: 'Patient',
        active: true,
        name: [{ given: ['Test'], family: `Patient ${patients}` }],
        telecom: [{ system: 'phone', use: 'mobile', value: `+1202555${String(1000 + patients)}` }],
        ...over,
      });
    },
    close: async () => {
      await server.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** Another client of a clinic's server, which signs in with every request: tokens would follow the test's clock. */
export function clientOf(clinic: Clinic, clientId: string, clientSecret: string, send: Send = fetch): MedplumClient {
  const client = new MedplumClient({ baseUrl: `${clinic.server.baseUrl}/`, cacheTime: 0, fetch: send });
  client.setBasicAuth(clientId, clientSecret);
  return client;
}

/** How a client sends a request. */
type Send = (url: string, options: RequestInit) => Promise<Response>;

/** A client of the administrator's whose requests go through a function: it counts them, or does something beside them. */
export function watchedClient(clinic: Clinic, send: Send): MedplumClient {
  const { clientId, clientSecret } = clinic.server.credentials;
  return clientOf(clinic, clientId, clientSecret, send);
}
