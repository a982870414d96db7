import { isDeepStrictEqual } from 'node:util';
import type { WithId } from '@medplum/core';
import type { Bot, Patient, Resource, Subscription } from '@medplum/fhirtypes';
import { searchAll } from '../../bots/runtime/load.ts';
import { loadBots } from '../../scripts/lib/bots.ts';
import { passes, setDeliveries } from '../appointments.ts';
import type { Clinic } from '../clinic.ts';
import { startMailServer } from '../messages/mail-server.ts';
import type { MailServer } from '../messages/mail-server.ts';
import { startMessaging } from '../messages/messaging.ts';
import type { Messaging } from '../messages/messaging.ts';
import { ACCOUNT } from '../messages/twilio-server.ts';

/**
 * How everything that wakes a bot comes. `twice`: every Subscription delivers twice, every operation is called and every
 * webhook posted twice at once, and every cron job runs twice at once beside its own time. `never`: no Subscription
 * delivers anything, and only the cron jobs are left.
 */
export type Coming = 'once' | 'twice' | 'never';

/** A clinic in which stories are played, each with patients and Schedules of its own. */
export class Stage {
  readonly clinic: Clinic;
  readonly messaging: Messaging;
  readonly mail: MailServer;
  private readonly coming: Coming;
  private count = 0;
  private playing = 0;
  private waiting: { readonly times: number; readonly goOn: (passed: Promise<void>) => void }[] = [];
  private before: ReadonlyMap<string, number> = new Map();

  private constructor(messaging: Messaging, mail: MailServer, coming: Coming) {
    this.clinic = messaging.clinic;
    this.messaging = messaging;
    this.mail = mail;
    this.coming = coming;
  }

  static async open(coming: Coming): Promise<Stage> {
    const mail = await startMailServer();
    const messaging = await startMessaging({
      TWILIO_FROM_WHATSAPP: ACCOUNT.from,
      SMTP_URL: mail.url,
      MAIL_FROM: 'clinic@example.org',
    });
    const stage = new Stage(messaging, mail, coming);
    if (coming === 'never') {
      await setDeliveries(stage.clinic, 'off');
    } else if (coming === 'twice') {
      await stage.doubleSubscriptions();
    }
    stage.before = await stage.countRuns();
    return stage;
  }

  async close(): Promise<void> {
    await this.messaging.close();
    await this.mail.close();
  }

  /** A number that nobody else has. */
  newNumber(): string {
    return `+1202556${String(++this.count).padStart(4, '0')}`;
  }

  newPatient(over: Partial<Patient> = {}): Promise<WithId<Patient>> {
    return this.clinic.newPatient({ telecom: [{ system: 'phone', use: 'mobile', value: this.newNumber() }], ...over });
  }

  /** Calls an operation. Called twice at once, both answers must be the same resource. */
  async call<T extends Resource>(operation: `${string}/$${string}`, body: object): Promise<WithId<T>> {
    const [first, ...others] = await this.repeated(() => this.clinic.call<WithId<T>>(operation, body));
    for (const other of others) {
      if (first?.id ? other.id !== first.id : !isDeepStrictEqual(other, first)) {
        throw new Error(`${operation} was answered differently the second time.`);
      }
    }
    await this.clinic.server.drain();
    return first as WithId<T>;
  }

  /** Does what an outside world does that repeats itself. */
  repeated<T>(what: () => Promise<T>): Promise<T[]> {
    return Promise.all(Array.from({ length: this.coming === 'twice' ? 2 : 1 }, what));
  }

  /** Plays stories side by side: each has patients and Schedules of its own, and time goes by for all of them at once. */
  async play<T>(stories: readonly (() => Promise<T>)[]): Promise<T[]> {
    this.playing = stories.length;
    const ended = async (story: () => Promise<T>): Promise<T> => {
      try {
        return await story();
      } finally {
        this.playing--;
        this.passIfAllWait();
      }
    };
    return Promise.all(stories.map(ended));
  }

  /**
   * Lets time go by, as soon as all stories want it to, in which every sweep runs as often as it takes for what follows
   * from one thing to follow.
   */
  settle(times = 3): Promise<void> {
    return new Promise((goOn) => {
      this.waiting.push({ times, goOn });
      this.passIfAllWait();
    });
  }

  private passIfAllWait(): void {
    if (this.waiting.length === 0 || this.waiting.length < this.playing) {
      return;
    }
    const all = this.waiting;
    this.waiting = [];
    const passed = this.pass(Math.max(...all.map(({ times }) => times)));
    all.forEach(({ goOn }) => goOn(passed));
  }

  private async pass(times: number): Promise<void> {
    await passes(this.clinic, times);
    if (this.coming === 'twice') {
      for (const { id } of await this.cronBots()) {
        await this.repeated(() => this.clinic.medplum.executeBot(id, {}, 'application/json'));
      }
      await passes(this.clinic, 1);
    }
    this.clinic.medplum.invalidateAll();
  }

  /** How often each bot has run since the stage was opened, by the name of its definition. */
  async runs(): Promise<ReadonlyMap<string, number>> {
    const all = await this.countRuns();
    return new Map([...all].map(([name, times]) => [name, times - (this.before.get(name) ?? 0)]));
  }

  private async countRuns(): Promise<ReadonlyMap<string, number>> {
    const { medplum } = this.clinic;
    medplum.invalidateAll();
    const bots = new Map((await this.bots()).map(({ id, name }) => [`Bot/${id}`, name]));
    const definitions = new Map((await loadBots()).map(({ name, definition }) => [name, definition.name]));
    const runs = new Map<string, number>();
    for (const { source } of await searchAll(medplum, 'AuditEvent', { type: 'execute' })) {
      const name = definitions.get(bots.get(source.observer.reference ?? '') ?? '') ?? '';
      runs.set(name, (runs.get(name) ?? 0) + 1);
    }
    return runs;
  }

  private bots(): Promise<WithId<Bot>[]> {
    return searchAll(this.clinic.medplum, 'Bot', {});
  }

  private async cronBots(): Promise<WithId<Bot>[]> {
    return (await this.bots()).filter(({ cronString, cronTiming }) => cronString ?? cronTiming);
  }

  private async doubleSubscriptions(): Promise<void> {
    const { medplum } = this.clinic;
    for (const subscription of await searchAll(medplum, 'Subscription', {})) {
      await medplum.createResource<Subscription>({ ...subscription, id: undefined, meta: undefined });
    }
  }
}
