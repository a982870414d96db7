import type { WithId } from '@medplum/core';
import type { Communication } from '@medplum/fhirtypes';
import { attachmentsOf } from '../fhir/attachments.ts';
import { inOrder, messageText } from '../fhir/messages.ts';

/** What of the clinic's messages a patient is shown: what was sent, not what waits, was refused or taken back. */
const SENT = ['completed', 'in-progress', 'unknown'];

/** What was written in both directions, the oldest first; each once. */
export function conversationOf(
  toPatient: readonly WithId<Communication>[],
  fromPatient: readonly WithId<Communication>[],
): WithId<Communication>[] {
  const shown = [...toPatient.filter(({ status }) => SENT.includes(status)), ...fromPatient];
  const said = shown.filter((message) => messageText(message) || attachmentsOf(message).length > 0);
  const once = new Map(said.map((message) => [message.id, message]));
  return inOrder([...once.values()]);
}
