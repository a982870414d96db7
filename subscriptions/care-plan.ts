import { becomes, when } from './when.ts';
import type { Rule } from './when.ts';

export default [
  when('CarePlan', becomes('revoked')).run('journeys/revoke'),
  // One that rested goes on; a new one is where it has to be already.
  when('CarePlan', { ...becomes('active'), interaction: 'update' }).run('journeys/advance'),
] satisfies Rule[];
