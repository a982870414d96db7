import type { OperationOutcome } from '@medplum/fhirtypes';
import { operation } from '../runtime/definition.ts';
import type { OperationRun } from '../runtime/definition.ts';
import { searchAll } from '../runtime/load.ts';
import { reference } from '../runtime/parameters.ts';
import type { Ref } from '../runtime/parameters.ts';
import { staff } from '../runtime/requester.ts';
import { unchanged } from '../runtime/writes.ts';
import { transcriptOf } from './fhir/document.ts';
import { loadNote } from './load-note.ts';
import { validateNote } from './validation.ts';
import type { ValidationState } from './validation.ts';

export default operation({
  name: 'scribe/validate-note',
  description: 'Says what a clinician should look at before signing a note.',
  code: 'validate-note',
  resource: 'Composition',
  input: { composition: reference('Composition') },
  returns: 'OperationOutcome',
  access: {
    AllergyIntolerance: 'read',
    Binary: 'read',
    Composition: 'read',
    Condition: 'read',
    DocumentReference: 'read',
    Encounter: 'read',
    MedicationRequest: 'read',
    Observation: 'read',
    Provenance: 'read',
    ServiceRequest: 'read',
  },
  who: staff('practitioner', 'nurse'),
  load: loadValidation,
  decide: (state) => unchanged(outcomeOf(state)),
});

/** An OperationOutcome has at least one issue, so it says that there is none. */
function outcomeOf(state: ValidationState): OperationOutcome {
  const issue = validateNote(state);
  const none = { severity: 'information', code: 'informational', details: { text: 'Nothing to look at was found.' } };
  return { resourceType: 'OperationOutcome', issue: issue.length > 0 ? issue : [none as (typeof issue)[number]] };
}

async function loadValidation(
  { fhir }: OperationRun,
  input: { composition: Ref<'Composition'> },
): Promise<ValidationState> {
  const note = await loadNote(fhir, input.composition);
  const patient = note.composition.subject?.reference;
  return {
    ...note,
    allergies: patient?.startsWith('Patient/') ? await searchAll(fhir, 'AllergyIntolerance', { patient }) : [],
    transcript: note.source && textOf(await transcriptOf(fhir, note.source)),
  };
}

const textOf = (transcript: Awaited<ReturnType<typeof transcriptOf>>): string | undefined =>
  'text' in transcript ? transcript.text : undefined;
