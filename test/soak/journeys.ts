import { isDeepStrictEqual } from 'node:util';
import type { WithId } from '@medplum/core';
import { evalFhirPathTyped, matchesSearchRequest, parseSearchRequest, toTypedValue } from '@medplum/core';
import type { Appointment, Encounter, Resource } from '@medplum/fhirtypes';
import { botName } from '../../scripts/lib/bots.ts';
import { rules } from '../../subscriptions/index.ts';
import { bookDirectly, messagesOf, outcomeOf, setDeliveries, setStatus } from '../appointments.ts';
import type { Outcome } from '../appointments.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';
import { Random } from './random.ts';

export interface JourneySoak {
  readonly seed: number;
  readonly runs: number;
  readonly progress?: (text: string) => void;
}

/** What a client or another program does about a visit, in order. */
const STORIES: Readonly<Record<string, readonly string[]>> = {
  visit: ['arrived', 'start', 'finish'],
  'no check-in': ['start', 'finish'],
  'appointment first': ['arrived', 'start', 'fulfil', 'finish'],
  'check-in undone': ['arrived', 'booked', 'arrived', 'start', 'finish'],
  missed: ['noshow'],
  'missed, but late': ['noshow', 'start', 'finish'],
  cancelled: ['cancelled'],
};

interface Delivery {
  readonly bot: string;
  readonly resource: Resource;
}

/**
 * Plays visits with every delivery of every bot lost, doubled, late or out of order at random, and the sweeps after it.
 * Each must end as it does when everything is delivered, with no message twice.
 * @returns What ended otherwise, with the story; the seed repeats it.
 */
export async function soakJourneys({ seed, runs, progress = () => undefined }: JourneySoak): Promise<string[]> {
  const random = new Random(seed);
  const clinic = await startClinic({ now: '2030-03-04T12:00:00Z' });
  try {
    const expected = new Map<string, object>();
    for (const name of Object.keys(STORIES)) {
      expected.set(name, (await play(clinic, name, undefined)).outcome);
    }
    await setDeliveries(clinic, 'off');
    const bots = new Map(
      (await clinic.medplum.searchResources('Bot', { _count: '1000' })).map((bot) => [bot.name, bot.id]),
    );
    const violations: string[] = [];
    for (let run = 0; run < runs; run++) {
      const name = random.pick(Object.keys(STORIES));
      const { outcome, messages } = await play(clinic, name, { random, bots });
      // What was cancelled before anybody heard of the booking never began, and nobody was told of it.
      const neverBegan = name === 'cancelled' && outcome.journeys.length === 0 && messages.length === 0;
      if (!neverBegan && !isDeepStrictEqual(outcome, expected.get(name))) {
        violations.push(`Run ${run}, ${name}: ${JSON.stringify(outcome)} is not ${JSON.stringify(expected.get(name))}`);
      }
      if (new Set(messages).size < messages.length || messages.some((message) => !message.endsWith(' completed'))) {
        violations.push(`Run ${run}, ${name}: messages ${messages.join(', ')}`);
      }
      if (run % 50 === 49) {
        progress(`${run + 1} runs, ${violations.length} violations`);
      }
    }
    return violations;
  } finally {
    await clinic.close();
  }
}

interface Chaos {
  readonly random: Random;
  readonly bots: ReadonlyMap<string | undefined, string>;
}

/** One visit. What depends on when a delivery came is left out of the outcome: which messages still made sense. */
async function play(
  clinic: Clinic,
  name: string,
  chaos: Chaos | undefined,
): Promise<{ outcome: Omit<Outcome, 'messages' | 'requests'>; messages: readonly string[] }> {
  const start = new Date(clinic.clock.now() + 2 * 3_600_000).toISOString();
  const appointment = await bookDirectly(clinic, await clinic.newPatient(), start);
  const waiting: Delivery[] = woken(undefined, appointment);
  const deliver = async (): Promise<void> =>
    chaos ? someOf(clinic, waiting, appointment, chaos) : clinic.server.drain();
  await deliver();
  let encounter: WithId<Encounter> | undefined;
  for (const step of STORIES[name] ?? []) {
    const before: Resource[] = [await clinic.medplum.readResource('Appointment', appointment.id, { cache: 'reload' })];
    if (step === 'start') {
      const made = await clinic.call<WithId<Encounter>>('Appointment/$start-encounter', {
        appointment: `Appointment/${appointment.id}`,
      });
      encounter = made;
      waiting.push(...woken(undefined, made));
    } else if (step === 'finish' && encounter) {
      const former = await clinic.medplum.readResource('Encounter', encounter.id, { cache: 'reload' });
      await setStatus(clinic, encounter, 'finished');
      waiting.push(...woken(former, await clinic.medplum.readResource('Encounter', encounter.id, { cache: 'reload' })));
    } else {
      await setStatus(clinic, appointment, step === 'fulfil' ? 'fulfilled' : step);
    }
    const after = await clinic.medplum.readResource('Appointment', appointment.id, { cache: 'reload' });
    waiting.push(...woken(before[0], after));
    await deliver();
  }
  await clinic.server.advance({ minutes: 16 });
  const { appointment: state, journeys, linked, stages, encounters, messages } = await outcomeOf(clinic, appointment);
  return { outcome: { appointment: state, journeys, linked, stages, encounters }, messages };
}

/** Delivers some of what waits: in any order, some of it twice at once; what is left may come later, or never. */
async function someOf(
  clinic: Clinic,
  waiting: Delivery[],
  appointment: WithId<Appointment>,
  { random, bots }: Chaos,
): Promise<void> {
  for (const message of await messagesOf(clinic.medplum, appointment)) {
    waiting.push(...woken(undefined, message));
  }
  const count = random.between(0, waiting.length);
  for (let n = 0; n < count; n++) {
    const { bot, resource } = random.pick(waiting);
    const id = bots.get(botName(bot)) ?? '';
    const once = (): Promise<unknown> => clinic.medplum.executeBot(id, resource, 'application/fhir+json');
    await Promise.all(random.next() < 0.5 ? [once(), once()] : [once()]);
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
