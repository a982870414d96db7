import { created, updated, when } from './when.ts';
import type { Rule } from './when.ts';

export default [
  when('Patient', created()).run('journeys/start-by-event'),
  when('Patient', updated()).run('journeys/advance'),
] satisfies Rule[];
