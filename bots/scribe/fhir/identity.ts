import { createReference } from '@medplum/core';
import type { MedplumClient } from '@medplum/core';
import type { Device, Reference } from '@medplum/fhirtypes';
import { sid } from '../../runtime/contract.ts';
import { settle } from '../../runtime/settle.ts';
import { createOnce, unchanged } from '../../runtime/writes.ts';

export const SCRIBE_SID = sid('scribe');

/** Which scribe wrote something. Each one, in each version, is a Device, so that old Provenances stay true. */
export interface ScribeIdentity {
  /** Of a model: who runs it, or whose protocol the endpoint speaks. */
  readonly provider?: string;
  /** `offline`, or the model's name at its provider. */
  readonly model: string;
  /** What it was told to do: the version of the rules, or of the prompt. */
  readonly instructions: { readonly kind: 'rules' | 'prompt'; readonly version: string };
}

/** The business key of a scribe's Device. */
const keyOf = (scribe: ScribeIdentity): string =>
  `${labelOf(scribe, '/')}/${scribe.instructions.kind}-${scribe.instructions.version}`;

/** What a person reads: which model, told what. */
const nameOf = (scribe: ScribeIdentity): string =>
  `Careline scribe (${labelOf(scribe, ' ')}, ${scribe.instructions.kind} ${scribe.instructions.version})`;

/** The model, with its provider if it has one. */
export const labelOf = ({ provider, model }: ScribeIdentity, between: string): string =>
  [provider, model].filter(Boolean).join(between);

/** A scribe, named by its business key: for answers that are not stored, beside which no Device needs to be. */
export function logicalAuthor(scribe: ScribeIdentity): Reference<Device> {
  return { type: 'Device', identifier: { system: SCRIBE_SID, value: keyOf(scribe) }, display: nameOf(scribe) };
}

/** The Device of a scribe, which is made when it first writes something. */
export async function storedAuthor(fhir: MedplumClient, scribe: ScribeIdentity): Promise<Reference<Device>> {
  const search = `identifier=${SCRIBE_SID}|${keyOf(scribe)}`;
  const device = await settle<Device | undefined, Device>({
    fhir,
    load: () => fhir.searchOne('Device', search),
    decide: (found) => {
      if (found) {
        return unchanged(found);
      }
      const write = createOnce(deviceOf(scribe), search);
      return { writes: [write], result: write };
    },
  });
  return { ...createReference(device), display: nameOf(scribe) };
}

function deviceOf(scribe: ScribeIdentity): Device {
  const { model, instructions } = scribe;
  return {
    resourceType: 'Device',
    identifier: [{ system: SCRIBE_SID, value: keyOf(scribe) }],
    status: 'active',
    manufacturer: 'Careline',
    deviceName: [{ name: nameOf(scribe), type: 'user-friendly-name' }],
    modelNumber: model,
    version: [{ type: { text: instructions.kind }, value: instructions.version }],
  };
}
