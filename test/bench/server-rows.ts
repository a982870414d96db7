import type { Bundle, Patient, Resource, Slot } from '@medplum/fhirtypes';
import type { HttpClient } from './lib.ts';

/** The system of the identifiers that are searched for. */
export const SID = 'https://careline.dev/fhir/sid/bench';
/** What a bot is woken by, of that system. */
export const ASK = 'ask';

/** Who sends requests at once, each one after the other. */
export const CLIENTS = 8;
const DAY = '2030-01-07';

/** What a row of the table asks of one server. */
export interface Row {
  readonly name: string;
  readonly clients: number;
  /** How many requests are measured. As many are sent before, which have the numbers behind. */
  readonly times: number;
  readonly work: (n: number) => Promise<void>;
}

/** A server that is filled with so many resources, and what is asked of it. */
export class Stored {
  readonly size: number;
  private readonly client: HttpClient;
  private readonly bot: string;
  private readonly count: number;
  /** So that about four have each family name, however many there are: a row asks for as much at every size. */
  private readonly families: number;
  private scheduleId = '';
  private readonly patients: Patient[] = [];
  private readonly slots: Slot[] = [];

  /**
   * @param bot - The id of a bot that does nothing.
   * @param count - Requests in a row.
   */
  constructor(client: HttpClient, bot: string, size: number, count: number) {
    this.client = client;
    this.bot = bot;
    this.size = size;
    this.count = count;
    this.families = 2 * Math.ceil((0.75 * size + count) / 8) + 1;
  }

  /** Three quarters Patients, a quarter Slots of one Schedule, 32 a day. */
  async fill(): Promise<void> {
    const { id } = await this.post({ resourceType: 'Schedule', actor: [{ reference: 'Practitioner/1' }] });
    this.scheduleId = id ?? '';
    for (let from = 0; from < this.size; from += 100) {
      const resources = Array.from({ length: Math.min(100, this.size - from) }, (_none, index) =>
        (from + index) % 4 === 0 ? this.slot(Math.floor((from + index) / 4)) : this.patient(from + index),
      );
      await this.sendBatch(resources);
    }
  }

  /** The rows in their order: what the first make, the later ones stand on. */
  rows(): Row[] {
    const { size, count } = this;
    const row = (name: string, work: Row['work'], times = count, clients = CLIENTS): Row => ({
      name,
      clients,
      times,
      work,
    });
    return [
      row('create Patient', async (n) => {
        this.patients[n] = (await this.post(this.patient(size + n))) as Patient;
      }),
      row('read', (n) => this.get(`Patient/${this.patients[n % count]?.id}`)),
      row('search by identifier', (n) => this.get(`Patient?identifier=${SID}|p${size + (n % count)}`)),
      row('search by name, sorted', (n) => this.get(`Patient?name=${this.family(n)}&_sort=name`)),
      row('update', (n) => this.update(n)),
      row(
        'batch of 20 creates',
        async (n) =>
          void (await this.sendBatch(Array.from({ length: 20 }, (_none, k) => this.patient(1_000_000 + n * 20 + k)))),
        Math.ceil(count / 10),
      ),
      row('create Slot', async (n) => {
        this.slots[n] = (await this.post(this.slot(200_000 + n))) as Slot;
      }),
      row('free slots of a day', (n) => this.findSlots(n)),
      row('transaction: PUT Slot (ifMatch), POST Appointment', (n) => this.book(n)),
      row('bot no-op through $execute', (n) => this.execute(n), Math.ceil(count / 3)),
      row('write to what the woken bot wrote', () => this.wake(), Math.ceil(count / 30), 1),
    ];
  }

  private async get(path: string): Promise<void> {
    check((await this.client.send('GET', path)).status, 200);
  }

  private async post(resource: Resource): Promise<Resource> {
    const { status, body } = await this.client.send('POST', resource.resourceType, resource);
    check(status, 201);
    return JSON.parse(body) as Resource;
  }

