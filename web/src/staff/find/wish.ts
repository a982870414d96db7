import type { WithId } from '@medplum/core';
import { toServiceTypeCodeableConcepts } from '@medplum/core';
import type { Appointment, HealthcareService, Patient, PractitionerRole, Reference, Slot } from '@medplum/fhirtypes';
import { DateTime } from 'luxon';
import { DAYS } from '../../../../bots/scheduling/availability.ts';
import type { Day } from '../../../../bots/scheduling/availability.ts';
import { actorsBehind, atTimes, firstOfEach } from '../../../../bots/scheduling/find.ts';
import type { TimeOfWeek } from '../../../../bots/scheduling/find.ts';
import type { Actor, Bookable } from '../booking/actors.ts';
import { ownerOf } from '../booking/booking.ts';

export const PARTS_OF_DAY = ['anyTime', 'morning', 'afternoon'] as const;

/** What is looked for; it stands in the address. */
export interface Wish {
  /** `HealthcareService/1` */
  readonly service: string | undefined;
  /** Such as `Practitioner/1` or `PractitionerRole/1`. */
  readonly provider: string | undefined;
  /** `Location/1` */
  readonly place: string | undefined;
  /** Dates; both count. */
  readonly from: string;
  readonly until: string;
  readonly days: readonly Day[];
  readonly part: (typeof PARTS_OF_DAY)[number];
  /** `HH:mm` */
  readonly notBefore: string | undefined;
  readonly before: string | undefined;
  /** Only the first of each provider. */
  readonly first: boolean;
}

const isDate = (text: string | null): text is string => /^\d{4}-\d\d-\d\d$/.test(text ?? '');
const WINDOW_DAYS = 13;

/** From the address; a fortnight from today on unless it says otherwise. */
export function wishIn(params: URLSearchParams, today: string): Wish {
  const from = params.get('from');
  const start = isDate(from) && from > today ? from : today;
  const until = params.get('until');
  const fortnight = DateTime.fromISO(start).plus({ days: WINDOW_DAYS }).toISODate() ?? start;
  const days = (params.get('days') ?? '').split(',');
  return {
    service: params.get('service') ?? undefined,
    provider: params.get('provider') ?? undefined,
    place: params.get('place') ?? undefined,
    from: start,
    until: isDate(until) ? (until < start ? start : until) : fortnight,
    days: DAYS.filter((day) => days.includes(day)),
    part: PARTS_OF_DAY.find((part) => part === params.get('part')) ?? 'anyTime',
    notBefore: params.get('notBefore') ?? undefined,
    before: params.get('before') ?? undefined,
    first: params.get('first') === 'yes',
  };
}

/** The instants that the dates mean on the clock of the place, never before now. */
export function windowFor(
  { from, until }: Wish,
  zone: string,
  now: Date,
): { readonly start: Date; readonly end: Date } {
  const start = DateTime.fromISO(from, { zone }).startOf('day').toJSDate();
  const end = DateTime.fromISO(until, { zone }).startOf('day').plus({ days: 1 }).toJSDate();
  return { start: start < now ? now : start, end };
}

/** When it suits, by the clock of the place. */
export function timesFor({ days, part, notBefore, before }: Wish): TimeOfWeek {
  const from = [notBefore, part === 'afternoon' ? '12:00' : undefined].filter((time) => time !== undefined);
  const to = [before, part === 'morning' ? '12:00' : undefined].filter((time) => time !== undefined);
  return {
    ...(days.length > 0 && { days }),
    ...(from.length > 0 && { from: from.toSorted().at(-1) ?? '' }),
    ...(to.length > 0 && { to: to.toSorted()[0] ?? '' }),
  };
}

/** Which search for roles leads to those whose slots count: by place, else by practitioner; none for a role itself. */
export function askRolesOf({ place, provider }: Wish): string | undefined {
  return place ?? (provider?.startsWith('Practitioner/') ? provider : undefined);
}

/**
 * Whose slots count.
 * @param roles - What the search for roles found.
 * @returns undefined where everybody's do; an empty list where nobody's do, such as a provider who does not work there.
 */
export function actorsFor(
  { place, provider }: Wish,
  roles: readonly WithId<PractitionerRole>[],
): readonly string[] | undefined {
  const asked = place ?? provider;
  if (!asked) {
    return undefined;
  }
  const behind = /^(Practitioner|Location)\//.test(asked) ? actorsBehind([asked], roles) : [asked];
  if (!place || !provider) {
    return behind;
  }
  const theirs = roles.filter(({ practitioner }) => practitioner?.reference === provider);
  const own = [provider, ...theirs.map(({ id }) => `PractitionerRole/${id}`)];
  return behind.filter((actor) => own.includes(actor));
}

/** The service's codes as `system|code`, for the search. */
export function codesFor(service: HealthcareService | undefined): string[] {
  const codings = (service?.type ?? []).flatMap(({ coding }) => coding ?? []);
  return codings.flatMap(({ system, code }) => (code ? [`${system ?? ''}|${code}`] : []));
}

/** One day of what was found: whose times. */
export interface FoundDay {
  readonly day: string;
  readonly rows: readonly { readonly actor: Actor; readonly slots: readonly WithId<Slot>[] }[];
}

/** What was found and suits, by day and provider, the earliest first. */
export function foundDays(
  slots: readonly WithId<Slot>[],
  wish: Wish,
  { actors, zone }: Bookable,
  now: Date,
): FoundDay[] {
  // What begins now is past.
  const ahead = slots.filter(({ start }) => Date.parse(start) > now.getTime());
  const suiting = atTimes(ahead, timesFor(wish), zone);
  const schedules = actors.flatMap((actor) => actor.schedules);
  const firsts = new Set(wish.first ? firstOfEach(suiting, schedules).values() : suiting);
  const dayOf = ({ start }: Slot): string => DateTime.fromISO(start, { zone }).toISODate() ?? '';
  const shown = suiting.filter((slot) => firsts.has(slot));
  return [...Map.groupBy(shown, dayOf)].map(([day, own]) => ({
    day,
    rows: actors.flatMap((actor) => {
      const theirs = own.filter((slot) => ownerOf(slot, actors) === actor);
      return theirs.length > 0 ? [{ actor, slots: theirs }] : [];
    }),
  }));
}

interface Waiting {
  readonly patient: Reference<Patient>;
  readonly service: WithId<HealthcareService> | undefined;
  /** `{ reference, display }` of the provider or place that is waited for. */
  readonly host: Reference | undefined;
  readonly from: string;
  readonly until: string;
  readonly priority: number;
  readonly comment: string;
}

/** The entry of the waitlist as the contract has it. */
export function waitlistEntry({ patient, service, host, from, until, priority, comment }: Waiting): Appointment {
  return {
    resourceType: 'Appointment',
    status: 'waitlist',
    ...(priority > 0 && { priority }),
    ...(service && { serviceType: toServiceTypeCodeableConcepts(service) }),
    requestedPeriod: [{ start: from, end: until }],
    ...(comment && { comment }),
    participant: [
      { actor: patient, status: 'accepted' },
      ...(host ? [{ actor: host as Reference<Patient>, status: 'needs-action' as const }] : []),
    ],
  };
}
