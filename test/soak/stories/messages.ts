import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { AppointmentResponse, Communication, Patient } from '@medplum/fhirtypes';
import { bookDirectly } from '../../appointments.ts';
import type { Stage } from '../stage.ts';

const REMINDER = 'https://careline.dev/fhir/ActivityDefinition/appointment-reminder';
const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);

const phoneOf = ({ telecom }: Patient): string => telecom?.[0]?.value ?? '';
const own = (contentString: string): Partial<Communication> => ({ payload: [{ contentString }] });

const statusOf = async ({ messaging }: Stage, id: string): Promise<string> => {
  const { status, received } = await messaging.now(id);
  return received ? `${status}, received` : status;
};

/** By SMS and by e-mail, with a provider that does not take it at first, and a report of what became of it. */
export async function leaving(stage: Stage): Promise<object> {
  const { messaging, mail } = stage;
  const email = `leaving-${stage.newNumber().slice(1)}@example.org`;
  const patient = await stage.newPatient();
  const byMail = await stage.newPatient({ telecom: [{ system: 'email', value: email }] });
  // Too many at once, it says.
  messaging.twilio.refuses.set(phoneOf(patient), 20429);
  mail.refuses.set(email, 452);
  const ids = [
    await messaging.send(patient, own(`To ${email} by SMS`), 'sms'),
    await messaging.send(byMail, own(`To ${email} by mail`), 'email'),
  ];
  await stage.settle(1);
  messaging.twilio.refuses.delete(phoneOf(patient));
  mail.refuses.delete(email);
  await stage.settle();
  const taken = messaging.twilio.taken.filter(({ body }) => body.includes(email));
  await stage.repeated(() => messaging.report(taken[0], 'delivered'));
  return {
    statuses: await Promise.all(ids.map((id) => statusOf(stage, id))),
    left: [taken.length, mail.mails.filter(({ to }) => to.includes(email)).length],
  };
}

/** What was refused, once more by hand. */
export async function again(stage: Stage): Promise<object> {
  const { messaging } = stage;
  const patient = await stage.newPatient();
  messaging.twilio.refuses.set(phoneOf(patient), 21211);
  const id = await messaging.send(patient, own('Once more'), 'sms');
  await stage.settle(2);
  messaging.twilio.refuses.delete(phoneOf(patient));
  const copy = await stage.call<Communication>('Communication/$resend', { message: `Communication/${id}` });
  await stage.settle(2);
  return {
    statuses: [await statusOf(stage, id), await statusOf(stage, copy.id)],
    left: messaging.twilio.taken.filter(({ to }) => to === phoneOf(patient)).length,
  };
}

/** What patients write: in their own pages, by phone, from a number that nobody has, with a picture. */
export async function comingIn(stage: Stage): Promise<object> {
  const { clinic, messaging } = stage;
  const { medplum } = clinic;
  const patient = await stage.newPatient();
  const question = await medplum.createResource<Communication>({
    resourceType: 'Communication',
    status: 'completed',
    subject: createReference(patient),
    sender: createReference(patient),
    ...own('May I come earlier?'),
  });
  await stage.settle(2);
  const asked = await shown(stage, patient);
  await messaging.send(patient, { ...own('Yes.'), inResponseTo: [createReference(question)] }, 'sms');
  await stage.settle();
  const answered = await shown(stage, patient);

  const media = `ME${patient.id}`;
  messaging.twilio.media.set(media, { contentType: 'image/png', bytes: PNG });
  const picture = {
    MessageSid: `SM${media}`,
    NumMedia: '1',
    MediaUrl0: messaging.twilio.mediaUrl(media),
    MediaContentType0: 'image/png',
  };
  await stage.repeated(() => messaging.receive(phoneOf(patient), 'Look', picture));
  await stage.settle();
  const looked = await shown(stage, patient);

  const phone = stage.newNumber();
  await stage.repeated(() => messaging.receive(phone, 'It is me', { MessageSid: `SMunknown${patient.id}` }));
  const thread = await medplum.searchOne('Communication', { identifier: `tel:${phone}` }, { cache: 'reload' });
  const somebody = await stage.newPatient();
  await medplum.updateResource<Communication>({
    ...(thread as WithId<Communication>),
    subject: createReference(somebody),
  });
  await stage.settle();
  return { asked, answered, looked, matched: await shown(stage, somebody) };
}

/** What stands in a patient's thread, and the tickets about it. */
async function shown({ clinic: { medplum } }: Stage, { id }: WithId<Patient>): Promise<object> {
  medplum.invalidateAll();
  const messages = await medplum.searchResources('Communication', `subject=Patient/${id}&category=incoming`);
  const tickets = await medplum.searchResources('Task', { patient: `Patient/${id}`, code: 'conversation' });
  return {
    messages: messages.map(({ status, payload }) => `${status} ${payload?.length}`).sort(),
    threads: new Set(messages.map(({ partOf }) => partOf?.[0]?.reference)).size,
    tickets: tickets.map(({ status }) => status).sort(),
  };
}

/** A reply to a reminder, and a word that stops them. */
export async function replying(stage: Stage): Promise<object> {
  const { clinic, messaging } = stage;
  const patient = await stage.newPatient();
  const start = new Date(clinic.clock.now() + 72 * 3_600_000).toISOString();
  const visit = await bookDirectly(clinic, patient, start);
  await stage.settle(2);
  await messaging.send(patient, { instantiatesCanonical: [REMINDER], about: [createReference(visit)] }, 'sms');
  await stage.settle(2);
  await stage.repeated(() => messaging.receive(phoneOf(patient), '1', { MessageSid: `SMone${patient.id}` }));
  await stage.settle(2);
  await stage.repeated(() => messaging.receive(phoneOf(patient), 'STOP', { MessageSid: `SMstop${patient.id}` }));
  clinic.medplum.invalidateAll();
  const responses: WithId<AppointmentResponse>[] = await clinic.medplum.searchResources('AppointmentResponse', {
    appointment: `Appointment/${visit.id}`,
  });
  const consents = await clinic.medplum.searchResources('Consent', { patient: `Patient/${patient.id}` });
  const thanks = messaging.twilio.taken.filter(({ to, body }) => to === phoneOf(patient) && /^Thank you/.test(body));
  return {
    responses: responses.map(({ participantStatus }) => participantStatus),
    thanks: thanks.length,
    consents: consents.map(({ provision }) => provision?.type),
  };
}

/** A template, looked at. */
export async function looking(stage: Stage): Promise<object> {
  const template = await stage.clinic.medplum.searchOne('ActivityDefinition', { url: REMINDER });
  const visit = await bookDirectly(
    stage.clinic,
    await stage.newPatient(),
    new Date(stage.clinic.clock.now() + 72 * 3_600_000).toISOString(),
  );
  const patient = visit.participant.map(({ actor }) => actor?.reference).find((one) => one?.startsWith('Patient/'));
  const body = { template: `ActivityDefinition/${template?.id}`, patient, appointment: `Appointment/${visit.id}` };
  const { status } = await stage.call<Communication>('ActivityDefinition/$preview', body);
  return { status };
}
