import { becomes, updated, when } from './when.ts';
import type { Rule } from './when.ts';

/** One that waits, or goes on, came there from another status. */
const moved =
  "%previous.status != %current.status and %current.status != 'finished' and %current.status != 'cancelled'";

export default [
  when('Encounter', becomes('in-progress')).run('journeys/advance', 'journeys/start-by-event'),
  when('Encounter', updated(moved)).run('encounters/complete'),
  when('Encounter', { ...becomes('in-progress'), interaction: 'create' }).run('encounters/complete'),
  when('Encounter', becomes('finished')).run('encounters/complete', 'journeys/advance', 'journeys/start-by-event'),
  when('Encounter', becomes('cancelled')).run('encounters/complete'),
] satisfies Rule[];
