import { evalFhirPathTyped, matchesSearchRequest, parseSearchRequest, toTypedValue } from '@medplum/core';
import type { MedplumClient } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { botName } from '../../scripts/lib/bots.ts';
import { rules } from '../../subscriptions/index.ts';
import { setDeliveries } from '../appointments.ts';
import type { Clinic } from '../clinic.ts';
import type { Random } from './random.ts';

interface Delivery {
  readonly bot: string;
  readonly resource: Resource;
}

/** What the event table would deliver, of which a soak delivers some: in any order, some of it twice at once. */
export class Deliveries {
  private readonly medplum: MedplumClient;
  private readonly bots: ReadonlyMap<string | undefined, string>;
  private readonly random: Random;
  private waiting: Delivery[] = [];

  private constructor(medplum: MedplumClient, bots: ReadonlyMap<string | undefined, string>, random: Random) {
    this.medplum = medplum;
    this.bots = bots;
    this.random = random;
  }

  /** From now on a clinic's server delivers nothing by itself. */
  static async takeOver(clinic: Clinic, random: Random): Promise<Deliveries> {
    await setDeliveries(clinic, 'off');
    const bots = await clinic.medplum.searchResources('Bot', { _count: '1000' });
    return new Deliveries(clinic.medplum, new Map(bots.map((bot) => [bot.name, bot.id])), random);
  }

  /** Another story begins: what was not delivered of the last one never will be. */
  forget(): void {
    this.waiting = [];
  }

  /** A change that bots ought to hear of. */
  note(before: Resource | undefined, after: Resource): void {
    this.waiting.push(...woken(before, after));
  }

  /** Delivers some of what waits; what is left may come later, or never. */
  async some(): Promise<void> {
    const count = this.random.between(0, this.waiting.length);
    for (let n = 0; n < count; n++) {
      const { bot, resource } = this.random.pick(this.waiting);
      const id = this.bots.get(botName(bot)) ?? '';
      const once = (): Promise<unknown> => this.medplum.executeBot(id, resource, 'application/fhir+json');
      await Promise.all(this.random.next() < 0.5 ? [once(), once()] : [once()]);
    }
  }
}

/** The bots that the event table wakes by a change. */
function woken(before: Resource | undefined, after: Resource): Delivery[] {
  return rules
    .filter(({ resourceType, criteria, condition, interaction }) => {
      const isKind = interaction === undefined || interaction === (before ? 'update' : 'create');
      const changed = evaluates(condition, before, after);
      const query = parseSearchRequest(criteria ? `${resourceType}?${criteria}` : resourceType);
      return resourceType === after.resourceType && isKind && changed && matchesSearchRequest(after, query);
    })
    .flatMap(({ bots }) => bots.map((bot) => ({ bot, resource: after })));
}

function evaluates(condition: string | undefined, before: Resource | undefined, after: Resource): boolean {
  if (condition === undefined) {
    return true;
  }
  const variables = { '%current': toTypedValue(after), '%previous': toTypedValue(before ?? {}) };
  return evalFhirPathTyped(condition, [toTypedValue(after)], variables)[0]?.value === true;
}
