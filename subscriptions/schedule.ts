import { created, deleted, updated, when } from './when.ts';
import type { Rule } from './when.ts';

export default [
  when('Schedule', created()).run('scheduling/regenerate-slots'),
  when('Schedule', updated()).run('scheduling/regenerate-slots'),
  when('Schedule', deleted()).run('scheduling/regenerate-slots'),
] satisfies Rule[];
