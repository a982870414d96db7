import type { WithId } from '@medplum/core';
import type { Communication } from '@medplum/fhirtypes';
import { TICKET_SID } from '../runtime/contract.ts';
import { webhook } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { OPEN_TICKET } from '../runtime/ticket.ts';
import { DELIVERY_QUOTA } from './delivery.ts';
import { MESSAGE_CATEGORY, OUTGOING, TWILIO_SID, unknownTicket } from './names.ts';
import { decideReport } from './report.ts';
import { isSigned, refuseForged, signatureOf, TWILIO_WEBHOOK_SECRETS, withMessage } from './twilio-callback.ts';

/** Among these a report finds a message whose identifier was not recorded: those of the last hours. */
const OPEN = 1000;

export default webhook({
  name: 'messages/twilio-status',
  description: 'Takes what Twilio reports of a message.',
  access: { Bot: 'read', Communication: 'write', Task: 'write' },
  secrets: TWILIO_WEBHOOK_SECRETS,
  quota: DELIVERY_QUOTA,
  handle: async (run, request) => {
    const { MessageSid: sid = '', MessageStatus: status = '', ErrorCode } = request.form;
    if (!sid || !isSigned(request)) {
      return refuseForged();
    }
    const signed = await signatureOf(run.fhir, run.secrets, request);
    // A server does not tell a bot the query of its url, which names the message. The signature covers it, so it tells.
    const among = async (query: string): Promise<WithId<Communication> | undefined> => {
      const [found = []] = await readTogether(run.fhir, [`Communication?${query}`]);
      return ofType(found, 'Communication').find(({ id }) => signed((url) => withMessage(url, id)));
    };
    const outgoing = encodeURIComponent(`${MESSAGE_CATEGORY}|${OUTGOING}`);
    const message =
      (await among(`identifier=${encodeURIComponent(`${TWILIO_SID}|${sid}`)}`)) ??
      (await among(`status=in-progress,on-hold,unknown&category=${outgoing}&_sort=-_lastUpdated&_count=${OPEN}`));
    if (!message) {
      return refuseForged();
    }
    await settle({
      fhir: run.fhir,
      load: async () => {
        const current = await run.fhir.readResource('Communication', message.id);
        const about = encodeURIComponent(`${TICKET_SID}|${unknownTicket(message.id)}`);
        const [tickets = []] =
          current.status === 'unknown'
            ? await readTogether(run.fhir, [`Task?identifier=${about}&status=${OPEN_TICKET.join(',')}`])
            : [];
        return { current, tickets: ofType(tickets, 'Task') };
      },
      decide: ({ current, tickets }) =>
        decideReport(current, { sid, status, errorCode: Number(ErrorCode) || 0 }, run.now, tickets),
    });
    return '';
  },
});
