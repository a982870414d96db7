import type { MedplumClient, WithId } from '@medplum/core';
import type { BundleEntry, Meta, Resource, ResourceType } from '@medplum/fhirtypes';
import { codeSystem, sid } from '../../bots/runtime/contract.ts';
import { searchAll } from '../../bots/runtime/load.ts';
import { MANAGED_TAG } from '../deploy/desired.ts';
import { SettingsError } from '../lib/args.ts';
import type { Exported } from './exported.ts';
import { idsIn, withNewIds } from './ids.ts';
import type { Ledger } from './ledger.ts';
import { keyOf, plan } from './plan.ts';
import type { Plan } from './plan.ts';
import { batches, sendBatch, sendBinary } from './send.ts';
import type { Sent } from './send.ts';

/** Says of an imported resource which id it had: a second try finds it, and so does whoever looks for it later. */
export const IMPORTED_TAG = codeSystem('imported-from');

export interface ImportReport {
  readonly created: number;
  readonly updated: number;
  readonly skipped: number;
  /** What the server did not take, and why: types, ids and codes. */
  readonly refused: readonly string[];
}

/**
 * Puts an export into a Medplum project in which the layer is deployed. The server chooses new ids, and everything that
 * refers to an old one follows. While it runs, the project's Subscriptions are off: nobody is to be written to a second
 * time. Started again, it goes on where it was interrupted.
 * @param medplum - Signed in as an administrator of the project.
 * @throws SettingsError if the layer is not there.
 */
export async function importInto(
  medplum: MedplumClient,
  exported: Exported,
  ledger: Ledger,
  progress: (text: string) => void = () => undefined,
): Promise<ImportReport> {
  const planned = plan(exported);
  await mapInstalled(medplum, planned, ledger);
  await pauseSubscriptions(medplum, ledger);
  const refused: string[] = [];
  try {
    const before = ledger.ids.size;
    const loose = await create(medplum, planned.created, ledger, refused, progress);
    const created = ledger.ids.size - before;
    const again = [...loose, ...planned.edited.filter(({ id }) => ledger.ids.has(id))];
    progress(`Updating ${again.length} that refer to what came after them, or were edited`);
    await update(medplum, again, ledger, refused);
    return { created, updated: again.length, skipped: planned.skipped.length, refused };
  } finally {
    await resumeSubscriptions(medplum, ledger);
  }
}

/** What deploy installs is there already, under another id. */
async function mapInstalled(medplum: MedplumClient, { installed }: Plan, ledger: Ledger): Promise<void> {
  const missing: string[] = [];
  for (const type of new Set(installed.map(({ resourceType }) => resourceType))) {
    const query: Record<string, string> =
      type === 'Bot' ? { identifier: `${sid('bot')}|` } : { _tag: `${MANAGED_TAG.system}|${MANAGED_TAG.code}` };
    const there = await searchAll<ResourceType>(medplum, type as ResourceType, query);
    const byKey = new Map(there.map((resource) => [keyOf(resource), resource.id]));
    for (const { id, key } of installed.filter(({ resourceType }) => resourceType === type)) {
      const to = byKey.get(key);
      if (to === undefined) {
        missing.push(`${type} ${key}`);
      } else if (ledger.ids.get(id) !== to) {
        ledger.moved(id, to);
      }
    }
  }
  if (missing.length > 0) {
    throw new SettingsError(
      `The project lacks ${missing.length} parts of the layer (${missing[0]}). Run npm run deploy for it first.`,
    );
  }
}

/** @returns What was created before all that it refers to. */
async function create(
  medplum: MedplumClient,
  resources: readonly WithId<Resource>[],
  ledger: Ledger,
  refused: string[],
  progress: (text: string) => void,
): Promise<WithId<Resource>[]> {
  const order = new Map(resources.map(({ id }, index) => [id, index]));
  const isLoose = (resource: WithId<Resource>): boolean =>
    [...idsIn(resource, order)].some((other) => (order.get(other) ?? 0) >= (order.get(resource.id) ?? 0));
  const left = resources.filter(({ id }) => !ledger.ids.has(id));
  let done = resources.length - left.length;
  for (const group of independent(left)) {
    for (const batch of batches(group)) {
      const sent = await createBatch(medplum, batch, ledger);
      sent.forEach(({ id, refusal }, index) => {
        const { resourceType, id: old } = batch[index] as WithId<Resource>;
        if (id) {
          if (isActive(batch[index])) {
            ledger.pause(id);
          }
          ledger.moved(old, id);
        } else {
          refused.push(`${resourceType}/${old}: ${refusal}`);
        }
      });
      done += batch.length;
      progress(`${done} of ${resources.length} created`);
    }
  }
  return resources.filter((resource) => ledger.ids.has(resource.id) && isLoose(resource));
}

