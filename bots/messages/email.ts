import type { Run } from '../runtime/definition.ts';
import { callBot } from '../runtime/call.ts';
import { toOutcome } from '../runtime/outcome.ts';
import { MAIL_SID } from './names.ts';
import type { HandedOver, Transport } from './transport.ts';

const SUBJECT = 'A message from your clinic';

/** E-mail by the server's own way of sending it. Nobody can ask later whether one has left. */
export function email({ fhir }: Run, from: string): Transport {
  return {
    send: async ({ id, address, subject, body }) => {
      try {
        await callBot(fhir, 'messages/mail', { from, to: address, subject: subject ?? SUBJECT, text: body });
        return { outcome: 'sent', identifier: { system: MAIL_SID, value: id } };
      } catch (thrown) {
        return verdictOf(thrown);
      }
    },
    find: async () => [],
  };
}

/** What a server says of a mail that did not go: the mail server's code (5xx for good, 4xx for now), if it has one. */
function verdictOf(thrown: unknown): HandedOver {
  const issue = toOutcome(thrown)?.issue[0];
  if (issue?.code === 'value' || issue?.code === 'required') {
    // It was refused before it was handed to anybody: an address or a text that is none, or too long.
    const isAddress = issue.expression?.includes('to');
    return { outcome: 'refused', reason: isAddress ? 'invalid-address' : 'provider-refused', text: 'Not a mail' };
  }
  const said = issue?.details?.text ?? '';
  const code = /refused the message \((\d{3})\)/.exec(said)?.[1];
  if (code?.startsWith('5')) {
    const reason = ['550', '551', '553'].includes(code) ? 'invalid-address' : 'provider-refused';
    return { outcome: 'refused', reason, text: `SMTP ${code}` };
  }
  return code?.startsWith('4') || said.includes('was not reached') ? { outcome: 'later' } : { outcome: 'unclear' };
}
