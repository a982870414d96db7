import type { WithId } from '@medplum/core';
import type { Communication, Task } from '@medplum/fhirtypes';
import { TICKET_SID } from '../runtime/contract.ts';
import { operation } from '../runtime/definition.ts';
import type { OperationRun } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { refuse } from '../runtime/outcome.ts';
import { described, optional, reference, text } from '../runtime/parameters.ts';
import { staff } from '../runtime/requester.ts';
import { OPEN_TICKET } from '../runtime/ticket.ts';
import { createOnce, unchanged, update } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { isOutgoing } from './deliver.ts';
import { insteadOf } from './failing.ts';
import { MESSAGE_SID, unknownTicket } from './names.ts';
import { SENT_AGAIN } from './request.ts';
import { channelNamed, CHANNELS } from './template.ts';
import type { Channel } from './template.ts';

export default operation({
  name: 'messages/resend',
  description: 'Sends a message again that did not go out, or of which nobody knows: a new Communication is made.',
  code: 'resend',
  resource: 'Communication',
  input: {
    message: reference('Communication'),
    channel: described(
      optional(text(20)),
      `${CHANNELS.join(', ')}; if absent, the first one by which the patient is reached.`,
    ),
  },
  returns: 'Communication',
  access: { Communication: 'create', Task: 'write' },
  who: staff('administrator', 'practitioner', 'nurse', 'front-desk', 'contact-centre'),
  load: async (run, { message }) => loadResend(run, message),
  decide: (loaded, { channel }, { now }) =>
    decideResend(loaded, channel === undefined ? undefined : channelNamed(channel), now),
});

/** What the decision is made on. */
export interface Resend {
  readonly message: WithId<Communication>;
  /** What was sent in its place already. */
  readonly again?: WithId<Communication>;
  /** The open ticket that says that nobody knows whether it has left. */
  readonly tickets: readonly WithId<Task>[];
}

/**
 * A new message in preparation that says the same, even if its time is over: somebody wants it. One message is sent
 * again once; what failed again is sent again itself.
 * @throws Refusal `business-rule` for what is no outgoing message, has arrived, or is still on its way.
 */
export function decideResend(
  { message, again, tickets }: Resend,
  channel: Channel | undefined,
  now: Date,
): Decision<Communication> {
  if (again) {
    return unchanged(again);
  }
  if (!isOutgoing(message)) {
    return refuse('business-rule', 'message', 'This Communication is none that this layer sends.');
  }
  if (!['not-done', 'unknown', 'stopped'].includes(message.status)) {
    return refuse('business-rule', 'message', `A message that is ${message.status} is not sent again.`);
  }
  const copy = insteadOf(message, { key: SENT_AGAIN, isLate: true, ...(channel && { medium: channel }) });
  const write = createOnce(copy, `identifier=${encodeURIComponent(`${MESSAGE_SID}|${keyOf(copy)}`)}`);
  const closed = tickets.map((task) =>
    update<WithId<Task>>({
      ...task,
      status: 'completed',
      statusReason: { text: 'Sent again' },
      lastModified: now.toISOString(),
    }),
  );
  return { writes: [write, ...closed], result: write };
}

async function loadResend({ fhir }: OperationRun, reference: string): Promise<Resend> {
  const id = reference.slice('Communication/'.length);
  const [found = []] = await readTogether(fhir, [reference]);
  const [message] = ofType(found, 'Communication');
  if (!message) {
    return refuse('not-found', 'message', `There is no ${reference}.`);
  }
  const key = encodeURIComponent(`${MESSAGE_SID}|${keyOf(insteadOf(message, { key: SENT_AGAIN }))}`);
  const ticket = encodeURIComponent(`${TICKET_SID}|${unknownTicket(id)}`);
  const [made = [], tickets = []] = await readTogether(fhir, [
    `Communication?identifier=${key}`,
    `Task?identifier=${ticket}&status=${OPEN_TICKET.join(',')}`,
  ]);
  const [again] = ofType(made, 'Communication');
  return { message, tickets: ofType(tickets, 'Task'), ...(again && { again }) };
}

const keyOf = ({ identifier }: Communication): string => identifier?.[0]?.value ?? '';
