import { becomes, deleted, saved, updated, when } from './when.ts';
import type { Rule } from './when.ts';

const rebooked = '%previous.start != %current.start or %previous.end != %current.end';

/** By a program that goes without slots. The time of its actors is taken all the same. */
const withoutSlot = '%current.slot.empty()';

/** An operation has looked at what a bot writes. */
const byNoBot = "%current.meta.author.reference.startsWith('Bot/').not()";

const takesPlace = [
  '%current.slot.exists()',
  "(%previous.status.exists().not() or (%previous.status != 'booked' and %previous.status != 'pending') or (%current.slot.reference | %previous.slot.reference).count() > %previous.slot.count())",
  byNoBot,
].join(' and ');

const cameLate = `%previous.status = 'noshow' and ${byNoBot}`;

export default [
  when('Appointment', becomes('waitlist')).run('scheduling/wait'),
  when('Appointment', becomes('booked')).run('journeys/start'),
  when('Appointment', updated(rebooked)).run('journeys/advance'),
  when('Appointment', becomes('arrived', 'checked-in', 'fulfilled', 'noshow')).run('journeys/advance'),
  when('Appointment', becomes('noshow')).run('journeys/start-by-event'),
  when('Appointment', becomes('cancelled', 'entered-in-error')).run('scheduling/give-back', 'journeys/revoke'),
  when('Appointment', deleted()).run('scheduling/give-back', 'scheduling/watch', 'journeys/revoke'),
  when('Appointment', saved(withoutSlot, 'status=booked,cancelled')).run('scheduling/watch'),
  when('Appointment', saved(takesPlace, 'status=booked,pending')).run('scheduling/raise-unchecked'),
  when('Appointment', updated(cameLate, 'status=arrived,checked-in')).run('scheduling/raise-unchecked'),
] satisfies Rule[];
