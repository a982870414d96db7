import type { WithId } from '@medplum/core';
import { getReferenceString, isDefined } from '@medplum/core';
import type { Patient, Resource } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { consentWord } from './consent.ts';
import { spellingsOf, threadKeyOf } from './inbound.ts';
import type { Inbound } from './inbound.ts';
import { MESSAGE_CATEGORY, OUTGOING, THREAD_SID } from './names.ts';
import { e164 } from './phone.ts';
import { appointmentOf, askedBy, readReply, REPLY_MS } from './replies.ts';
import { actingFor } from './sender.ts';
import type { Sender } from './sender.ts';
import { mediumOf } from './template.ts';
import type { Channel } from './template.ts';

/** Whoever has the number: mostly one, a family, and for a STOP those of a switchboard, too. */
const MOST_CANDIDATES = 1000;

/** Whoever has the number, or is said to have it by the subject that somebody gave its thread. */
export async function senderOf(run: Run, { from, channel, text, repliedTo }: Inbound): Promise<Sender> {
  const { fhir, now } = run;
  const phones = spellingsOf(from).map(encodeURIComponent).join(',');
  const key = encodeURIComponent(`${THREAD_SID}|${threadKeyOf(from)}`);
  const having = `phone=${phones}&active:not=false&_count=${MOST_CANDIDATES}`;
  const [found = [], acting = [], threads = []] = await readTogether(fhir, [
    `Patient?${having}`,
    `RelatedPerson?${having}&_include=RelatedPerson:patient`,
    `Communication?identifier=${key}&_sort=-_lastUpdated&_count=10`,
  ]);
  // Somebody may have written the number in a way that no search knows; a STOP is obeyed for everybody who has it.
  const isSought = consentWord(text) !== undefined || [...found, ...acting].length === 0;
  const wrote = isSought ? await recipientsAt(run, from, channel) : [];
  const people = once([...ofType(acting, 'RelatedPerson'), ...ofType(wrote, 'RelatedPerson')]);
  const related = actingFor(people, ofType([...acting, ...wrote], 'Patient'), now);
  const known: WithId<Patient>[] = once([
    ...ofType(found, 'Patient'),
    ...ofType(wrote, 'Patient').filter(has(from, run)),
  ]);
  const matched = ofType(threads, 'Communication')
    .map(({ subject }) => subject?.reference)
    .find((reference) => reference?.startsWith('Patient/'));
  const isKnown = known.length > 0 || related.length > 0;
  const own = isKnown || !matched ? known : ofType((await readTogether(fhir, [matched])).flat(), 'Patient');
  const recipients = [...own, ...related].map(getReferenceString).join(',');
  if (!recipients || !readReply(text)) {
    return { own, related };
  }
  const outgoing = encodeURIComponent(`${MESSAGE_CATEGORY}|${OUTGOING}`);
  const since = encodeURIComponent(new Date(now.getTime() - REPLY_MS).toISOString());
  const [sent = []] = await readTogether(fhir, [
    `Communication?recipient=${recipients}&category=${outgoing}&sent=ge${since}&_sort=-sent&_count=50`,
  ]);
  const messages = ofType(sent, 'Communication');
  const urls = [...new Set(messages.map(appointmentOf).filter(isDefined))];
  const appointments = urls.length > 0 ? ofType((await readTogether(fhir, urls)).flat(), 'Appointment') : [];
  const asked = askedBy(messages, appointments, channel, repliedTo, now);
  return { own, related, ...(asked && { asked }) };
}

/** How many messages back somebody is looked for who got one at this number. */
const LATELY = 1000;

/** Who got a message by this channel lately at a number, however that is written; with the patients of whom they are. */
async function recipientsAt(run: Run, from: string, channel: Channel): Promise<WithId<Resource>[]> {
  const { fhir, now } = run;
  const outgoing = encodeURIComponent(`${MESSAGE_CATEGORY}|${OUTGOING}`);
  const since = encodeURIComponent(new Date(now.getTime() - REPLY_MS).toISOString());
  const { system, code } = mediumOf(channel).coding?.[0] ?? {};
  const include = '_include=Communication:recipient&_include:iterate=RelatedPerson:patient';
  const [found = []] = await readTogether(fhir, [
    `Communication?category=${outgoing}&medium=${encodeURIComponent(`${system}|${code}`)}&sent=ge${since}&_sort=-sent&_count=${LATELY}&${include}`,
  ]);
  const people = found.filter((one) => one.resourceType === 'Patient' || one.resourceType === 'RelatedPerson');
  const reached = people.filter(has(from, run));
  const patients = ofType(reached, 'RelatedPerson').map(({ patient }) => patient.reference);
  return people.filter((one) => reached.includes(one) || patients.includes(getReferenceString(one)));
}

/** Whether somebody has a number, in whatever way it is written. */
const has =
  (from: string, { secrets }: Run) =>
  (one: Resource): boolean =>
    (one.resourceType === 'Patient' || one.resourceType === 'RelatedPerson') &&
    (one.active ?? true) &&
    (one.telecom ?? []).some(
      ({ system, value }) => system !== 'email' && value !== undefined && e164(value, secrets.CLINIC_COUNTRY) === from,
    );

const once = <T extends WithId<Resource>>(found: readonly T[]): T[] => [
  ...new Map(found.map((one) => [`${one.resourceType}/${one.id}`, one])).values(),
];
