import { startClinic } from '../clinic.ts';
import type { SoakServer } from './scheduling.ts';

export type EmbeddedSoakServer = SoakServer & { readonly close: () => Promise<void> };

/** The embedded server in memory, on a clock that stands still while the desks work. */
export async function embeddedSoakServer(): Promise<EmbeddedSoakServer> {
  const { server, clock, medplum, close } = await startClinic({ now: '2026-03-02T04:00:00Z' });
  return {
    medplum,
    now: () => clock.now(),
    // What Medplum does: the Appointment is cancelled, and its slots are deleted, whoever else has a place there.
    nativeCancel: async ({ id, slots }) => {
      const appointment = await medplum.readResource('Appointment', id, { cache: 'reload' });
      if (appointment.status === 'cancelled') {
        throw new Error('It is cancelled already.');
      }
      const url = `Appointment/${id}`;
      await medplum.executeBatch({
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          { request: { method: 'PUT', url }, resource: { ...appointment, status: 'cancelled' } },
          ...slots.map((slot) => ({ request: { method: 'DELETE' as const, url: `Slot/${slot}` } })),
        ],
      });
    },
    pass: async (round) => {
      // Sometimes the bots are there before the next round, sometimes expired holds are still in the way.
      if (round % 2 === 0) {
        await server.advance({ minutes: 6 });
      } else {
        clock.moveTo(clock.now() + 5 * 60_000);
      }
    },
    settle: async (isRight) => {
      await server.drain();
      if (!(await isRight())) {
        await server.advance({ minutes: 6 });
        await isRight();
      }
    },
    close,
  };
}
