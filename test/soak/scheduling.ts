import type { MedplumClient, WithId } from '@medplum/core';
import type {
  Appointment,
  HealthcareService,
  Patient,
  Practitioner,
  Resource,
  Schedule,
  Slot,
} from '@medplum/fhirtypes';
import { HOLD_EXPIRES } from '../../bots/scheduling/names.ts';
import { DAYS } from '../../bots/scheduling/availability.ts';
import { ofType, searchAll } from '../../bots/runtime/load.ts';
import { withPattern } from '../scheduling/fixtures.ts';
import type { Pattern } from '../scheduling/fixtures.ts';
import { Model, Referee } from '../scheduling/model.ts';
import { FrontDesk, newLedger } from './front-desks.ts';
import type { Known, Ledger, NativeCancel } from './front-desks.ts';
import { NativeBeside } from './native-beside.ts';
import type { NativeOperations } from './native-beside.ts';
import { Random } from './random.ts';

const DAY_MS = 86_400_000;
/** Where everybody meets; each desk has an hour of its own after it. */
const SHARED_HOURS = { from: '06:00', to: '10:00' };
const FIRST_OWN_HOUR = 11;
/** In each round so often all want the same at the same moment. */
const RUSHES = 4;

/** A server with the layer on it. */
export interface SoakServer {
  readonly medplum: MedplumClient;
  readonly now: () => number;
  /** Medplum's own `$cancel`, or what it comes to. */
  readonly nativeCancel: NativeCancel;
  readonly native: NativeOperations;
  /** Between two rounds, when nobody works: lets time go by. */
  readonly pass: (round: number) => Promise<void>;
  /** Waits until the bots have nothing left to do; the condition says when the stored state is right. */
  readonly settle: (isRight: () => Promise<boolean>) => Promise<void>;
}

export interface SchedulingSoakOptions {
  readonly seed: number;
  readonly rounds: number;
  /** How many desks work at once, 12 at most. */
  readonly desks: number;
  /** Steps of each desk in a round. */
  readonly steps: number;
  readonly progress?: (text: string) => void;
}

export interface SchedulingReport {
  readonly answers: ReadonlyMap<string, number>;
  /** What must not be, in words; empty if all is well. */
  readonly violations: readonly string[];
}

/**
 * Front desks that hold, book, move, cancel, block, close and let expire on a few Schedules with overlapping services, all at
 * once. After each round the stored state is looked at by a referee that shares no code with the rules.
 */
export async function soakScheduling(server: SoakServer, options: SchedulingSoakOptions): Promise<SchedulingReport> {
  const { seed, rounds, desks: count, steps, progress = () => undefined } = options;
  const clinic = await openClinic(server);
  const ledger = newLedger();
  const random = new Random(seed);
  const beside = await NativeBeside.open(
    server.medplum,
    server.native,
    ledger,
    clinic.services[0]!,
    dayAfter(server),
    new Random(seed),
  );
  const desks = await Promise.all(
    Array.from({ length: count }, async (_none, index) => {
      const patients = await Promise.all(Array.from({ length: 4 }, () => newPatient(server.medplum)));
      const { medplum, nativeCancel } = server;
      return new FrontDesk({ medplum, random: new Random(seed * 1000 + index), ledger, patients, nativeCancel });
    }),
  );
  let told = 0;
  for (let round = 1; round <= rounds; round++) {
    const slots = await deal(server, clinic, desks);
    for (let rush = 0; rush < RUSHES; rush++) {
      const wanted = closeTo(random.pick(slots), slots);
      await Promise.all(desks.map((desk) => desk.rush(wanted)));
      const model = await load(server.medplum, clinic, ledger);
      const faults = new Referee(model).faults(new Date(server.now()), ledger.overbooked);
      ledger.violations.push(...faults.map((text) => `rush ${round}.${rush}: ${text}`));
    }
    await deal(server, clinic, desks);
    await Promise.all([
      beside.work(),
      ...desks.map(async (desk) => {
        for (let step = 0; step < steps; step++) {
          await desk.work();
        }
      }),
    ]);
    await server.pass(round);
    const found = await inspect(server, clinic, ledger, beside);
    ledger.violations.push(...found.map((text) => `round ${round}: ${text}`));
    const sum = [...ledger.answers.values()].reduce((total, answers) => total + answers, 0);
    progress(`round ${round}: ${sum} steps, ${ledger.known.size} Appointments, ${ledger.violations.length} violations`);
    // At once: a long run may be cut off.
    for (; told < ledger.violations.length; told++) {
      progress(`  ${ledger.violations[told]}`);
    }
  }
  return { answers: ledger.answers, violations: ledger.violations };
}

