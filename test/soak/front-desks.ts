import type { MedplumClient, WithId } from '@medplum/core';
import { OperationOutcomeError } from '@medplum/core';
import type { Appointment, Patient, Slot, Task } from '@medplum/fhirtypes';
import { extensionUrl } from '../../bots/runtime/contract.ts';
import { toOutcome } from '../../bots/runtime/outcome.ts';
import { entriesOf } from '../../bots/scheduling/closing-task.ts';
import { isReplacement } from '../../bots/scheduling/closing-unit.ts';
import { untilDecided } from '../again.ts';
import type { Random } from './random.ts';

/** What one desk knows of an Appointment of its own, from the answers that it got. */
export interface Known {
  readonly id: string;
  status: 'pending' | 'booked' | 'cancelled' | 'deleted';
  slots: readonly string[];
}

/** What everybody has seen. */
export interface Ledger {
  readonly known: Map<string, Known>;
  readonly overbooked: Set<string>;
  /** How often each kind of step was answered with what: `book done`, `book conflict`. */
  readonly answers: Map<string, number>;
  readonly violations: string[];
}

export const newLedger = (): Ledger => ({
  known: new Map(),
  overbooked: new Set(),
  answers: new Map(),
  violations: [],
});

/** Cancels as Medplum's own `$cancel` does. */
export type NativeCancel = (appointment: Known) => Promise<void>;

/** A refusal that somebody who wants what others want as well has to live with. */
const LOST = ['conflict', 'business-rule', 'not-found'];

/** Medplum's `$cancel` of a booking whose Slot another `$cancel` has deleted, until a bot brings the Slot back. */
const SLOT_GONE = 'invalid';

/** What a desk has at least before it gives something back. */
const KEEP = 3;

type Step = (desk: FrontDesk) => Promise<string | undefined>;

/** Somebody who works with patients of their own on slots that all want, and on an hour that nobody else touches. */
export class FrontDesk {
  readonly medplum: MedplumClient;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly patients: readonly WithId<Patient>[];
  readonly nativeCancel: NativeCancel;
  /** Ids of the slots that everybody wants. */
  shared: readonly string[] = [];
  /** Ids of the slots of this desk's own hour: nothing there may ever be refused. */
  own: readonly string[] = [];
  private readonly appointments: Known[] = [];
  private readonly blocks: string[] = [];

  constructor(options: {
    medplum: MedplumClient;
    random: Random;
    ledger: Ledger;
    patients: readonly WithId<Patient>[];
    nativeCancel: NativeCancel;
  }) {
    this.medplum = options.medplum;
    this.random = options.random;
    this.ledger = options.ledger;
    this.patients = options.patients;
    this.nativeCancel = options.nativeCancel;
  }

  /** A random step; what it was answered goes into the ledger. */
  work(): Promise<void> {
    return this.perform(this.random.pick(KINDS));
  }

  /** Books one of a few slots that all others want at the same moment. */
  rush(slots: readonly string[]): Promise<void> {
    this.shared = slots;
    return this.perform('book');
  }

  private async perform(kind: Kind): Promise<void> {
    const answer = await this.told(STEPS[kind](this));
    if (answer === undefined) {
      return; // There was nothing to do it with.
    }
    const key = `${kind} ${answer}`;
    this.ledger.answers.set(key, (this.ledger.answers.get(key) ?? 0) + 1);
    const lost = kind === 'nativeCancel' ? [...LOST, SLOT_GONE] : LOST;
    if (answer !== 'done' && (kind === 'uncontended' || !lost.includes(answer))) {
      this.ledger.violations.push(`${kind} was answered ${answer}`);
    }
  }

  async take(operation: '$hold' | '$book', slots: readonly string[], more: object = {}): Promise<Known> {
    const patient = this.random.pick(this.patients);
    const body = { slot: slots.map((id) => `Slot/${id}`), patient: `Patient/${patient.id}`, ...more };
    return this.note(await this.post<WithId<Appointment>>('Slot', operation, body));
  }

  /** Remembers an answer; the same Appointment may come again. */
  note({ id, status, slot = [] }: WithId<Appointment>): Known {
    const known = this.ledger.known.get(id) ?? { id, status: 'pending', slots: [] };
    known.status = status as Known['status'];
    known.slots = slot.map(({ reference }) => reference?.split('/')[1] ?? '');
    if (!this.ledger.known.has(id)) {
      this.ledger.known.set(id, known);
      this.appointments.push(known);
    }
    return known;
  }

