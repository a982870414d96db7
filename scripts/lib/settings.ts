import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SettingsError } from './args.ts';
import { root } from './paths.ts';

/** Names of the project secrets that the embedded server takes from its environment (`docs/configuration.md`). */
const SECRETS = [
  'TWILIO_ACCOUNT_SID',
  'TWILIO_AUTH_TOKEN',
  'TWILIO_FROM_SMS',
  'TWILIO_FROM_WHATSAPP',
  'TWILIO_API_BASE',
  'PUBLIC_BASE_URL',
  'SMTP_URL',
  'MAIL_FROM',
  'SCRIBE_PROVIDER',
  'SCRIBE_MODEL',
  'SCRIBE_SPEECH_MODEL',
  'SCRIBE_TIMEOUT',
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_BASE_URL',
  'CLINIC_COUNTRY',
  'CLINIC_TIMEZONE',
  'QUIET_HOURS',
  'MESSAGES_PER_DAY',
] as const;

/** The settings of the embedded server, all optional, from the environment. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  /** Where the pages are served. */
  readonly webPort: number;
  readonly dataDir: string;
  readonly publicBaseUrl?: string;
  /** Where the pages are on which people sign in and set their passwords. */
  readonly appBaseUrl?: string;
  /** Origins whose pages may call the server; every one where it is not set. */
  readonly allowedOrigins?: readonly string[];
  readonly adminClient?: { readonly id: string; readonly secret: string };
  /** Whether the demo clinic is put into an empty store. */
  readonly demo: boolean;
  /** Whether requests and FHIR interactions are limited as Medplum limits them. */
  readonly quota: boolean;
  /** Whether Subscriptions may call addresses without TLS. */
  readonly httpHooks: boolean;
  /** Whether an AuditEvent is left of everything that is read. */
  readonly auditReads: boolean;
  readonly secrets: Readonly<Record<string, string>>;
}

/** What a client needs to sign in; the shape of `credentials.json`. */
export interface Credentials {
  readonly baseUrl: string;
  readonly projectId?: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws SettingsError that names the variable and what it may be. */
export function readSettings(env: Environment): Settings {
  const publicBaseUrl = env.PUBLIC_BASE_URL ? baseUrlOf('PUBLIC_BASE_URL', env.PUBLIC_BASE_URL) : undefined;
  const appBaseUrl = env.APP_BASE_URL ? baseUrlOf('APP_BASE_URL', env.APP_BASE_URL) : undefined;
  const allowedOrigins = env.CARELINE_ORIGINS ? readOrigins(env.CARELINE_ORIGINS) : undefined;
  const adminClient = readAdminClient(env);
  return {
    host: env.HOST || '127.0.0.1',
    port: readPort('PORT', env.PORT, 8103),
    webPort: readWebPort(env.WEB_PORT),
    dataDir: dataDirOf(env),
    demo: readSwitch('CARELINE_DEMO', env.CARELINE_DEMO, true),
    quota: readSwitch('CARELINE_QUOTA', env.CARELINE_QUOTA, false),
    auditReads: readSwitch('CARELINE_AUDIT_READS', env.CARELINE_AUDIT_READS, false),
    httpHooks: readSwitch('CARELINE_HTTP_HOOKS', env.CARELINE_HTTP_HOOKS, false),
    secrets: readSecrets(env),
    ...(publicBaseUrl && { publicBaseUrl }),
    ...(appBaseUrl && { appBaseUrl }),
    ...(allowedOrigins && { allowedOrigins }),
    ...(adminClient && { adminClient }),
  };
}

/** Where the embedded server keeps its data, and deploy what it knows of servers. */
export const dataDirOf = (env: Environment): string => resolve(root, env.CARELINE_DATA || '.careline');

/**
 * The server that a client command is for: the address given, else MEDPLUM_BASE_URL, else the embedded server's own
 * credentials file. The environment overrides the file.
 * @throws SettingsError if the address or the client is not known.
 */
export function readCredentials(env: Environment, givenBaseUrl?: string): Credentials {
  const file = `${dataDirOf(env)}/credentials.json`;
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Credentials) : undefined;
  const address = givenBaseUrl ?? env.MEDPLUM_BASE_URL;
  const baseUrl = address ? baseUrlOf('--base-url', address) : kept && withSlash(kept.baseUrl);
  if (!baseUrl) {
    throw new SettingsError('Which server? Give --base-url URL, or start the embedded one with npm start.');
  }
  const client = readAdminClient(env);
  if (client) {
    return { baseUrl, clientId: client.id, clientSecret: client.secret };
  }
  if (!kept || withSlash(kept.baseUrl) !== baseUrl) {
    throw new SettingsError(`Set MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET of an administrator client of ${baseUrl}`);
  }
  return { ...kept, baseUrl };
}

function readAdminClient({
  MEDPLUM_CLIENT_ID: id,
  MEDPLUM_CLIENT_SECRET: secret,
}: Environment): Settings['adminClient'] {
  if (!id !== !secret) {
    throw new SettingsError('MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET must be set together.');
  }
  return id && secret ? { id, secret } : undefined;
}

/** Where the pages are served: WEB_PORT, 3000 unless set. */
export const readWebPort = (value: string | undefined): number => readPort('WEB_PORT', value, 3000);

function readPort(name: string, value: string | undefined, unset: number): number {
  const port = value ? Number(value) : unset;
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new SettingsError(`${name} must be a whole number from 0 to 65535, not "${value}".`);
  }
  return port;
}

function readSwitch(name: string, value: string | undefined, unset: boolean): boolean {
  if (value && !['0', '1'].includes(value)) {
    throw new SettingsError(`${name} must be 0 or 1, not "${value}".`);
  }
  return value ? value === '1' : unset;
}

/** Origins such as `https://clinic.example`, with commas between them. */
function readOrigins(value: string): string[] {
  return value.split(',').map((origin) => baseUrlOf('CARELINE_ORIGINS', origin.trim()).slice(0, -1));
}

/**
 * With a slash at its end, as Medplum's clients want it.
 * @throws SettingsError that names where it was set.
 */
export function baseUrlOf(name: string, value: string): string {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new SettingsError(`${name} must be an address such as https://fhir.example.com/, not "${value}".`);
  }
  return withSlash(value);
}

const withSlash = (address: string): string => (address.endsWith('/') ? address : `${address}/`);

function readSecrets(env: Environment): Record<string, string> {
  return Object.fromEntries(SECRETS.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}
