import { saved, when } from './when.ts';
import type { Rule } from './when.ts';

/** A diagnosis stands that did not before: confirmed, and not over. What is left open counts as said. */
const CONFIRMED = (version: string): string =>
  `((${version}.verificationStatus.exists().not() or ${version}.verificationStatus.coding.where(code = 'confirmed').exists())` +
  ` and (${version}.clinicalStatus.exists().not() or ${version}.clinicalStatus.coding.where(code = 'active' or code = 'recurrence' or code = 'relapse').exists()))`;

const comesToStand = `${CONFIRMED('%current')} and (%previous.subject.exists().not() or ${CONFIRMED('%previous')}.not())`;

export default [when('Condition', saved(comesToStand)).run('journeys/start-by-event')] satisfies Rule[];
