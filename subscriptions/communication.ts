import { becomes, when } from './when.ts';
import type { Rule } from './when.ts';

/** A message of a journey is settled: it may have been the last one. */
function settledAs(status: string): ReturnType<typeof becomes> {
  const { criteria, condition } = becomes(status);
  return {
    criteria,
    condition: `(${condition}) and %current.basedOn.where(reference.startsWith('CarePlan/')).exists()`,
  };
}

export default [
  when('Communication', becomes('preparation')).run('messages/send'),
  when('Communication', settledAs('completed')).run('journeys/advance'),
  when('Communication', settledAs('not-done')).run('journeys/advance'),
] satisfies Rule[];
