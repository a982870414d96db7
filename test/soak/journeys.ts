import { isDeepStrictEqual } from 'node:util';
import type { WithId } from '@medplum/core';
import type { Encounter, Resource } from '@medplum/fhirtypes';
import { bookDirectly, messagesOf, outcomeOf, passes, setStatus } from '../appointments.ts';
import type { Outcome } from '../appointments.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';
import { Deliveries } from './deliveries.ts';
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
  rebooked: ['rebook', 'arrived', 'start', 'finish'],
  missed: ['noshow'],
  'missed, but late': ['noshow', 'start', 'finish'],
  cancelled: ['cancelled'],
};

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
    const deliveries = await Deliveries.takeOver(clinic, random);
    const violations: string[] = [];
    for (let run = 0; run < runs; run++) {
      const name = random.pick(Object.keys(STORIES));
      const { outcome, messages } = await play(clinic, name, deliveries);
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

/** One visit. What depends on when a delivery came is left out of the outcome: which messages still made sense. */
async function play(
  clinic: Clinic,
  name: string,
  deliveries: Deliveries | undefined,
): Promise<{ outcome: Omit<Outcome, 'messages' | 'requests'>; messages: readonly string[] }> {
  const start = new Date(clinic.clock.now() + 2 * 3_600_000).toISOString();
  const appointment = await bookDirectly(clinic, await clinic.newPatient(), start);
  deliveries?.forget();
  deliveries?.note(undefined, appointment);
  const deliver = async (): Promise<void> => {
    if (!deliveries) {
      return clinic.server.drain();
    }
    for (const message of await messagesOf(clinic.medplum, appointment)) {
      deliveries.note(undefined, message);
    }
    await deliveries.some();
  };
  await deliver();
  let encounter: WithId<Encounter> | undefined;
  for (const step of STORIES[name] ?? []) {
    const before: Resource[] = [await clinic.medplum.readResource('Appointment', appointment.id, { cache: 'reload' })];
    if (step === 'start') {
      const made = await clinic.call<WithId<Encounter>>('Appointment/$start-encounter', {
        appointment: `Appointment/${appointment.id}`,
      });
      encounter = made;
      deliveries?.note(undefined, made);
    } else if (step === 'finish' && encounter) {
      const former = await clinic.medplum.readResource('Encounter', encounter.id, { cache: 'reload' });
      await setStatus(clinic, encounter, 'finished');
      deliveries?.note(former, await clinic.medplum.readResource('Encounter', encounter.id, { cache: 'reload' }));
    } else if (step === 'rebook') {
      const later = new Date(clinic.clock.now() + 4 * 3_600_000).toISOString();
      const end = new Date(clinic.clock.now() + 4.5 * 3_600_000).toISOString();
      await clinic.medplum.patchResource('Appointment', appointment.id, [
        { op: 'replace', path: '/start', value: later },
        { op: 'replace', path: '/end', value: end },
      ]);
    } else {
      await setStatus(clinic, appointment, step === 'fulfil' ? 'fulfilled' : step);
    }
    const after = await clinic.medplum.readResource('Appointment', appointment.id, { cache: 'reload' });
    deliveries?.note(before[0], after);
    await deliver();
  }
  await passes(clinic, 3);
  const { appointment: state, journeys, linked, stages, encounters, messages } = await outcomeOf(clinic, appointment);
  return { outcome: { appointment: state, journeys, linked, stages, encounters }, messages };
}
