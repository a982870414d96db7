import type { MedplumClient, WithId } from '@medplum/core';
import type { Composition, Encounter } from '@medplum/fhirtypes';
import { operation } from '../runtime/definition.ts';
import type { OperationRun } from '../runtime/definition.ts';
import { ofType, read, readTogether } from '../runtime/load.ts';
import { refuse } from '../runtime/outcome.ts';
import { described, many, optional, reference } from '../runtime/parameters.ts';
import type { Ref } from '../runtime/parameters.ts';
import { staff } from '../runtime/requester.ts';
import type { Requester } from '../runtime/requester.ts';
import { loadNote } from './load-note.ts';
import { sign } from './signing.ts';
import type { SigningState } from './signing.ts';

export default operation({
  name: 'scribe/sign',
  description:
    'Signs a note for a practitioner of its encounter, and orders and confirms what they accept of its draft.',
  code: 'sign',
  resource: 'Composition',
  input: {
    composition: reference('Composition'),
    accept: described(
      optional(many(reference('Condition', 'MedicationRequest', 'ServiceRequest', 'Observation'))),
      'What of the draft is accepted. The rest is refuted or entered in error.',
    ),
    practitioner: described(optional(reference('Practitioner')), 'Who signs, where a program asks for them.'),
  },
  returns: 'Composition',
  access: {
    Composition: 'write',
    Condition: 'write',
    DocumentReference: 'read',
    Encounter: 'read',
    MedicationRequest: 'write',
    Observation: 'write',
    Practitioner: 'read',
    Provenance: 'create',
    ServiceRequest: 'write',
  },
  who: staff('practitioner'),
  load: loadSigning,
  decide: (state, { accept }, { now }) => sign(state, accept ?? [], now),
});

async function loadSigning(
  { fhir, requester }: OperationRun,
  input: { composition: Ref<'Composition'>; practitioner: Ref<'Practitioner'> | undefined },
): Promise<SigningState> {
  const practitioner = await read(fhir, signerOf(requester, input.practitioner), 'practitioner');
  const note = await loadNote(fhir, input.composition);
  return {
    ...note,
    practitioner,
    drafted: await asDrafted(fhir, note.composition),
    participants: note.encounter ? await participantsOf(fhir, note.encounter) : [],
  };
}

/** A person signs for themself; a program says for whom. */
function signerOf(requester: Requester, named: Ref<'Practitioner'> | undefined): Ref<'Practitioner'> {
  if (requester.kind === 'program') {
    return named ?? refuse('required', 'practitioner', 'A program names the practitioner that it signs for.');
  }
  if (named && named !== requester.reference) {
    return refuse('forbidden', 'practitioner', 'A practitioner signs for themself only.');
  }
  return requester.reference as Ref<'Practitioner'>;
}

/** The first version of a note that a Device wrote. */
async function asDrafted(
  fhir: MedplumClient,
  composition: WithId<Composition>,
): Promise<WithId<Composition> | undefined> {
  const { entry = [] } = await fhir.readHistory('Composition', composition.id, { count: 1000 });
  const first = entry.at(-1)?.resource;
  const byDevice = first?.author?.some(({ reference }) => reference?.startsWith('Device/'));
  return byDevice ? first : undefined;
}

/** The Practitioners of an encounter, also those who take part by a PractitionerRole. */
async function participantsOf(fhir: MedplumClient, encounter: WithId<Encounter>): Promise<string[]> {
  const individuals = encounter.participant?.flatMap(({ individual }) => individual?.reference ?? []) ?? [];
  const roles = individuals.filter((individual) => /^PractitionerRole\/[A-Za-z0-9.-]{1,64}$/.test(individual));
  const found = roles.length > 0 ? (await readTogether(fhir, roles)).flat() : [];
  const byRole = ofType(found, 'PractitionerRole').flatMap(({ practitioner }) => practitioner?.reference ?? []);
  return [...individuals, ...byRole];
}
