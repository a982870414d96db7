import { setTimeout as pause } from 'node:timers/promises';
import { getStatus } from '@medplum/core';
import type { MedplumClient, WithId } from '@medplum/core';
import type { Binary, Bundle, BundleEntry, OperationOutcome, Resource } from '@medplum/fhirtypes';
import { msUntilQuota } from '../lib/client.ts';

/** Entries and characters of one batch: a server takes 1 MB. */
const MAX_ENTRIES = 40;
const MAX_CHARS = 400_000;

/** Answers after which the same entry may succeed: a lost race, a busy server. */
const PASSING = ['409', '412', '429', '503', '504'];
const MAX_TRIES = 20;

/** What became of one entry. */
export interface Sent {
  /** The id that the server gave, or had given before. */
  readonly id?: string;
  /** Why the server refused it. */
  readonly refusal?: string;
}

/** Cuts a list into batches that a server takes. */
export function* batches(resources: readonly WithId<Resource>[]): Generator<WithId<Resource>[]> {
  let batch: WithId<Resource>[] = [];
  let chars = 0;
  for (const resource of resources) {
    const size = JSON.stringify(resource).length;
    if (batch.length > 0 && (batch.length >= MAX_ENTRIES || chars + size > MAX_CHARS)) {
      yield batch;
      batch = [];
      chars = 0;
    }
    batch.push(resource);
    chars += size;
  }
  if (batch.length > 0) {
    yield batch;
  }
}

/** Sends entries as one batch; what the server has no room for at the moment is sent again when it has. */
export async function sendBatch(medplum: MedplumClient, entries: readonly BundleEntry[]): Promise<Sent[]> {
  const sent: Sent[] = entries.map(() => ({}));
  let open = entries.map((_entry, index) => index);
  for (let tries = 1; open.length > 0; tries++) {
    const bundle: Bundle = { resourceType: 'Bundle', type: 'batch', entry: open.map((i) => entries[i] as BundleEntry) };
    const answers = (await medplum.executeBatch(bundle)).entry ?? [];
    const again: number[] = [];
    let wait = 0;
    open.forEach((index, position) => {
      const { response, resource } = answers[position] ?? {};
      const status = response?.status ?? '';
      const outcome = response?.outcome;
      if (status.startsWith('2')) {
        sent[index] = { id: resource?.id ?? response?.location?.match(/[0-9a-f-]{36}/)?.[0] };
      } else if (PASSING.includes(status.slice(0, 3)) && tries < MAX_TRIES) {
        again.push(index);
        wait = Math.max(wait, msUntilQuota(outcome), 100 * tries);
      } else {
        sent[index] = { refusal: describe(status, outcome) };
      }
    });
    open = again;
    if (open.length > 0) {
      await pause(wait);
    }
  }
  return sent;
}

/** Creates a Binary with its content, which goes over the wire as it is. */
export async function sendBinary(medplum: MedplumClient, binary: Binary): Promise<Sent> {
  try {
    const made = await medplum.createBinary({
      data: new Uint8Array(Buffer.from(binary.data ?? '', 'base64')),
      contentType: binary.contentType,
      ...(binary.securityContext && { securityContext: binary.securityContext }),
    });
    return { id: made.id };
  } catch (thrown) {
    const { outcome } = thrown as { outcome?: OperationOutcome };
    if (!outcome || getStatus(outcome) >= 500) {
      throw thrown;
    }
    return { refusal: describe(String(getStatus(outcome)), outcome) };
  }
}

function describe(status: string, outcome: OperationOutcome | undefined): string {
  const issue = outcome?.issue[0];
  return [status, issue?.code, issue?.details?.text, issue?.expression?.join()].filter(Boolean).join(' ');
}
