import type { MedplumClient, WithId } from '@medplum/core';
import { extractServiceTypeReferences } from '@medplum/core';
import type { Appointment, Schedule, Slot, Task } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { alternativeSearches, alternativesTo } from './alternatives.ts';
import type { Visit } from './alternatives.ts';
import { loadCalendar } from './calendar.ts';
import type { Closing } from './closing-task.ts';
import { closeVisit, firstFree, keepsNotice } from './closing-unit.ts';
import type { ClosingState } from './closing-unit.ts';
import { patientOf, slotIdsOf } from './visit.ts';

/** So many other times are looked at together, and so often: nearly always the first is free. */
const AT_ONCE = 5;
const MAX_LOOKS = 4;

interface Found extends ClosingState {
  readonly alternatives: readonly Visit[];
}

/** What becomes of one Appointment of a closed time: see `closeVisit`. */
export async function closeAppointment(
  { fhir, now }: Run,
  task: WithId<Task>,
  { id }: WithId<Appointment>,
  schedule: WithId<Schedule>,
  closing: Closing,
): Promise<WithId<Task>> {
  const written = await settle<Found, Task>({
    fhir,
    load: () => loadVisit(fhir, task.id, id, schedule, closing, now),
    decide: (state) => closeVisit(state, state.alternatives, closing.cancel, now),
  });
  return written as WithId<Task>;
}

async function loadVisit(
  fhir: MedplumClient,
  taskId: string,
  id: string,
  schedule: WithId<Schedule>,
  closing: Closing,
  now: Date,
): Promise<Found> {
  const [[task], [appointment]] = await readBoth(fhir, taskId, id);
  if (!task) {
    throw new Error(`Task/${taskId} is gone.`);
  }
  const ids = appointment ? slotIdsOf(appointment) : [];
  const patientUrl = appointment && patientOf(appointment);
  const { calendar, beside } = await loadCalendar(fhir, ids, patientUrl ? [patientUrl] : [], 2);
  const state = {
    task,
    appointment,
    patient: ofType([...beside], 'Patient')[0],
    calendar,
  };
  if (!appointment || closing.cancel || appointment.status === 'arrived') {
    return { ...state, alternatives: [] };
  }
  const own = calendar.slots.filter((slot) => ids.includes(slot.id));
  const visit = own.length > 0 ? inOrder(own, ids) : [impliedSlot(appointment, schedule)];
  const alternatives = await findAlternatives(fhir, visit, calendar.schedules, schedule, closing, now);
  for (let from = 0; from < Math.min(alternatives.length, AT_ONCE * MAX_LOOKS); from += AT_ONCE) {
    const some = alternatives.slice(from, from + AT_ONCE);
    const asked = [...new Set([...ids, ...some.flat().map((slot) => slot.id)])];
    const loaded = await loadCalendar(fhir, asked, [], 2);
    if (firstFree(some, loaded.calendar, now)) {
      return { ...state, calendar: loaded.calendar, alternatives: some };
    }
  }
  return { ...state, alternatives: [] };
}

async function readBoth(
  fhir: MedplumClient,
  taskId: string,
  id: string,
): Promise<[WithId<Task>[], WithId<Appointment>[]]> {
  const found = (await readTogether(fhir, [`Task/${taskId}`, `Appointment/${id}`])).flat();
  return [ofType(found, 'Task'), ofType(found, 'Appointment')];
}

/** Other times by the searches, those that keep the booking rules of a patient, the best first. */
async function findAlternatives(
  fhir: MedplumClient,
  visit: Visit,
  schedules: readonly WithId<Schedule>[],
  closed: WithId<Schedule>,
  { time }: Closing,
  now: Date,
): Promise<Visit[]> {
  const known = [...schedules, ...(schedules.some(({ id }) => id === closed.id) ? [] : [closed])];
  const where = { schedule: `Schedule/${closed.id}`, time };
  const services = visit.flatMap(({ serviceType }) =>
    extractServiceTypeReferences(serviceType).map(({ reference }) => reference),
  );
  const searches = alternativeSearches(visit, known, where, now);
  const found = (await readTogether(fhir, [...searches, ...new Set(services)])).flat();
  const all = [...new Map([...known, ...ofType(found, 'Schedule')].map((one) => [one.id, one])).values()];
  const rules = { schedules: all, services: ofType(found, 'HealthcareService'), slots: [], appointments: [] };
  return alternativesTo(visit, ofType(found, 'Slot'), all, where).filter((slots) => keepsNotice(slots, rules, now));
}

const inOrder = (slots: readonly WithId<Slot>[], ids: readonly string[]): WithId<Slot>[] =>
  slots.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));

/** An Appointment that names no slots, as if it had one of the Schedule. */
const impliedSlot = (
  { id, start = '', end = '', serviceType }: WithId<Appointment>,
  schedule: WithId<Schedule>,
): WithId<Slot> => ({
  resourceType: 'Slot',
  id,
  schedule: { reference: `Schedule/${schedule.id}` },
  status: 'busy',
  start,
  end,
  ...(serviceType && { serviceType }),
});
