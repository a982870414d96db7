import { cron } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { ofType, searchAll } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { unchanged, updateUnasked } from '../runtime/writes.ts';
import { isExpired } from './appointment-states.ts';
import { loadCalendar } from './calendar.ts';
import { GIVING_ACCESS, recountWrites, slotsOf } from './giving.ts';
import { expiredHold, withAppointment } from './taking.ts';
import { slotIdsOf } from './visit.ts';

export default cron({
  name: 'scheduling/expire-holds',
  description: 'Cancels holds whose time is over, or puts them back on the waitlist, and gives their places back.',
  schedule: '* * * * *',
  access: GIVING_ACCESS,
  timeout: 50,
  handle: async ({ fhir, now }) => {
    const pending = await searchAll(fhir, 'Appointment', { status: 'pending' });
    const expired = pending.filter((appointment) => isExpired(appointment, now));
    await each(expired, (held) =>
      settle({
        fhir,
        load: () => loadCalendar(fhir, slotIdsOf(held), [`Appointment/${held.id}`], 2),
        decide: ({ calendar, beside }) => {
          const [current] = ofType(beside, 'Appointment');
          if (!current || !isExpired(current, now)) {
            return unchanged(undefined);
          }
          const ended = expiredHold(current, now);
          const recounts = recountWrites(slotsOf(current, calendar), withAppointment(calendar, ended), now);
          return { writes: [...recounts, updateUnasked(ended)], result: undefined };
        },
      }),
    );
  },
});
