import { HTTP_TERMINOLOGY_HL7_ORG } from '@medplum/core';
import type {
  CodeableConcept,
  Composition,
  DocumentReference,
  Practitioner,
  Provenance,
  Reference,
} from '@medplum/fhirtypes';
import { extensionUrl } from '../../runtime/contract.ts';
import type { DraftContext, Drafted } from './context.ts';
import { SCRIBE_SID } from './identity.ts';
import { madeHow } from './making.ts';

const PARTICIPANT = `${HTTP_TERMINOLOGY_HL7_ORG}/CodeSystem/provenance-participant-type`;
const OPERATION = `${HTTP_TERMINOLOGY_HL7_ORG}/CodeSystem/v3-DataOperation`;
const COMPLETION = `${HTTP_TERMINOLOGY_HL7_ORG}/CodeSystem/v3-DocumentCompletion`;

const coded = (system: string, code: string): CodeableConcept => ({ coding: [{ system, code }] });

/** Where a draft comes from: which scribe assembled what, from which document. The scribe's Device names its version. */
export function draftProvenance(
  target: Reference[],
  source: Reference<DocumentReference>,
  context: DraftContext,
): Drafted<Provenance> {
  const { author, key, now, making } = context;
  const how = madeHow(context);
  return {
    name: 'provenance',
    resource: {
      resourceType: 'Provenance',
      ...(how.length > 0 && { extension: how }),
      target,
      recorded: now.toISOString(),
      ...(making?.remark && { reason: [{ text: making.remark }] }),
      activity: coded(OPERATION, 'CREATE'),
      agent: [{ type: coded(PARTICIPANT, 'assembler'), who: author }],
      // The key stays here whatever a clinician's program makes of the resources themselves.
      entity: [{ role: 'source', what: { ...source, identifier: { system: SCRIBE_SID, value: key } } }],
    },
  };
}

/** The business key of the draft that a Provenance is about; nothing if it is about something else. */
export function draftKeyOf(provenance: Provenance): string | undefined {
  const identifier = provenance.entity?.find(({ role }) => role === 'source')?.what.identifier;
  return identifier?.system === SCRIBE_SID ? identifier.value : undefined;
}

/** A signature, as asked for: who signed, what it covers, and the version that the scribe had written. */
export interface Signature {
  readonly practitioner: Reference<Practitioner>;
  readonly target: Reference[];
  readonly drafted?: Reference<Composition>;
  /** What the clinician made of the draft, if there was one. */
  readonly edit?: Edit;
}

/** The way from a draft to what was signed, in numbers: words of the note, and drafted resources. */
export interface Edit {
  /** Whether its words were changed at all. */
  readonly edited: boolean;
  readonly wordsDrafted: number;
  readonly wordsSigned: number;
  /** Of those drafted, the ones that are in the signed note too. */
  readonly wordsKept: number;
  readonly accepted: number;
  readonly rejected: number;
}

const EDIT = extensionUrl('scribe-edit');

/**
 * The Provenance of a signature. Its entity is the note as it was drafted: a `revision` of it was signed if the clinician
 * changed its words, else it is the `source`. With the numbers of the edit it can be followed over time how much is left to
 * correct.
 */
export function signatureProvenance({ practitioner, target, drafted, edit }: Signature, now: Date): Provenance {
  const counts = Object.entries(edit ?? {}).flatMap(([url, value]) =>
    typeof value === 'number' ? [{ url, valueUnsignedInt: value }] : [],
  );
  return {
    resourceType: 'Provenance',
    ...(counts.length > 0 && { extension: [{ url: EDIT, extension: counts }] }),
    target,
    recorded: now.toISOString(),
    activity: coded(COMPLETION, 'LA'),
    agent: [{ type: coded(PARTICIPANT, 'legal'), who: practitioner }],
    ...(drafted && { entity: [{ role: edit?.edited ? 'revision' : 'source', what: drafted }] }),
  };
}
