import type {
  Device,
  DocumentReference,
  Encounter,
  Identifier,
  Patient,
  Reference,
  Resource,
} from '@medplum/fhirtypes';
import { SCRIBE_SID } from './identity.ts';
import type { Making } from './making.ts';

/** What every drafted resource says beside what was said: about whom, in which visit, from what, by whom, when. */
export interface DraftContext {
  readonly subject: Reference<Patient>;
  readonly encounter?: Reference<Encounter>;
  readonly source?: Reference<DocumentReference>;
  readonly author: Reference<Device>;
  /** The business key of the draft. Answers that are not stored have none. */
  readonly key?: string;
  readonly now: Date;
  /** What there is to say about how it was drafted. */
  readonly making?: Making;
}

/** A resource that is not stored yet, and how others in the same bundle or transaction refer to it. */
export interface Drafted<T extends Resource = Resource> {
  readonly name: string;
  readonly resource: T;
}

/** What each drafted resource has in common. */
export function about({ subject, encounter }: DraftContext): {
  subject: Reference<Patient>;
  encounter?: Reference<Encounter>;
} {
  return { subject, ...(encounter && { encounter }) };
}

/** The business key of one resource of a draft: that of the draft, and its name in it. */
export function identified({ key }: DraftContext, name: string): { identifier?: Identifier[] } {
  return key ? { identifier: [{ system: SCRIBE_SID, value: `${key}/${name}` }] } : {};
}
