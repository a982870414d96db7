import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { MedplumClient, WithId } from '@medplum/core';
import type {
  Bundle,
  OperationOutcome,
  Parameters,
  Patient,
  Subscription,
  SubscriptionStatus,
} from '@medplum/fhirtypes';
import { WebSocket } from 'ws';
import { signIn } from '../../scripts/lib/client.ts';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import type { Asked } from './play.ts';

/** As long as a change may take to be told. */
const PATIENCE = 15_000;

const SYSTEM = 'urn:careline:differential';

/** What a server tells somebody who listens, in few words: the whole of it, in its order. */
export const TOLD = [
  'pong',
  'OperationOutcome invalid',
  'handshake',
  'event-notification Patient v1',
  'event-notification Patient v2',
  'event-notification Patient v2',
];

/**
 * Listens to a server as Medplum's pages do: a ping, a token that is none, a good one, a patient who is made, changed
 * and deleted, one who does not match, and one who is made once nobody listens any more.
 */
export async function listening({ baseUrl, clientId, clientSecret }: Asked): Promise<string[]> {
  const medplum = await signIn({ baseUrl: `${baseUrl}/`, clientId, clientSecret });
  const value = randomUUID();
  const [first, second] = [await connect(medplum, value), await connect(medplum, value)];
  const upTo = (line: Line, count: number): Promise<true> =>
    waitFor(`message ${count}`, async () => line.came.length >= count || undefined, PATIENCE);
  try {
    first.say({ type: 'ping' });
    await upTo(first, 1);
    first.say({ type: 'bind-with-token', payload: { token: 'none' } });
    await upTo(first, 2);
    for (const line of [first, second]) {
      line.say({ type: 'bind-with-token', payload: { token: line.token } });
      await upTo(line, line === first ? 3 : 1);
    }
    const matching: Patient = { resourceType: 'Patient', identifier: [{ system: SYSTEM, value }] };
    const made = await medplum.createResource<Patient>(matching);
    await upTo(first, 4);
    await medplum.createResource<Patient>({ resourceType: 'Patient' });
    const changed = await medplum.updateResource<Patient>({ ...made, active: true });
    await upTo(first, 5);
    await medplum.deleteResource('Patient', made.id);
    await upTo(first, 6);
    first.say({ type: 'unbind-from-token', payload: { token: first.token } });
    await upTo(second, 4);
    await medplum.createResource<Patient>(matching);
    await upTo(second, 5);
    return first.came.map((message) => inWords(message, [made, changed]));
  } finally {
    first.end();
    second.end();
  }
}

type Message = Bundle | OperationOutcome | { type: string };

interface Line {
  readonly token: string;
  readonly came: Message[];
  say(message: object): void;
  end(): void;
}

/** A WebSocket with a Subscription that it may be bound to. */
async function connect(medplum: MedplumClient, value: string): Promise<Line> {
  const { id } = await medplum.createResource<Subscription>({
    resourceType: 'Subscription',
    status: 'active',
    reason: 'test',
    criteria: `Patient?identifier=${SYSTEM}|${value}`,
    channel: { type: 'websocket' },
  });
  const { parameter } = await medplum.get<Parameters>(medplum.fhirUrl('Subscription', id, '$get-ws-binding-token'));
  const given = (name: string): string => {
    const found = parameter?.find((one) => one.name === name);
    return (found?.valueString ?? found?.valueUrl) as string;
  };
  const socket = new WebSocket(given('websocket-url'));
  const came: Message[] = [];
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Message;
    // A heartbeat comes by the clock, and not for anything that was done.
    if (statusOf(message)?.type !== 'heartbeat') {
      came.push(message);
    }
  });
  await once(socket, 'open');
  return {
    token: given('token'),
    came,
    say: (message) => socket.send(JSON.stringify(message)),
    end: () => socket.terminate(),
  };
}

function statusOf(message: Message): SubscriptionStatus | undefined {
  const first = 'entry' in message ? message.entry?.[0]?.resource : undefined;
  return first?.resourceType === 'SubscriptionStatus' ? first : undefined;
}

function inWords(message: Message, versions: readonly WithId<Patient>[]): string {
  if (!('resourceType' in message)) {
    return message.type;
  }
  if (message.resourceType === 'OperationOutcome') {
    return `OperationOutcome ${message.issue[0]?.code}`;
  }
  const told = message.entry?.[1]?.resource;
  const version = versions.findIndex(({ meta }) => meta?.versionId === told?.meta?.versionId) + 1;
  return `${statusOf(message)?.type}${told ? ` ${told.resourceType} v${version}` : ''}`;
}