interface SoakClinic {
  readonly schedules: readonly WithId<Schedule>[];
  readonly services: readonly WithId<HealthcareService>[];
}

/** Three Schedules: overlapping services with a buffer, a group of twenty beside single visits, a room. */
async function openClinic(server: SoakServer): Promise<SoakClinic> {
  const { medplum } = server;
  const service = (code: string): Promise<WithId<HealthcareService>> =>
    medplum.createResource({
      resourceType: 'HealthcareService',
      active: true,
      type: [{ coding: [{ system: 'https://example.org/services', code }] }],
    });
  const [short, long, group] = [await service('short'), await service('long'), await service('group')];
  const hours = [
    { days: DAYS, ...SHARED_HOURS },
    { days: DAYS, from: `${FIRST_OWN_HOUR}:00`, to: '23:00' },
  ];
  const pattern = (duration: number, more: Partial<Pattern> = {}): Pattern => ({
    hours,
    duration,
    zone: 'UTC',
    ...more,
  });
  const alignmentInterval = 30;
  const offers: [WithId<HealthcareService>, Pattern][][] = [
    [
      [short, pattern(30)],
      [long, pattern(45, { bufferAfter: 15, alignmentInterval, capacity: 3, hours: hours.slice(0, 1) })],
    ],
    [
      [short, pattern(30)],
      [group, pattern(60, { capacity: 20, hours: hours.slice(0, 1) })],
    ],
    [[short, pattern(30)]],
  ];
  const schedules = await Promise.all(
    offers.map(async (patterns) => {
      const actor = await medplum.createResource<Practitioner>({ resourceType: 'Practitioner', active: true });
      const empty: Schedule = {
        resourceType: 'Schedule',
        active: true,
        actor: [{ reference: `Practitioner/${actor.id}` }],
      };
      return medplum.createResource<Schedule>(
        patterns.reduce((made, [of, said]) => withPattern(made, of, said), empty),
      );
    }),
  );
  const start = dayAfter(server);
  const end = new Date(start.getTime() + DAY_MS);
  for (const schedule of schedules) {
    const body = { schedule: `Schedule/${schedule.id}`, start: start.toISOString(), end: end.toISOString() };
    await medplum.post(medplum.fhirUrl('Schedule', '$generate-slots'), body);
  }
  return { schedules, services: [short, long, group] };
}

/** The first day that lies wholly in the future, and begins at midnight UTC. */
const dayAfter = ({ now }: SoakServer): Date => new Date(Math.ceil(now() / DAY_MS + 1) * DAY_MS);

const newPatient = (medplum: MedplumClient): Promise<WithId<Patient>> =>
  medplum.createResource({ resourceType: 'Patient', active: true, name: [{ family: 'Soak' }] });

/** Tells every desk which slots there are now, and which are its own. */
async function deal(
  { medplum }: SoakServer,
  { schedules }: SoakClinic,
  desks: readonly FrontDesk[],
): Promise<WithId<Slot>[]> {
  medplum.invalidateAll();
  const all = (await Promise.all(schedules.map((schedule) => slotsOf(medplum, schedule)))).flat();
  const hourOf = ({ start }: Slot): number => new Date(start).getUTCHours();
  const shared = all.filter((slot) => hourOf(slot) < FIRST_OWN_HOUR && slot.status !== 'entered-in-error');
  desks.forEach((desk, index) => {
    desk.shared = shared.map(({ id }) => id);
    const schedule = schedules[index % schedules.length];
    desk.own = all
      .filter((slot) => slot.schedule.reference === `Schedule/${schedule?.id}`)
      .filter((slot) => hourOf(slot) === FIRST_OWN_HOUR + index)
      .map(({ id }) => id);
  });
  return shared;
}

