import { webhook } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import type { WithId } from '@medplum/core';
import type { Communication, Patient } from '@medplum/fhirtypes';
import { consentUrl } from './consent.ts';
import { decideInbound, spellingsOf, threadOf } from './inbound.ts';
import type { Inbound } from './inbound.ts';
import { TWILIO_SID } from './names.ts';
import { refuseForged, signatureOf, TWILIO_WEBHOOK_SECRETS } from './twilio-callback.ts';

export default webhook({
  name: 'messages/twilio-inbound',
  description: "Takes a patient's SMS or WhatsApp message from Twilio.",
  access: { Bot: 'read', Communication: 'create', Consent: 'write', Patient: 'read', Task: 'create' },
  secrets: TWILIO_WEBHOOK_SECRETS,
  handle: async (run, request) => {
    const { MessageSid: sid, From: from = '', Body: text = '' } = request.form;
    const signed = await signatureOf(run.fhir, run.secrets, request);
    if (!sid || !signed((url) => url)) {
      return refuseForged();
    }
    const channel = from.startsWith('whatsapp:') ? 'whatsapp' : 'sms';
    await take(run, { sid, channel, from: from.replace(/^whatsapp:/, ''), text: text.trim() });
    return '';
  },
});

async function take(run: Run, inbound: Inbound): Promise<void> {
  const { fhir, now } = run;
  const phones = spellingsOf(inbound.from).map(encodeURIComponent).join(',');
  const [found = []] = await readTogether(fhir, [`Patient?phone=${phones}&active:not=false&_count=2`]);
  const patients: WithId<Patient>[] = ofType(found, 'Patient');
  // Of two who share a number nobody can say who wrote.
  const patient = patients.length === 1 ? patients[0] : undefined;
  const thread = await settle<undefined, WithId<Communication>>({
    fhir,
    load: async () => undefined,
    decide: () => {
      const write = threadOf(patient, inbound.from);
      return { writes: [write], result: write as never };
    },
  });
  await settle({
    fhir,
    load: async () => {
      const [stored = [], consents = []] = await readTogether(fhir, [
        `Communication?identifier=${encodeURIComponent(`${TWILIO_SID}|${inbound.sid}`)}`,
        ...(patient ? [consentUrl(`Patient/${patient.id}`)] : []),
      ]);
      return { stored: ofType(stored, 'Communication'), consents: ofType(consents, 'Consent') };
    },
    decide: (loaded) => decideInbound(inbound, { ...loaded, thread, ...(patient && { patient }) }, now),
  });
}
