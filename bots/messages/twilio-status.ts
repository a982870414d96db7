import { webhook } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { MESSAGE_CATEGORY, OUTGOING, TWILIO_SID } from './names.ts';
import { decideReport } from './report.ts';
import { refuseForged, signatureOf, TWILIO_WEBHOOK_SECRETS, withMessage } from './twilio-callback.ts';

/** Among these a report finds a message whose identifier was not recorded: those of the last hours. */
const OPEN = 1000;

export default webhook({
  name: 'messages/twilio-status',
  description: 'Takes what Twilio reports of a message.',
  access: { Bot: 'read', Communication: 'write' },
  secrets: TWILIO_WEBHOOK_SECRETS,
  handle: async (run, request) => {
    const { MessageSid: sid = '', MessageStatus: status = '', ErrorCode } = request.form;
    const signed = await signatureOf(run.fhir, run.secrets, request);
    const outgoing = encodeURIComponent(`${MESSAGE_CATEGORY}|${OUTGOING}`);
    const [known = [], open = []] = await readTogether(run.fhir, [
      `Communication?identifier=${encodeURIComponent(`${TWILIO_SID}|${sid}`)}`,
      `Communication?status=in-progress,on-hold,unknown&category=${outgoing}&_sort=-_lastUpdated&_count=${OPEN}`,
    ]);
    // A server does not tell a bot the query of its url, which names the message. The signature covers it, so it tells.
    const candidates = [...ofType(known, 'Communication'), ...ofType(open, 'Communication')];
    const message = candidates.find(({ id }) => signed((url) => withMessage(url, id)));
    if (!message || !sid) {
      return refuseForged();
    }
    await settle({
      fhir: run.fhir,
      load: () => run.fhir.readResource('Communication', message.id),
      decide: (current) => decideReport(current, { sid, status, errorCode: Number(ErrorCode) || 0 }, run.now),
    });
    return '';
  },
});
