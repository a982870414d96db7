import { startBot, STARTING_ACCESS } from '../runtime/call.ts';
import { webhook } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { ensureThread } from './attending.ts';
import { consentUrl, consentWord } from './consent.ts';
import { DELIVERY_QUOTA } from './delivery.ts';
import { senderOf } from './find-sender.ts';
import { consentWrite, decideInbound } from './inbound.ts';
import type { Inbound } from './inbound.ts';
import { TWILIO_SID } from './names.ts';
import { candidatesOf, patientOf } from './sender.ts';
import { isSigned, refuseForged, signatureOf, TWILIO_WEBHOOK_SECRETS } from './twilio-callback.ts';
import { readInbound } from './twilio-form.ts';

/** Consents in one transaction: a server takes few entries with a condition. */
const CONSENTS_TOGETHER = 6;

export default webhook({
  name: 'messages/twilio-inbound',
  description: "Takes a patient's SMS or WhatsApp message from Twilio.",
  access: {
    ...STARTING_ACCESS,
    Appointment: 'write',
    AppointmentResponse: 'create',
    Communication: 'create',
    Consent: 'write',
    Patient: 'read',
    RelatedPerson: 'read',
    Task: 'create',
  },
  secrets: [...TWILIO_WEBHOOK_SECRETS, 'CLINIC_COUNTRY'],
  quota: DELIVERY_QUOTA,
  handle: async (run, request) => {
    const inbound = readInbound(request.form);
    if (!inbound || !isSigned(request)) {
      return refuseForged();
    }
    const signed = await signatureOf(run.fhir, run.secrets, request);
    if (!signed((url) => url)) {
      return refuseForged();
    }
    await take(run, inbound);
    return '';
  },
});

async function take(run: Run, inbound: Inbound): Promise<void> {
  const { fhir, now } = run;
  const sender = await senderOf(run, inbound);
  await obeyForMany(run, inbound, candidatesOf(sender).slice(CONSENTS_TOGETHER));
  const thread = await ensureThread(run, patientOf(sender), inbound.from);
  await settle({
    fhir,
    load: async () => {
      const [stored = [], ...read] = await readTogether(fhir, [
        storedUrl(inbound.sid),
        ...candidatesOf(sender).slice(0, CONSENTS_TOGETHER).map(consentUrl),
        ...(sender.asked ? [`Appointment/${sender.asked.appointment.id}`] : []),
      ]);
      const [appointment] = ofType(read.flat(), 'Appointment');
      const asked = sender.asked && appointment && { ...sender.asked, appointment };
      return {
        own: sender.own,
        related: sender.related,
        stored: ofType(stored, 'Communication'),
        consents: ofType(read.flat(), 'Consent'),
        ...(asked && { asked }),
      };
    },
    decide: (loaded) => decideInbound(inbound, { ...loaded, thread }, now, CONSENTS_TOGETHER),
  });
  if (inbound.media.length > 0) {
    const found = await fhir.searchOne('Communication', { identifier: `${TWILIO_SID}|${inbound.sid}` });
    await startBot(fhir, 'messages/fetch-media', { message: `Communication/${found?.id}` });
  }
}

/**
 * STOP and START of a number that many share: for those that have no room beside the message itself. Before that is
 * stored, so that a run that broke off does it again; and not after that, when they may have said something else.
 */
async function obeyForMany(
  { fhir, now }: Run,
  { sid, channel, text }: Inbound,
  others: readonly string[],
): Promise<void> {
  const word = consentWord(text);
  for (let start = 0; word && start < others.length; start += CONSENTS_TOGETHER) {
    const together = others.slice(start, start + CONSENTS_TOGETHER);
    await settle({
      fhir,
      load: () => readTogether(fhir, [storedUrl(sid), ...together.map(consentUrl)]),
      decide: ([stored = [], ...consents]) => ({
        writes:
          stored.length > 0
            ? []
            : together.map((one) => consentWrite(one, channel, word, ofType(consents.flat(), 'Consent'), now)),
        result: undefined,
      }),
    });
  }
}

const storedUrl = (sid: string): string => `Communication?identifier=${encodeURIComponent(`${TWILIO_SID}|${sid}`)}`;
