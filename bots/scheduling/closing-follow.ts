import type { MedplumClient, WithId } from '@medplum/core';
import { getIdentifier } from '@medplum/core';
import type { Appointment, Communication, Task } from '@medplum/fhirtypes';
import { TICKET_SID } from '../runtime/contract.ts';
import type { Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { raise } from '../runtime/raise.ts';
import { settle } from '../runtime/settle.ts';
import type { Ticket } from '../runtime/ticket.ts';
import { unchanged, update } from '../runtime/writes.ts';
import { CANCELATION_REASON } from './names.ts';
import type { Worked } from './closing.ts';
import { entriesOf, NEEDS_A_PERSON, OUTCOMES, withEntries } from './closing-task.ts';
import type { ClosingEntry, Outcome } from './closing-task.ts';
import { patientOf } from './visit.ts';

const MINUTE_MS = 60_000;
/** A message that is on its way; whatever else it is, it stays. */
const UNDER_WAY: readonly Communication['status'][] = ['preparation', 'in-progress', 'on-hold'];
/** What is read in one request. */
const AT_ONCE = 100;

/** What an entry of the list is about. */
export interface ClosingFacts {
  readonly appointments: ReadonlyMap<string, WithId<Appointment>>;
  readonly messages: ReadonlyMap<string, WithId<Communication>>;
}

/**
 * Brings the list of a closing up to date: what the patients answered, and who was told. What a person has to do
 * something about raises a ticket each. The Task is finished when all Appointments were gone through and nothing is open.
 */
export async function follow(run: Run, { task, isThrough }: Worked): Promise<WithId<Task>> {
  const { fhir, now } = run;
  const facts = await loadFacts(fhir, entriesOf(task));
  await raiseAll(
    run,
    entriesOf(task).flatMap((entry) => problemsOf(task, followed(entry, facts), facts)),
  );
  const written = await settle<WithId<Task>, Task>({
    fhir,
    load: () => fhir.readResource('Task', task.id),
    decide: (current) => {
      const entries = entriesOf(current);
      const next = entries.map((entry) => followed(entry, facts));
      const done = isThrough && isOver(current, now) && next.every((entry) => isSettled(entry, facts));
      if (JSON.stringify(next) === JSON.stringify(entries) && done === (current.status === 'completed')) {
        return unchanged(current);
      }
      const write = update(withEntries(current, next, now, done));
      return { writes: [write], result: write };
    },
  });
  return written as WithId<Task>;
}

/** An entry as it is by what was read. One that was not read stays as it is. */
export function followed(entry: ClosingEntry, { appointments, messages }: ClosingFacts): ClosingEntry {
  const offer = appointments.get(entry.offer ?? '');
  const message = messages.get(entry.message ?? '');
  const outcome = entry.outcome === 'offered' && offer ? outcomeOf(offer) : entry.outcome;
  const told =
    entry.told ?? (message?.status === 'completed' ? (message.sent ?? message.meta?.lastUpdated) : undefined);
  return { ...entry, outcome, told };
}

/** What the patient has answered, as the hold that was offered tells. */
function outcomeOf({ status, cancelationReason }: Appointment): Outcome {
  const code = cancelationReason?.coding?.find(({ system }) => system === CANCELATION_REASON)?.code;
  switch (status) {
    case 'pending':
      return 'offered';
    case 'cancelled':
      return code === 'hold-expired' ? 'no-answer' : code === 'schedule-closed' ? 'superseded' : 'declined';
    case 'entered-in-error':
      return 'declined';
    default:
      return 'accepted';
  }
}

/** Whether nothing is going to happen with an entry any more. */
const isSettled = ({ outcome, message, told }: ClosingEntry, { messages }: ClosingFacts): boolean =>
  outcome !== 'offered' && (!message || told !== undefined || isUntold(messages.get(message)));

const isUntold = (message: Communication | undefined): boolean =>
  message !== undefined && message.status !== 'completed' && !UNDER_WAY.includes(message.status);

/** A booking that was under way when the time was shut has come to an end by now, and was looked for. */
const isOver = ({ executionPeriod }: Task, now: Date): boolean =>
  now.getTime() - Date.parse(executionPeriod?.start ?? '') >= MINUTE_MS;

async function loadFacts(fhir: MedplumClient, entries: readonly ClosingEntry[]): Promise<ClosingFacts> {
  const urls = entries.flatMap(({ appointment, offer, message, told }) => [
    appointment,
    ...(offer ? [offer] : []),
    ...(message && !told ? [message] : []),
  ]);
  const found = [];
  for (let from = 0; from < urls.length; from += AT_ONCE) {
    found.push(...(await readTogether(fhir, urls.slice(from, from + AT_ONCE))).flat());
  }
  return {
    appointments: new Map(ofType(found, 'Appointment').map((one) => [`Appointment/${one.id}`, one])),
    messages: new Map(ofType(found, 'Communication').map((one) => [`Communication/${one.id}`, one])),
  };
}

/** What a person is told to do. */
const TODO: Partial<Record<Outcome, string>> = {
  declined: 'does not want the new time: agree on another, if one is wanted',
  'no-answer': 'has not answered: call, and agree on a time',
  'no-time': 'no other time was found: call, and agree on one',
  kept: 'the patient is there already or the visit has begun: settle it at the desk',
};

function problemsOf(task: WithId<Task>, entry: ClosingEntry, { appointments, messages }: ClosingFacts): Ticket[] {
  const untold = entry.outcome !== 'kept' && entry.outcome !== 'released' && isUnreached(entry, messages);
  const problems = [
    ...(NEEDS_A_PERSON.includes(entry.outcome) ? [{ code: entry.outcome, text: TODO[entry.outcome] }] : []),
    ...(untold ? [{ code: 'untold', text: 'the patient could not be told: call' }] : []),
  ];
  const appointment = appointments.get(entry.appointment);
  const patient = appointment && patientOf(appointment);
  return problems.map(({ code, text }) => ({
    key: `closing/${task.id}/${entry.appointment}/${code}`,
    text: `The time of this appointment was closed; ${text ?? OUTCOMES[entry.outcome]}.`,
    focus: { reference: entry.appointment },
    ...(patient && { patient: { reference: patient } }),
    priority: 'urgent',
  }));
}

/** Each once; this runs every minute as long as a closing is open, so those that are there are looked for together. */
async function raiseAll(run: Run, problems: readonly Ticket[]): Promise<void> {
  for (let from = 0; from < problems.length; from += AT_ONCE) {
    const some = problems.slice(from, from + AT_ONCE);
    const keys = some.map(({ key }) => `${TICKET_SID}|${key}`).join(',');
    const [found = []] = await readTogether(run.fhir, [`Task?identifier=${encodeURIComponent(keys)}&_count=1000`]);
    const there = ofType(found, 'Task').map((task) => getIdentifier(task, TICKET_SID));
    for (const about of some.filter(({ key }) => !there.includes(key))) {
      await raise(run, about);
    }
  }
}

const isUnreached = ({ message }: ClosingEntry, messages: ClosingFacts['messages']): boolean =>
  !message || isUntold(messages.get(message));
