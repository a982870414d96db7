import type { MedplumClient, WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Appointment, Slot } from '@medplum/fhirtypes';
import { startClinic } from '../clinic.ts';
import type { NativeOperations } from './native-beside.ts';
import type { SoakServer } from './scheduling.ts';

export type EmbeddedSoakServer = SoakServer & { readonly close: () => Promise<void> };

/** The embedded server in memory, on a clock that stands still while the desks work. */
export async function embeddedSoakServer(): Promise<EmbeddedSoakServer> {
  const { server, clock, medplum, close } = await startClinic({ now: '2026-03-02T04:00:00Z' });
  const native = nativeOn(medplum);
  return {
    medplum,
    now: () => clock.now(),
    nativeCancel: async ({ id }) => native.cancel(await medplum.readResource('Appointment', id, { cache: 'reload' })),
    native,
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

/** What Medplum's own operations write. Theirs run in a serializable transaction; here a request is over before the next. */
function nativeOn(medplum: MedplumClient): NativeOperations {
  return {
    book: async ({ schedule, start, end, serviceType }, patient) => {
      const query = { schedule: schedule.reference as string, start: `lt${end}`, _count: '1000' };
      const before = await medplum.searchResources('Slot', query, { cache: 'reload' });
      if (before.some((other) => other.status !== 'free' && other.end > start)) {
        return undefined;
      }
      const busy: Slot = {
        resourceType: 'Slot',
        schedule,
        status: 'busy',
        start,
        end,
        ...(serviceType && { serviceType }),
      };
      const slot = await medplum.createResource(busy);
      return medplum.createResource<Appointment>({
        resourceType: 'Appointment',
        status: 'booked',
        slot: [createReference(slot)],
        start,
        end,
        participant: [{ actor: createReference(patient), status: 'accepted' }],
      });
    },
    // The Appointment is cancelled, and its slots are deleted, whoever else has a place there.
    cancel: async (appointment) => {
      if (appointment.status === 'cancelled') {
        throw new Error('It is cancelled already.');
      }
      const url = `Appointment/${appointment.id}`;
      await medplum.executeBatch({
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          {
            request: { method: 'PUT', url },
            resource: { ...appointment, status: 'cancelled' } satisfies WithId<Appointment>,
          },
          ...(appointment.slot ?? []).map(({ reference }) => ({
            request: { method: 'DELETE' as const, url: reference as string },
          })),
        ],
      });
    },
  };
}
