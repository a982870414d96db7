import { becomes, when } from './when.ts';
import type { Rule } from './when.ts';

export default [
  when('Encounter', becomes('in-progress')).run('journeys/advance', 'journeys/start-by-event'),
  when('Encounter', becomes('finished')).run('encounters/complete', 'journeys/advance', 'journeys/start-by-event'),
  when('Encounter', becomes('cancelled')).run('encounters/complete'),
] satisfies Rule[];
