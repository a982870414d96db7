import { deleted, saved, when } from './when.ts';
import type { Rule } from './when.ts';

export default [
  when('Schedule', saved()).run('scheduling/regenerate-slots'),
  when('Schedule', deleted()).run('scheduling/regenerate-slots'),
] satisfies Rule[];
