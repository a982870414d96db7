import type { MedplumClient, WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Appointment, Communication, Patient, Reference, Resource, Slot } from '@medplum/fhirtypes';
import { BASE } from '../runtime/contract.ts';
import type { Access, Run } from '../runtime/definition.ts';
import { ofType, readTogether, searchAll } from '../runtime/load.ts';
import { isRefused } from '../runtime/outcome.ts';
import { settle } from '../runtime/settle.ts';
import { create, unchanged, updateUnasked } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { MESSAGE_EXPIRES, MESSAGE_SID } from '../messages/names.ts';
import { OUTGOING_CATEGORY } from '../messages/request.ts';
import { checkNotice, offerLength } from './booking-rules.ts';
import { loadCalendar } from './calendar.ts';
import type { Loaded } from './calendar.ts';
import { GIVING_ACCESS } from './giving.ts';
import type { Calendar } from './places.ts';
import { askedPatient, checkBookable, checkFree, ownFor, takingWrites } from './taking.ts';
import { patientOf } from './visit.ts';
import { inOrder, offered, waitsSince } from './waitlist.ts';
import { fits } from './waitlist-fit.ts';

/** What the bots need that offer places to those who wait. */
export const OFFERING_ACCESS: Access = {
  ...GIVING_ACCESS,
  Patient: 'read',
  PractitionerRole: 'read',
  Communication: 'create',
};

const TEMPLATE = `${BASE}/ActivityDefinition/waitlist-offer`;
/** Of those who fit so many are looked at in one request: nearly always the first gets it. */
const AT_ONCE = 5;

/** Everybody who waits and was looked at, in the order in which they are offered a place. */
export async function waiting(fhir: MedplumClient): Promise<WithId<Appointment>[]> {
  const entries = await searchAll(fhir, 'Appointment', { status: 'waitlist' });
  return inOrder(entries.filter((entry) => waitsSince(entry)));
}

/**
 * Offers the places of a slot to those who wait for such a one, the first of them first, until no place is left or nobody
 * fits. Each offer is one transaction: the entry becomes a hold, the slot and all that it shuts change, and a message
 * goes out. So two that run at once make no offer twice.
 * @param entries - Who waits, in order.
 * @returns The ids of the entries that were offered a place.
 */
export async function offerPlaces(
  { fhir, now }: Run,
  slot: WithId<Slot>,
  entries: readonly WithId<Appointment>[],
): Promise<string[]> {
  const [schedule = []] = await readTogether(fhir, [
    `Schedule?_id=${slot.schedule.reference?.split('/')[1]}&_include=Schedule:actor`,
  ]);
  const candidates = entries.filter((entry) => fits(entry, slot, actorsAmong(schedule)));
  const taken: string[] = [];
  for (let from = 0; from < candidates.length;) {
    const group = candidates.slice(from, from + AT_ONCE);
    const urls = group.flatMap((entry) => [`Appointment/${entry.id}`, patientOf(entry) ?? `Patient/${entry.id}`]);
    let isOpen = false;
    const made: Appointment | undefined = await settle<Loaded, Appointment | undefined>({
      fhir,
      load: () => loadCalendar(fhir, [slot.id], [...new Set(urls)], 1),
      decide: (loaded) => {
        isOpen = canBeOffered(slot.id, loaded.calendar, now);
        const actors = actorsAmong(schedule);
        return isOpen ? offer(loaded, slot.id, group, actors, now) : unchanged(undefined);
      },
    });
    if (!isOpen) {
      break;
    }
    const at = made ? candidates.findIndex(({ id }) => id === made.id) : from + group.length - 1;
    if (made?.id) {
      taken.push(made.id);
    }
    from = at + 1;
  }
  return taken;
}

/** The offer of a free slot to the first of some who still waits for it, if there is one. */
export function offer(
  { calendar, beside }: Loaded,
  slotId: string,
  group: readonly WithId<Appointment>[],
  actors: readonly (Reference | Resource)[],
  now: Date,
): Decision<Appointment | undefined> {
  const slot = calendar.slots.find(({ id }) => id === slotId);
  const entry = group
    .map(({ id }) => ofType(beside, 'Appointment').find((current) => current.id === id))
    .find(
      (current) =>
        current?.status === 'waitlist' &&
        slot &&
        fits(current, slot, actors) &&
        isInUse(ofType(beside, 'Patient'), patientOf(current)) &&
        !ownFor(patientOf(current) ?? '', [slot], calendar, now),
    );
  if (!slot || !entry) {
    return unchanged(undefined);
  }
  const ends = Math.min(now.getTime() + offerLength(slot, calendar), Date.parse(slot.start));
  const held = offered(entry, slot, calendar, new Date(ends));
  const write = updateUnasked<WithId<Appointment>>(held);
  return {
    writes: [...takingWrites([slot], held, calendar, now), write, create(messageOf(held, slot, new Date(ends)))],
    result: write,
  };
}

/** Whether a patient could book a place of the slot now, by all rules. */
function canBeOffered(slotId: string, calendar: Calendar, now: Date): boolean {
  const slots = calendar.slots.filter(({ id }) => id === slotId);
  return (
    slots.length > 0 &&
    !isRefused(() => {
      checkBookable(slots, calendar, now);
      checkNotice(slots, calendar, { reference: '', kind: 'patient', roles: [] }, undefined, now);
      checkFree(slots, calendar, now);
    })
  );
}

const isInUse = (patients: readonly WithId<Patient>[], reference: string | undefined): boolean => {
  const patient = patients.find(({ id }) => reference === `Patient/${id}`);
  return patient !== undefined && !isRefused(() => askedPatient(patient, reference ?? ''));
};

/** A message makes no sense after the offer has ended. */
function messageOf(held: WithId<Appointment>, slot: WithId<Slot>, expires: Date): Communication {
  const patient = held.participant.map(({ actor }) => actor).find((actor) => actor?.reference === patientOf(held));
  return {
    resourceType: 'Communication',
    extension: [{ url: MESSAGE_EXPIRES, valueInstant: expires.toISOString() }],
    identifier: [{ system: MESSAGE_SID, value: `waitlist-offer/${held.id}/${slot.id}` }],
    instantiatesCanonical: [TEMPLATE],
    status: 'preparation',
    category: [OUTGOING_CATEGORY],
    priority: 'urgent',
    subject: patient as Reference<Patient>,
    recipient: [patient as Reference<Patient>],
    about: [createReference(held)],
  };
}

/** The actors of a Schedule as far as they can be read, else what it says of them. */
function actorsAmong(found: readonly WithId<Resource>[]): (Reference | Resource)[] {
  const [schedule] = ofType(found, 'Schedule');
  return (schedule?.actor ?? []).map(
    (actor) => found.find(({ resourceType, id }) => actor.reference === `${resourceType}/${id}`) ?? actor,
  );
}
