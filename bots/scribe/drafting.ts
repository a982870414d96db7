import { Buffer } from 'node:buffer';
import { createReference } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type {
  Composition,
  Device,
  DocumentReference,
  Encounter,
  Patient,
  Provenance,
  Reference,
  Resource,
} from '@medplum/fhirtypes';
import { ticket } from '../runtime/ticket.ts';
import { create, unchanged, update } from '../runtime/writes.ts';
import type { Decision, Write } from '../runtime/writes.ts';
import type { DraftContext } from './fhir/context.ts';
import { draftKey, isTranscript } from './fhir/document.ts';
import type { Transcript, Unusable } from './fhir/document.ts';
import { draftedResources, inOrder, referenceTo } from './fhir/drafted-resources.ts';
import { fit } from './fhir/fit.ts';
import { SCRIBE_SID } from './fhir/identity.ts';
import type { Making } from './fhir/making.ts';
import { withoutProgress } from './fhir/progress.ts';
import { draftKeyOf, draftProvenance } from './fhir/provenance.ts';
import { withdrawn } from './fhir/withdrawal.ts';
import type { Draft } from './types.ts';

/** A draft that was made from the document before: its Provenance, and what that targets. */
export interface EarlierDraft {
  readonly key: string | undefined;
  readonly composition: WithId<Composition> | undefined;
  readonly resources: readonly WithId<Resource>[];
}

/** What drafting a document depends on. */
export interface DraftingState {
  readonly document: WithId<DocumentReference>;
  /** Those that the document names, if they exist. */
  readonly encounter: WithId<Encounter> | undefined;
  readonly patient: WithId<Patient> | undefined;
  readonly earlier: readonly EarlierDraft[];
  readonly transcript: Transcript;
  /** Whether a person has been told already that this content cannot be drafted. */
  readonly ticketed: boolean;
  readonly author: Reference<Device>;
  /** What there is to say about how the author came to draft it. */
  readonly making?: Making;
}

/**
 * What a run came to. After `superseded` there is a new draft to make. `wanted`: a draft is to be made, and the scribe has
 * not been asked yet; `audio`: what was said is to be transcribed first.
 */
export type Outcome = 'drafted' | 'superseded' | 'ticketed' | 'linked' | 'unchanged' | 'wanted' | 'audio';

/**
 * What to do about a transcript now.
 * - Once a note drafted from it is signed: nothing, ever.
 * - A draft of other content, or of a document that no longer counts, is superseded: entered in error, not deleted.
 * - Content that has its draft keeps it, also when a person has withdrawn or deleted it: the document says so. A link
 *   that another client's update has lost is set again.
 * - What cannot be drafted becomes a ticket; everything else a draft, in one transaction with the document's link to it.
 * @param scribe - What was drafted from the text, or nothing yet; only called where a draft is to be made.
 */
export function decideDraft(
  state: DraftingState,
  scribe: (text: string) => Draft | undefined,
  now: Date,
): Decision<Outcome> {
  const { document, earlier } = state;
  if (earlier.some(({ composition }) => composition && wasSigned(composition))) {
    return unchanged('unchanged');
  }
  const key = document.status === 'current' && isTranscript(document) ? draftKey(document) : undefined;
  const stale = earlier.find((draft) => draft.composition?.status === 'preliminary' && draft.key !== key);
  if (stale) {
    return { writes: [...withdrawn(stale.resources).map(update), ...unlink(document)], result: 'superseded' };
  }
  if (!key || isLinked(document, key)) {
    return unchanged('unchanged');
  }
  const existing = earlier.find((draft) => draft.key === key && draft.composition?.status === 'preliminary');
  if (existing?.composition) {
    return { writes: [update(linked(document, createReference(existing.composition), key))], result: 'linked' };
  }
  const problem = problemOf(state);
  if (problem === 'audio') {
    return unchanged('audio');
  }
  if (problem) {
    return refer(state, key, problem, now);
  }
  const drafted = 'text' in state.transcript ? scribe(state.transcript.text) : undefined;
  return drafted ? make(state, key, drafted, now) : unchanged('wanted');
}

/** A note that a clinician answers for. */
export const isSigned = ({ status }: Composition): boolean => status === 'final' || status === 'amended';

/** One that was signed at some time, whatever became of it since. */
const wasSigned = (composition: Composition): boolean =>
  isSigned(composition) || (composition.status === 'entered-in-error' && composition.attester !== undefined);

