import { becomes, deleted, updated, when } from './when.ts';
import type { Rule } from './when.ts';

const rebooked = '%previous.start != %current.start or %previous.end != %current.end';

/** By a program that goes without slots. The time of its actors is taken all the same. */
const withoutSlot = '%current.slot.empty()';

export default [
  when('Appointment', becomes('waitlist')).run('scheduling/wait'),
  when('Appointment', becomes('booked')).run('journeys/start'),
  when('Appointment', updated(rebooked)).run('journeys/advance'),
  when('Appointment', becomes('arrived')).run('journeys/advance'),
  when('Appointment', becomes('checked-in')).run('journeys/advance'),
  when('Appointment', becomes('fulfilled')).run('journeys/advance'),
  when('Appointment', becomes('noshow')).run('journeys/advance', 'journeys/start-by-event'),
  when('Appointment', becomes('cancelled')).run('scheduling/give-back', 'journeys/revoke'),
  when('Appointment', becomes('entered-in-error')).run('scheduling/give-back', 'journeys/revoke'),
  when('Appointment', deleted()).run('scheduling/give-back', 'scheduling/watch', 'journeys/revoke'),
  when('Appointment', { criteria: 'status=booked', condition: withoutSlot }).run('scheduling/watch'),
  when('Appointment', { criteria: 'status=cancelled', condition: withoutSlot }).run('scheduling/watch'),
] satisfies Rule[];
