import type { Binary, Bundle, Patient } from '@medplum/fhirtypes';
import type { HttpClient } from '../bench/lib.ts';
import type { Random } from './random.ts';

/** What the server said that it has done, and what was asked of it without an answer before it died. */
export interface Ledger {
  /** The acknowledged number of each resource that is counted up; a larger one may have been written unanswered. */
  readonly counted: Map<string, { acknowledged: number; asked: number }>;
  /** Acknowledged as deleted. */
  readonly deleted: Set<string>;
  /** Asked to be deleted, without an answer. */
  readonly maybeDeleted: Set<string>;
  /** Keys of transactions: all of one is there or nothing. True where it was acknowledged. */
  readonly transactions: Map<string, boolean>;
  /** The content of each Binary that was acknowledged, by its id. */
  readonly contents: Map<string, string>;
  /** Writes that were acknowledged, of any kind. */
  acknowledged: number;
  /** Hears of each. */
  onAcknowledged: () => void;
}

export const newLedger = (): Ledger => ({
  counted: new Map(),
  deleted: new Set(),
  maybeDeleted: new Set(),
  transactions: new Map(),
  contents: new Map(),
  acknowledged: 0,
  onAcknowledged: () => undefined,
});

/** Marks what a worker wrote, in `Patient.identifier`. */
export const KEY_SYSTEM = 'urn:careline:soak';

/** How many parts a transaction has besides its Patient. */
export const PARTS = 3;

/** Writes one thing after the other until the server dies, and keeps the ledger. */
export async function write(http: HttpClient, random: Random, name: string, ledger: Ledger): Promise<void> {
  const own: string[] = [];
  for (let n = 0; ; n++) {
    try {
      await writeOne(http, random, `${name}-${n}`, own, ledger);
    } catch (thrown) {
      if (thrown instanceof UnexpectedAnswer) {
        throw thrown;
      }
      return; // The connection broke: the server is gone.
    }
    ledger.acknowledged++;
    ledger.onAcknowledged();
  }
}

/** The server answered, and not with what a healthy one answers. */
export class UnexpectedAnswer extends Error {}

async function writeOne(http: HttpClient, random: Random, key: string, own: string[], ledger: Ledger): Promise<void> {
  const kind =
    own.length < 3 ? 'create' : random.pick(['create', 'update', 'update', 'delete', 'transaction', 'upload']);
  if (kind === 'create') {
    const { id } = await send<Patient>(http, 'POST', 'Patient', patient(key, 0), 201);
    ledger.counted.set(id as string, { acknowledged: 0, asked: 0 });
    own.push(id as string);
  } else if (kind === 'update') {
    const id = random.pick(own);
    const state = ledger.counted.get(id) as { acknowledged: number; asked: number };
    const number = ++state.asked;
    await send(http, 'PUT', `Patient/${id}`, { ...patient(id, number), id }, 200);
    state.acknowledged = number;
  } else if (kind === 'delete') {
    const id = own.splice(random.between(0, own.length - 1), 1)[0] as string;
    ledger.maybeDeleted.add(id);
    await send(http, 'DELETE', `Patient/${id}`, undefined, 200);
    ledger.deleted.add(id);
  } else if (kind === 'upload') {
    const content = key.repeat(random.between(1, 20_000));
    const { id } = await send<Binary>(http, 'POST', 'Binary', content, 201, { 'content-type': 'image/png' });
    ledger.contents.set(id as string, JSON.stringify(content));
  } else {
    ledger.transactions.set(key, false);
    await send(http, 'POST', '', transaction(key), 200);
    ledger.transactions.set(key, true);
  }
}

async function send<T>(
  http: HttpClient,
  method: string,
  path: string,
  body: unknown,
  expected: number,
  headers: Record<string, string> = {},
): Promise<T> {
  const answer = await http.send(method, path, body, headers);
  if (answer.status !== expected) {
    throw new UnexpectedAnswer(`${method} ${path} was answered ${answer.status}: ${answer.body}`);
  }
  return JSON.parse(answer.body) as T;
}

/** `multipleBirthInteger` counts its versions. */
function patient(key: string, number: number): Patient {
  return {
    resourceType: 'Patient',
    identifier: [{ system: KEY_SYSTEM, value: key }],
    multipleBirthInteger: number,
  };
}

function transaction(key: string): Bundle {
  const fullUrl = 'urn:uuid:5f0c2f5e-6a1b-4b6e-9d53-0d6f3f7d2c11';
  const parts = Array.from({ length: PARTS }, (_none, index) => ({
    request: { method: 'POST' as const, url: 'Observation' },
    resource: {
      resourceType: 'Observation' as const,
      status: 'final' as const,
      identifier: [{ system: KEY_SYSTEM, value: key }],
      code: { text: `part ${index}` },
      subject: { reference: fullUrl },
    },
  }));
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ fullUrl, request: { method: 'POST', url: 'Patient' }, resource: patient(key, 0) }, ...parts],
  };
}