  post<T>(type: string, operation: string, body: object): Promise<T> {
    return untilDecided(() => this.medplum.post<T>(this.medplum.fhirUrl(type, operation), body));
  }

  mine(...states: Known['status'][]): Known | undefined {
    const matching = this.appointments.filter(({ status }) => states.includes(status));
    return matching.length > 0 ? this.random.pick(matching) : undefined;
  }

  /** One to give back; a desk keeps a few, so that the day stays full. */
  spare(...states: Known['status'][]): Known | undefined {
    const taken = this.appointments.filter(({ status }) => status === 'pending' || status === 'booked');
    return taken.length > KEEP ? this.mine(...states) : undefined;
  }

  /** Whether a closing has offered one of these slots to somebody, who may have accepted. */
  async isOffered(slots: readonly string[]): Promise<boolean> {
    const slot = slots.map((id) => `Slot/${id}`).join(',');
    const query = { slot, status: 'pending,booked', _count: '100' };
    const found = await this.medplum.searchResources('Appointment', query, { cache: 'reload' });
    return found.some(isReplacement);
  }

  somewhere(): string[] {
    const count = this.random.pick([1, 1, 1, 2]);
    return [...new Set(Array.from({ length: count }, () => this.random.pick(this.shared)))];
  }

  keepBlock(id: string): void {
    this.blocks.push(id);
  }

  takeBlock(): string | undefined {
    return this.blocks.pop();
  }

  private async told(step: Promise<string | undefined>): Promise<string | undefined> {
    try {
      return await step;
    } catch (thrown) {
      if (thrown instanceof OperationOutcomeError) {
        return thrown.outcome.issue[0]?.code ?? 'no code';
      }
      throw thrown;
    }
  }
}

const done = 'done';

/** Cancels by a plain update that does not look at what else happened. */
async function patchStatus({ medplum }: FrontDesk, known: Known): Promise<void> {
  await medplum.patchResource('Appointment', known.id, [{ op: 'replace', path: '/status', value: 'cancelled' }]);
  known.status = 'cancelled';
}

