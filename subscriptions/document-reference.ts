import { created, updated, when } from './when.ts';
import type { Rule } from './when.ts';

const transcript = 'type=https://careline.dev/fhir/CodeSystem/document-type|transcript';

/** What a draft depends on was changed. Not the link to the draft, which the scribe itself sets. */
const amended = [
  '%previous.content != %current.content',
  '%previous.status != %current.status',
  "(%previous.type.coding.code & '') != (%current.type.coding.code & '')",
  "(%previous.subject.reference & '') != (%current.subject.reference & '')",
  "(%previous.context.encounter.first().reference & '') != (%current.context.encounter.first().reference & '')",
].join(' or ');

export default [
  when('DocumentReference', created(transcript)).run('scribe/draft'),
  when('DocumentReference', updated(amended, transcript)).run('scribe/draft'),
] satisfies Rule[];