  private async sendBatch(resources: Resource[]): Promise<void> {
    const entry = resources.map((resource) => ({ resource, request: { method: 'POST', url: resource.resourceType } }));
    const { status } = await this.client.send('POST', '', { resourceType: 'Bundle', type: 'batch', entry });
    check(status, 200);
  }

  private async update(n: number): Promise<void> {
    const stored = this.patients[n % this.count];
    const { status } = await this.client.send('PUT', `Patient/${stored?.id}`, {
      ...stored,
      gender: n % 2 ? 'other' : 'male',
      deceasedDateTime: new Date(n * 1000).toISOString(),
    });
    check(status, 200);
  }

  private findSlots(n: number): Promise<void> {
    const days = Math.max(1, Math.floor(this.size / 4 / 32));
    const day = new Date(Date.parse(`${DAY}T00:00:00Z`) + (n % days) * 86_400_000);
    const next = new Date(day.getTime() + 86_400_000);
    return this.get(
      `Slot?schedule=Schedule/${this.scheduleId}&status=free&start=ge${day.toISOString()}&start=lt${next.toISOString()}&_count=100`,
    );
  }

  private async book(n: number): Promise<void> {
    const taken = this.slots[n];
    const { status } = await this.client.send('POST', '', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          request: { method: 'PUT', url: `Slot/${taken?.id}`, ifMatch: `W/"${taken?.meta?.versionId}"` },
          resource: { ...taken, status: 'busy' },
        },
        {
          request: { method: 'POST', url: 'Appointment' },
          resource: {
            resourceType: 'Appointment',
            status: 'booked',
            slot: [{ reference: `Slot/${taken?.id}` }],
            start: taken?.start,
            end: taken?.end,
            participant: [{ actor: { reference: `Patient/${n}` }, status: 'accepted' }],
          },
        },
      ],
    });
    check(status, 200);
  }

  private async execute(n: number): Promise<void> {
    check((await this.client.send('POST', `Bot/${this.bot}/$execute`, { n })).status, 200);
  }

  /** From a write to what the bot that it woke wrote. */
  private async wake(): Promise<void> {
    const { id } = await this.post({
      resourceType: 'Basic',
      code: { text: 'question' },
      identifier: [{ system: SID, value: ASK }],
    });
    for (let answered = 0; answered === 0;) {
      const { body } = await this.client.send('GET', `Basic?identifier=${SID}|${id}&_total=accurate`);
      answered = (JSON.parse(body) as Bundle).total ?? 0;
    }
  }

  /** Of one length: a search finds what begins with a name, too. */
  private family(n: number): string {
    return `Family${String(n % this.families).padStart(6, '0')}`;
  }

  private patient(n: number): Patient {
    return {
      resourceType: 'Patient',
      active: true,
      identifier: [{ system: SID, value: `p${n}` }],
      name: [{ use: 'official', given: [`Given${n % 97}`], family: this.family(n) }],
      gender: n % 2 ? 'female' : 'male',
      birthDate: `19${String(40 + (n % 60)).padStart(2, '0')}-0${1 + (n % 9)}-1${n % 9}`,
      telecom: [{ system: 'phone', value: `+1202555${String(n % 10000).padStart(4, '0')}` }],
      address: [{ line: [`${n} River Street`], city: 'Springfield', state: 'NY', postalCode: '10001' }],
    };
  }

  private slot(n: number): Slot {
    const start = new Date(Date.parse(`${DAY}T08:00:00Z`) + Math.floor(n / 32) * 86_400_000 + (n % 32) * 900_000);
    return {
      resourceType: 'Slot',
      schedule: { reference: `Schedule/${this.scheduleId}` },
      status: 'free',
      start: start.toISOString(),
      end: new Date(start.getTime() + 900_000).toISOString(),
    };
  }
}

function check(status: number, expected: number): void {
  if (status !== expected) {
    throw new Error(`Expected ${expected}, got ${status}`);
  }
}
