import { deleted, saved, updated, when } from './when.ts';
import type { Rule } from './when.ts';

/** A place came back: by a cancellation, an expired hold, a move or an unblocking. New slots wait for the sweep. */
const comesFree = "%previous.status != 'free' and %current.status = 'free'";

/** Written by somebody else: Medplum's own $book, an import, an administrator. */
const foreign = [
  "%current.meta.tag.where(system = 'https://careline.dev/fhir/CodeSystem/slot-origin').empty()",
  "%current.extension.where(url = 'https://careline.dev/fhir/StructureDefinition/slot-places-taken').empty()",
  "%current.identifier.where(system = 'https://careline.dev/fhir/sid/taken-by').empty()",
].join(' and ');

export default [
  when('Slot', updated(comesFree, 'status=free')).run('scheduling/offer-place'),
  when('Slot', saved(foreign, 'status=busy,busy-tentative,busy-unavailable')).run('scheduling/watch'),
  when('Slot', deleted('status=busy,busy-tentative,busy-unavailable')).run('scheduling/watch'),
] satisfies Rule[];
