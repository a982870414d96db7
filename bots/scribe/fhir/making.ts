import type { Extension } from '@medplum/fhirtypes';
import { extensionUrl } from '../../runtime/contract.ts';
import type { Dropped } from '../model/dropped.ts';

const REMARK = extensionUrl('scribe-remark');
const DROPPED = extensionUrl('scribe-dropped');

/** How a draft came about, beside who drafted it. */
export interface Making {
  /** For the clinician: that another scribe stepped in, and why. */
  readonly remark?: string;
  /** What a model wrote that the transcript does not bear out. */
  readonly dropped?: Dropped;
}

/** The extensions that say so, on the note and on its Provenance. */
export function madeHow({ making }: { readonly making?: Making }): Extension[] {
  const dropped = Object.entries<number>({ ...making?.dropped }).filter(([, count]) => count > 0);
  return [
    ...(making?.remark ? [{ url: REMARK, valueString: making.remark }] : []),
    ...(dropped.length > 0
      ? [{ url: DROPPED, extension: dropped.map(([url, count]) => ({ url, valueUnsignedInt: count })) }]
      : []),
  ];
}
