import type { ScribeIdentity } from './fhir/identity.ts';
import { SCRIBE_VERSION } from './scribe.ts';

/** The scribe that needs no network, as it is named in what it writes. */
export const OFFLINE: ScribeIdentity = { model: 'offline', instructions: { kind: 'rules', version: SCRIBE_VERSION } };
