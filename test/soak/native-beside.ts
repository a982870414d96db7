/** Medplum's own `$book` and ours on one Schedule, on the same times at the same moment: nothing but a bot relates them. */

import { setTimeout as pause } from 'node:timers/promises';
import type { MedplumClient, WithId } from '@medplum/core';
import { createReference, OperationOutcomeError } from '@medplum/core';
import type { Appointment, HealthcareService, Patient, Practitioner, Schedule, Slot, Task } from '@medplum/fhirtypes';
import { searchAll } from '../../bots/runtime/load.ts';
import { DAYS } from '../../bots/scheduling/availability.ts';
import { untilDecided } from '../again.ts';
import { withPattern } from '../scheduling/fixtures.ts';
import type { Ledger } from './front-desks.ts';
import type { Random } from './random.ts';

/** Medplum's `$book` and `$cancel`, or what they come to. */
export interface NativeOperations {
  /**
   * Books the time of a Slot, which leaves an Appointment and a busy Slot of its own.
   * @returns The Appointment; undefined where it is refused because the time is taken, or a race was lost.
   */
  readonly book: (time: Slot, patient: WithId<Patient>) => Promise<WithId<Appointment> | undefined>;
  readonly cancel: (appointment: WithId<Appointment>) => Promise<void>;
}

/** What the two made of one time. */
interface Meeting {
  readonly slot: WithId<Slot>;
  readonly ours: WithId<Appointment> | undefined;
  readonly theirs: WithId<Appointment> | undefined;
}

/** Times of a round. */
const MEETINGS = 6;
/** By so much our operation begins earlier, at most. */
const HEAD_START_MS = 500;

export class NativeBeside {
  private readonly medplum: MedplumClient;
  private readonly native: NativeOperations;
  private readonly ledger: Ledger;
  private readonly schedule: WithId<Schedule>;
  private readonly patient: WithId<Patient>;
  private readonly random: Random;
  private meetings: Meeting[] = [];
  /** Of the times before: nobody has them any more. */
  private givenBack: WithId<Slot>[] = [];

  private constructor(
    medplum: MedplumClient,
    native: NativeOperations,
    ledger: Ledger,
    schedule: WithId<Schedule>,
    patient: WithId<Patient>,
    random: Random,
  ) {
    this.medplum = medplum;
    this.native = native;
    this.ledger = ledger;
    this.schedule = schedule;
    this.patient = patient;
    this.random = random;
  }

  /** Opens a Schedule of its own, with the slots of one day. */
  static async open(
    medplum: MedplumClient,
    native: NativeOperations,
    ledger: Ledger,
    service: WithId<HealthcareService>,
    day: Date,
    random: Random,
  ): Promise<NativeBeside> {
    const actor = await medplum.createResource<Practitioner>({ resourceType: 'Practitioner', active: true });
    const empty: Schedule = { resourceType: 'Schedule', active: true, actor: [createReference(actor)] };
    const pattern = { hours: [{ days: DAYS, from: '06:00', to: '23:00' }], duration: 30, zone: 'UTC' };
    const schedule = await medplum.createResource(withPattern(empty, service, pattern));
    await medplum.post(medplum.fhirUrl('Schedule', '$generate-slots'), {
      schedule: `Schedule/${schedule.id}`,
      start: day.toISOString(),
      end: new Date(day.getTime() + 86_400_000).toISOString(),
    });
    const patient = await medplum.createResource<Patient>({ resourceType: 'Patient', active: true });
    return new NativeBeside(medplum, native, ledger, schedule, patient, random);
  }

  /** Gives back what the round before left, and has both book the next times. */
  async work(): Promise<void> {
    for (const { slot, ours, theirs } of this.meetings.splice(0)) {
      await (theirs && this.native.cancel(theirs));
      await (ours && this.operation('$release', { appointment: `Appointment/${ours.id}` }));
      this.givenBack.push(slot);
    }
    const slots = await searchAll(this.medplum, 'Slot', { schedule: `Schedule/${this.schedule.id}`, status: 'free' });
    const next = slots.sort((a, b) => a.start.localeCompare(b.start)).slice(0, MEETINGS);
    this.givenBack = this.givenBack.filter((slot) => !next.some(({ id }) => id === slot.id));
    for (const slot of next) {
      this.meetings.push(await this.meet(slot));
    }
  }

  /** What is wrong now that the bots have done their work. */
  async faults(): Promise<string[]> {
    const tickets = await searchAll(this.medplum, 'Task', { code: 'ticket', status: 'requested,in-progress' });
    const slots = await searchAll(this.medplum, 'Slot', { schedule: `Schedule/${this.schedule.id}` });
    const statusOf = ({ id }: WithId<Slot>): string | undefined => slots.find((slot) => slot.id === id)?.status;
    const met = this.meetings.flatMap((meeting) => {
      const { slot, ours, theirs } = meeting;
      const isRaised = tickets.some((ticket) => isAbout(ticket, meeting));
      const wrong = [
        ...(ours && theirs && !isRaised ? ['was booked by both, and nobody is told'] : []),
        ...(!(ours && theirs) && isRaised ? ['was booked once, and is called an overlap'] : []),
        ...((ours ?? theirs) && statusOf(slot) !== 'busy' ? [`is booked and ${statusOf(slot)}`] : []),
      ];
      return wrong.map((text) => `native: Slot/${slot.id} ${text}`);
    });
    const given = this.givenBack.filter((slot) => statusOf(slot) !== 'free');
    return [...met, ...given.map((slot) => `native: Slot/${slot.id} was given back and is ${statusOf(slot)}`)];
  }

  private async meet(slot: WithId<Slot>): Promise<Meeting> {
    const patient = `Patient/${this.patient.id}`;
    const [ours, theirs] = await Promise.all([
      this.operation('$book', { slot: `Slot/${slot.id}`, patient }).catch((thrown: unknown) => {
        if (thrown instanceof OperationOutcomeError && thrown.outcome.issue[0]?.code === 'conflict') {
          return undefined;
        }
        throw thrown;
      }),
      // Theirs is the quicker one, and would always be first.
      pause(this.random.between(0, HEAD_START_MS)).then(() => this.native.book(slot, this.patient)),
    ]);
    if (!ours && !theirs) {
      this.ledger.violations.push(`native: Slot/${slot.id} was refused to both`);
    }
    const answer = ours && theirs ? 'both' : ours ? 'ours' : 'theirs';
    this.ledger.answers.set(`native ${answer}`, (this.ledger.answers.get(`native ${answer}`) ?? 0) + 1);
    return { slot, ours, theirs };
  }

  private operation(name: string, body: object): Promise<WithId<Appointment>> {
    return untilDecided(() => this.medplum.post(this.medplum.fhirUrl('Slot', name), body));
  }
}

const isAbout = ({ identifier = [], focus }: Task, { ours, theirs }: Meeting): boolean =>
  identifier.some(({ value }) => value?.startsWith('overlap/')) &&
  [ours, theirs].some((booking) => booking && focus?.reference === `Appointment/${booking.id}`);
