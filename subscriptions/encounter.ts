import { becomes, when } from './when.ts';
import type { Rule } from './when.ts';

export default [
  when('Encounter', becomes('in-progress')).run('journeys/advance'),
  when('Encounter', becomes('finished')).run('encounters/complete', 'journeys/advance'),
] satisfies Rule[];