/** Everything that a draft comes to, and the document's link to it, which is also what makes two runs race. */
function make(state: DraftingState, key: string, drafted: Draft, now: Date): Decision<Outcome> {
  if (drafted.sections.every(({ sentences }) => sentences.length === 0)) {
    return refer(state, key, 'nothing-found', now);
  }
  const { document, encounter, author, making } = state;
  const subject = subjectOf(state);
  if (!encounter || !subject) {
    return refer(state, key, 'no-encounter', now);
  }
  const source = createReference(document);
  const context: DraftContext = {
    subject: { reference: subject },
    encounter: createReference(encounter),
    source,
    author,
    key,
    now,
    ...(making && { making }),
  };
  const resources = draftedResources(fit(drafted), context);
  const all = inOrder(resources);
  const provenance = draftProvenance(all.map(referenceTo), source, context);
  const writes: Write[] = [
    ...[...all, provenance].map(({ name, resource }) => create(resource, name)),
    update(linked(document, referenceTo(resources.composition), key)),
  ];
  if (Buffer.byteLength(JSON.stringify(writes)) > MAX_TRANSACTION_BYTES) {
    return refer(state, key, 'too-long', now);
  }
  return { writes, result: 'drafted' };
}

/** A server takes bodies of 1 MiB unless it is set otherwise; the rest is for what the transaction adds around these. */
const MAX_TRANSACTION_BYTES = 1_000_000;

type Problem = Unusable | 'nothing-found' | 'no-encounter' | 'no-patient' | 'other-patient';

const TEXTS: Readonly<Record<Exclude<Problem, 'audio'>, string>> = {
  'no-attachment': 'A transcript has no text. Attach it, and a note is drafted.',
  'not-text': 'A transcript is not a text attachment. Attach the text, and a note is drafted.',
  unreadable: 'The text of a transcript cannot be read. Attach it as UTF-8, inline or as a Binary of this server.',
  empty: 'A transcript is empty. Attach the text, and a note is drafted.',
  'too-long': 'A transcript has more than 50,000 words or makes too long a note. Split it, and each part is drafted.',
  'nothing-found':
    'The scribe found nothing for a note in a transcript (the offline one knows English only). Please write the note.',
  'no-encounter': 'A transcript names no Encounter that exists. Set context.encounter, and a note is drafted.',
  'no-patient': 'A transcript names no Patient that exists. Set subject, and a note is drafted.',
  'other-patient': 'A transcript and its Encounter are of different patients. Correct one, and a note is drafted.',
};

function problemOf(state: DraftingState): Problem | undefined {
  const { document, encounter, patient, transcript } = state;
  if (!encounter || encounter.status === 'entered-in-error') {
    return 'no-encounter';
  }
  if (document.subject?.reference && encounter.subject?.reference) {
    if (document.subject.reference !== encounter.subject.reference) {
      return 'other-patient';
    }
  }
  if (!patient) {
    return 'no-patient';
  }
  return 'unusable' in transcript ? transcript.unusable : undefined;
}

/** Whom a transcript is about: as it says, else as its encounter says. */
export const subjectOf = ({ document, encounter }: Pick<DraftingState, 'document' | 'encounter'>): string | undefined =>
  document.subject?.reference ?? encounter?.subject?.reference;

function refer(
  { document, ticketed }: DraftingState,
  key: string,
  problem: Exclude<Problem, 'audio'>,
  now: Date,
): Decision<Outcome> {
  if (ticketed) {
    return unchanged('unchanged');
  }
  const focus = createReference(document);
  return { writes: [ticket({ key: ticketKey(key), text: TEXTS[problem], focus }, now)], result: 'ticketed' };
}

/** One ticket for each content that cannot be drafted. */
export const ticketKey = (key: string): string => `scribe/${key}`;

/** The drafts that a document's Provenances tell of. */
export function earlierDrafts(
  provenances: readonly Provenance[],
  resources: readonly WithId<Resource>[],
): EarlierDraft[] {
  const byReference = new Map(resources.map((resource) => [`${resource.resourceType}/${resource.id}`, resource]));
  return provenances.map((provenance) => {
    const found = provenance.target.flatMap(({ reference }) => byReference.get(reference ?? '') ?? []);
    return {
      key: draftKeyOf(provenance),
      composition: found.find((resource) => resource.resourceType === 'Composition'),
      resources: found,
    };
  });
}

const isOurs = (reference: Reference): boolean => reference.identifier?.system === SCRIBE_SID;

/** Whether a document says that this content of it was drafted. */
export function isLinked(document: DocumentReference, key: string): boolean {
  return document.context?.related?.some((other) => isOurs(other) && other.identifier?.value === key) ?? false;
}

/** The document with the link that says what this content of it became. */
export function linked(
  before: WithId<DocumentReference>,
  target: Reference,
  key: string,
  type: 'Composition' | 'DocumentReference' = 'Composition',
): WithId<DocumentReference> {
  const document = withoutProgress(before);
  const others = document.context?.related?.filter((reference) => !isOurs(reference)) ?? [];
  const link: Reference = { ...target, type, identifier: { system: SCRIBE_SID, value: key } };
  return { ...document, context: { ...document.context, related: [...others, link] } };
}

function unlink(document: WithId<DocumentReference>): Write[] {
  const related = document.context?.related;
  if (!related?.some(isOurs)) {
    return [];
  }
  const others = related.filter((reference) => !isOurs(reference));
  return [update({ ...document, context: { ...document.context, related: others.length > 0 ? others : undefined } })];
}