/** A slot and what begins within the hour around it on its Schedule, of any service. */
function closeTo(slot: WithId<Slot>, slots: readonly WithId<Slot>[]): string[] {
  const away = (other: Slot): number => Math.abs(Date.parse(other.start) - Date.parse(slot.start));
  const near = slots.filter((other) => other.schedule.reference === slot.schedule.reference && away(other) < 3_600_000);
  return near.map(({ id }) => id);
}

const slotsOf = (medplum: MedplumClient, { id }: WithId<Schedule>): Promise<WithId<Slot>[]> =>
  searchAll(medplum, 'Slot', { schedule: `Schedule/${id}` });

/** What is wrong now that the bots have done their work. */
async function inspect(
  server: SoakServer,
  clinic: SoakClinic,
  ledger: Ledger,
  beside: NativeBeside,
): Promise<string[]> {
  let found: string[] = [];
  await server.settle(async () => {
    const model = await load(server.medplum, clinic, ledger);
    const at = new Date(server.now());
    const referee = new Referee(model);
    found = [
      ...referee.faults(at, ledger.overbooked),
      ...referee.lies(at),
      ...lost(ledger, model),
      ...stuck(model, at),
      ...(await beside.faults()),
    ];
    return found.length === 0;
  });
  return found;
}

async function load(medplum: MedplumClient, { schedules, services }: SoakClinic, ledger: Ledger): Promise<Model> {
  medplum.invalidateAll();
  const model = new Model(schedules, services, 0);
  for (const schedule of schedules) {
    // With what bots made by themselves: the holds of new times.
    const found: WithId<Resource>[] = await searchAll(medplum, 'Slot', {
      schedule: `Schedule/${schedule.id}`,
      _revinclude: 'Appointment:slot',
    });
    [...ofType(found, 'Slot'), ...ofType(found, 'Appointment')].forEach((resource) => model.put(resource));
  }
  const ids = [...ledger.known.keys()];
  for (let from = 0; from < ids.length; from += 200) {
    const some = ids.slice(from, from + 200).join(',');
    (await searchAll(medplum, 'Appointment', { _id: some })).forEach((appointment) => model.put(appointment));
  }
  return model;
}

/** What was acknowledged and is not so: a booking that is gone, or one that came back. */
function lost({ known }: Ledger, { appointments }: Model): string[] {
  const stored = new Map(appointments.map((appointment) => [appointment.id, appointment]));
  return [...known.values()].flatMap((expected) => {
    const found = stored.get(expected.id);
    const status = found?.status ?? 'deleted';
    const isRight =
      status === expected.status ||
      (status === 'cancelled' && (expected.status === 'pending' || (expected.status === 'booked' && isClosed(found))));
    const isThere = status !== 'booked' || isAt(found, expected);
    return isRight && isThere ? [] : [`${expected.id} should be ${expected.status} and is ${status}`];
  });
}

/** Taken out by somebody who closed the time. */
const isClosed = (found: Appointment | undefined): boolean =>
  found?.cancelationReason?.coding?.some(({ code }) => code === 'schedule-closed') ?? false;

const isAt = (found: Appointment | undefined, { slots }: Known): boolean =>
  found?.slot?.length === slots.length &&
  found.slot.every(({ reference }) => slots.includes(reference?.split('/')[1] ?? ''));

/** Holds whose time is over and that nobody ended. */
const stuck = ({ appointments }: Model, now: Date): string[] =>
  appointments
    .filter(({ status, extension }) => {
      const expires = extension?.find(({ url }) => url === HOLD_EXPIRES)?.valueInstant;
      return status === 'pending' && expires !== undefined && Date.parse(expires) < now.getTime() - 2 * 60_000;
    })
    .map(({ id }) => `${id} has expired and is still pending`);
