import { becomes, updated, when } from './when.ts';
import type { Rule } from './when.ts';

/** A message of a journey is settled: it may have been the last one. */
function settled(): ReturnType<typeof becomes> {
  const { criteria, condition } = becomes('completed', 'not-done');
  return {
    criteria,
    condition: `(${condition}) and %current.basedOn.where(reference.startsWith('CarePlan/')).exists()`,
  };
}

/** Somebody wrote to the clinic, or was answered. */
function conversation(): ReturnType<typeof becomes> {
  const { criteria, condition } = becomes('completed');
  const fromOutside = [
    "%current.sender.reference.where($this.startsWith('Patient/') or $this.startsWith('RelatedPerson/')).exists()",
    "%current.category.coding.where(code = 'incoming').exists()",
    '%current.inResponseTo.exists()',
  ].join(' or ');
  return { criteria, condition: `(${condition}) and (${fromOutside})` };
}

/** Somebody has said whose the thread of an unknown sender is. */
const matched =
  "%current.category.coding.where(code = 'unknown-sender').exists() and %current.subject.exists() and %previous.subject.exists().not()";

export default [
  when('Communication', becomes('preparation')).run('messages/send'),
  when('Communication', conversation()).run('messages/attend'),
  when('Communication', updated(matched)).run('messages/match-sender'),
  when('Communication', settled()).run('journeys/advance'),
] satisfies Rule[];