const STEPS = {
  hold: async (desk) => {
    await desk.take('$hold', desk.somewhere(), { minutes: desk.random.between(1, 20) });
    return done;
  },
  book: async (desk) => {
    await desk.take('$book', desk.somewhere());
    return done;
  },
  bookHeld: async (desk) => {
    const held = desk.mine('pending');
    if (!held) {
      return undefined;
    }
    const { participant } = await desk.medplum.readResource('Appointment', held.id, { cache: 'reload' });
    const patient = participant.map(({ actor }) => actor?.reference).find((actor) => actor?.startsWith('Patient/'));
    const slot = held.slots.map((id) => `Slot/${id}`);
    desk.note(await desk.post('Slot', '$book', { slot, patient, appointment: `Appointment/${held.id}` }));
    return done;
  },
  rebook: async (desk) => {
    const booked = desk.mine('booked');
    if (!booked || desk.ledger.overbooked.has(booked.id)) {
      return undefined;
    }
    const slot = desk.somewhere().map((id) => `Slot/${id}`);
    desk.note(await desk.post('Appointment', '$rebook', { appointment: `Appointment/${booked.id}`, slot }));
    return done;
  },
  release: async (desk) => {
    const taken = desk.spare('pending', 'booked');
    if (!taken) {
      return undefined;
    }
    desk.note(await desk.post('Slot', '$release', { appointment: `Appointment/${taken.id}` }));
    taken.status = 'cancelled';
    return done;
  },
  cancel: async (desk) => {
    const taken = desk.spare('booked');
    await (taken && patchStatus(desk, taken));
    return taken && done;
  },
  nativeCancel: async (desk) => {
    const taken = desk.mine('booked');
    if (!taken) {
      return undefined;
    }
    try {
      await desk.nativeCancel(taken);
    } catch (thrown) {
      const { status } = await desk.medplum.readResource('Appointment', taken.id, { cache: 'reload' });
      if (status !== 'cancelled') {
        throw thrown;
      }
      // Somebody closed that time meanwhile.
    }
    taken.status = 'cancelled';
    return done;
  },
  deleteAppointment: async (desk) => {
    const taken = desk.spare('booked');
    if (!taken) {
      return undefined;
    }
    await desk.medplum.deleteResource('Appointment', taken.id);
    taken.status = 'deleted';
    return done;
  },
  overbook: async (desk) => {
    const before = new Set(desk.ledger.known.keys());
    const { id } = await desk.take('$book', [desk.random.pick(desk.shared)], { overbook: true, reason: 'In pain' });
    if (!before.has(id)) {
      desk.ledger.overbooked.add(id);
    }
    return done;
  },
  block: async (desk) => {
    const body = { slot: `Slot/${desk.random.pick(desk.shared)}`, reason: 'Meeting' };
    desk.keepBlock((await desk.post<WithId<Slot>>('Slot', '$block', body)).id);
    return done;
  },
  unblock: async (desk) => {
    const block = desk.takeBlock();
    await (block && desk.post('Slot', '$unblock', { slot: `Slot/${block}` }));
    return block && done;
  },
  blockTime: async (desk) => {
    const at = desk.random.pick(desk.shared);
    const slot = await desk.medplum.searchOne('Slot', { _id: at });
    if (!slot) {
      return undefined; // Somebody else's block took it away.
    }
    const { schedule, start, end } = slot;
    const body = { schedule: schedule.reference, start, end, reason: 'Ill' };
    desk.keepBlock((await desk.post<WithId<Slot>>('Slot', '$block', body)).id);
    return done;
  },
  /** Whoever is there is cancelled, and offered another time: the desk answers for them as for its own. */
  closeTime: async (desk) => {
    const slot = await desk.medplum.searchOne('Slot', { _id: desk.random.pick(desk.shared) });
    if (!slot) {
      return undefined;
    }
    const { schedule, start, end } = slot;
    const body = {
      schedule: schedule.reference,
      start,
      end,
      reason: 'Ill',
      cancel: desk.random.pick([false, false, true]),
    };
    const task = await desk.post<WithId<Task>>('Schedule', '$close', body);
    for (const { offer } of entriesOf(task)) {
      const [, id] = offer?.split('/') ?? [];
      // Whoever it was offered to may have deleted it meanwhile.
      const offered = id && (await desk.medplum.searchOne('Appointment', { _id: id }, { cache: 'reload' }));
      if (offered) {
        desk.note(offered);
      }
    }
    const block = task.input?.find(({ type }) => type.text === 'block')?.valueReference?.reference;
    desk.keepBlock(block?.split('/')[1] ?? '');
    return done;
  },
  /** A hold whose time is over, without waiting for that. */
  expire: async (desk) => {
    const held = desk.mine('pending');
    if (!held) {
      return undefined;
    }
    const { status, extension = [] } = await desk.medplum.readResource('Appointment', held.id, { cache: 'reload' });
    const at = extension.findIndex(({ url }) => url === extensionUrl('hold-expires'));
    if (status !== 'pending' || at < 0) {
      return undefined;
    }
    const path = `/extension/${at}/valueInstant`;
    try {
      await desk.medplum.patchResource('Appointment', held.id, [
        { op: 'test', path: '/status', value: 'pending' },
        { op: 'replace', path, value: '2020-01-01T00:00:00Z' },
      ]);
    } catch (thrown) {
      if (toOutcome(thrown)?.issue[0]?.code === 'invalid') {
        return undefined; // The test: somebody has released or closed it since it was read.
      }
      throw thrown;
    }
    held.status = 'cancelled';
    return done;
  },
  /** Books, moves and cancels where nobody else is: whatever the others do, nothing of this may fail. */
  uncontended: async (desk) => {
    const [first, second] = desk.own;
    try {
      const booked = await desk.take('$book', [first!]);
      const appointment = `Appointment/${booked.id}`;
      desk.note(await desk.post('Appointment', '$rebook', { appointment, slot: [`Slot/${second}`] }));
      desk.note(await desk.post('Slot', '$release', { appointment }));
    } catch (thrown) {
      if (await desk.isOffered([first!, second!])) {
        return undefined; // To somebody whose own time was closed.
      }
      throw thrown;
    }
    return done;
  },
} satisfies Record<string, Step>;

type Kind = keyof typeof STEPS;

const FREQUENT: readonly Kind[] = [
  ...(['hold', 'hold', 'book', 'book', 'bookHeld', 'rebook', 'rebook'] as const),
  ...(['release', 'release', 'cancel'] as const),
];
const SELDOM = Object.keys(STEPS) as Kind[];
const KINDS: readonly Kind[] = [
  ...FREQUENT,
  ...FREQUENT,
  ...FREQUENT,
  ...SELDOM,
  'unblock',
  'uncontended',
  'nativeCancel',
];