/** Runs of resources in order, none of which refers to another of its run: their ids are not known yet. */
function independent(resources: readonly WithId<Resource>[]): WithId<Resource>[][] {
  const levels = new Map<string, number>();
  const groups: WithId<Resource>[][] = [];
  for (const resource of resources) {
    const level = Math.max(-1, ...[...idsIn(resource, levels)].map((id) => levels.get(id) ?? -1)) + 1;
    levels.set(resource.id, level);
    (groups[level] ??= []).push(resource);
  }
  return groups;
}

async function createBatch(
  medplum: MedplumClient,
  batch: readonly WithId<Resource>[],
  ledger: Ledger,
): Promise<Sent[]> {
  const entries: BundleEntry[] = [];
  const results = new Map<string, Sent>();
  const inBatch: string[] = [];
  for (const resource of batch) {
    const { id, ...content } = withNewIds(resource, ledger.ids);
    if (resource.resourceType === 'Binary') {
      const sent = await sendBinary(medplum, withNewIds(resource, ledger.ids));
      if (sent.id !== undefined) {
        // At once: what was sent twice would be in the server for ever, and nobody's.
        ledger.moved(id, sent.id);
      }
      results.set(id, sent);
    } else {
      const off = isActive(resource) ? { status: 'off' } : {};
      const created = { ...content, ...off, meta: metaOf(resource) } as Resource;
      entries.push({
        request: { method: 'POST', url: resource.resourceType, ifNoneExist: `_tag=${IMPORTED_TAG}|${id}` },
        resource: created,
      });
      inBatch.push(id);
    }
  }
  const sent = entries.length > 0 ? await sendBatch(medplum, entries) : [];
  inBatch.forEach((id, index) => results.set(id, sent[index] ?? {}));
  return batch.map(({ id }) => results.get(id) ?? {});
}

async function update(
  medplum: MedplumClient,
  resources: readonly WithId<Resource>[],
  ledger: Ledger,
  refused: string[],
): Promise<void> {
  for (const batch of batches(resources.filter(({ resourceType }) => resourceType !== 'Binary'))) {
    const entries = batch.map((resource): BundleEntry => {
      const content = { ...withNewIds(resource, ledger.ids), meta: metaOf(resource) } as Resource;
      return { request: { method: 'PUT', url: `${content.resourceType}/${content.id}` }, resource: content };
    });
    const sent = await sendBatch(medplum, entries);
    sent.forEach(({ refusal }, index) => {
      if (refusal) {
        refused.push(`${batch[index]?.resourceType}/${batch[index]?.id}: ${refusal}`);
      }
    });
  }
}

/** What of `meta` is the resource's own. One that deploy installed keeps its tags, and gets no other. */
function metaOf(resource: WithId<Resource>): Meta {
  const { profile, security, tag, source } = resource.meta ?? {};
  const imported = keyOf(resource) === undefined ? [{ system: IMPORTED_TAG, code: resource.id }] : [];
  return { profile, security, source, tag: [...(tag ?? []), ...imported] };
}

/** A Subscription of the clinic's own; like the others, it is on when everything is there. */
const isActive = (resource: Resource | undefined): boolean =>
  resource?.resourceType === 'Subscription' && resource.status === 'active';

async function pauseSubscriptions(medplum: MedplumClient, ledger: Ledger): Promise<void> {
  for (const { id } of await searchAll(medplum, 'Subscription', { status: 'active' })) {
    // Written down first: whatever happens, it is known what is to be switched on again.
    ledger.pause(id);
    await medplum.patchResource('Subscription', id, [{ op: 'replace', path: '/status', value: 'off' }]);
  }
}

async function resumeSubscriptions(medplum: MedplumClient, ledger: Ledger): Promise<void> {
  for (const id of [...ledger.paused]) {
    await medplum.patchResource('Subscription', id, [{ op: 'replace', path: '/status', value: 'active' }]);
    ledger.resume(id);
  }
}
