import { becomes, created, updated, when } from './when.ts';
import type { Rule } from './when.ts';

const moved = '%previous.status != %current.status';

export default [
  when('Encounter', updated(moved)).run('encounters/complete'),
  when('Encounter', created('status=in-progress,finished,cancelled')).run('encounters/complete'),
  when('Encounter', becomes('in-progress', 'finished')).run('journeys/advance', 'journeys/start-by-event'),
] satisfies Rule[];
