import type { WithId } from '@medplum/core';
import { AccessPolicyInteraction, badRequest, deepEquals, forbidden, OperationOutcomeError } from '@medplum/core';
import type { FhirRepository } from '@medplum/fhir-router';
import type { Meta, Resource } from '@medplum/fhirtypes';
import type { Access } from '../access/access.ts';
import type { Change, RequestContext, WriteObserver } from '../context.ts';
import { writeIndex } from '../search/index-writer.ts';
import type { ParamIds } from '../search/param-ids.ts';
import type { Connection } from '../store/connection.ts';
import type { Store } from '../store/store.ts';
import { withOwnReferences } from './incoming.ts';
import { nextMeta } from './meta.ts';
import { isPassing, isPassingRow } from './passing.ts';
import type { PassingResources } from './passing.ts';
import type { ResourceRow } from './rows.ts';
import { parseContent, writeRow } from './rows.ts';
import { validateStructure, withoutEmptyValues } from './validation.ts';

const { CREATE, UPDATE } = AccessPolicyInteraction;

const FIXED_CHANNEL = 'A Subscription stays over WebSocket, or not, as it was made';

/** What a writer works with. */
export interface WriterOptions {
  readonly store: Store;
  readonly context: RequestContext;
  readonly access: Access;
  readonly passing: PassingResources;
  readonly params: ParamIds;
  readonly observers: readonly WriteObserver[];
  /** The server's address without a slash at its end. */
  readonly baseUrl: string;
  /** Finds what conditional references lead to. */
  readonly repository: FhirRepository;
}

/** Writes versions of resources as far as the requester may, with what they are found by, and tells who watches. */
export class ResourceWriter {
  private readonly options: WriterOptions;

  constructor(options: WriterOptions) {
    this.options = options;
  }

  /**
   * Writes a version, unless nothing would change.
   * @param row The row of the version before, a deleted one included.
   * @param validate What the whole resource must pass.
   * @returns The resource as the requester may see it.
   */
  async write<T extends Resource>(
    db: Connection,
    resource: WithId<T>,
    before: WithId<T> | undefined,
    row: ResourceRow | undefined,
    validate: (whole: Resource) => void = validateStructure,
  ): Promise<WithId<T>> {
    const { store, context, access, params, repository, baseUrl } = this.options;
    const now = new Date(store.clock.now()).toISOString();
    const resolved = await withOwnReferences(repository, resource, baseUrl);
    const given = withMeta(resolved, nextMeta(context, resolved, before, now));
    const restored = access.restoreFields(given, before);
    const whole = restored === given ? given : withMeta(restored, nextMeta(context, restored, before, now));
    validate(whole);
    const { resource: after, content } = withoutEmptyValues(whole);
    if (before && deepEquals(before, JSON.parse(content))) {
      return access.visible(before);
    }
    if (!access.permitsWrite(before ? UPDATE : CREATE, before, after)) {
      throw new OperationOutcomeError(forbidden);
    }
    const { resourceType: type, id } = after;
    const { project = '', versionId: version = '', lastUpdated = '' } = after.meta ?? {};
    const updated = Date.parse(lastUpdated);
    const written = { type, id, project, version, updated, deleted: 0, content };
    if (isPassing(after)) {
      this.keepPassing(written, row);
    } else {
      if (row && isPassingRow(row)) {
        throw new OperationOutcomeError(badRequest(FIXED_CHANNEL, 'Subscription.channel.type'));
      }
      const rid = writeRow(db, written, row?.rid);
      writeIndex(db, params, project, rid, before, after);
    }
    await this.notify({ interaction: before ? 'update' : 'create', resource: after, previous: before });
    return access.visible(after);
  }

  /** Writes that a resource is deleted. */
  async remove<T extends Resource>(
    db: Connection,
    resource: WithId<T>,
    row: ResourceRow,
    version: string,
  ): Promise<void> {
    const { store, passing, params } = this.options;
    if (isPassingRow(row)) {
      store.afterCommit(() => passing.remove(row.id));
    } else {
      writeRow(db, { ...row, version, updated: store.clock.now(), deleted: 1, content: '' }, row.rid);
      writeIndex(db, params, row.project, row.rid, resource, undefined);
    }
    await this.notify({ interaction: 'delete', resource, previous: resource });
  }

  /** Keeps a Subscription over WebSocket, once the transaction that makes it is through. */
  private keepPassing(written: Omit<ResourceRow, 'rid'>, row: ResourceRow | undefined): void {
    const { store, passing } = this.options;
    if (row && !isPassingRow(row)) {
      throw new OperationOutcomeError(badRequest(FIXED_CHANNEL, 'Subscription.channel.type'));
    }
    if (!row) {
      passing.assertRoom(parseContent(written.content).meta?.author?.reference ?? '');
    }
    store.afterCommit(() => passing.put(written));
  }

  private async notify(change: Pick<Change, 'interaction' | 'resource' | 'previous'>): Promise<void> {
    const { store, context, observers } = this.options;
    for (const observer of observers) {
      await observer.onWrite({ ...change, projectId: change.resource.meta?.project, author: context.author });
      store.afterCommit(() => observer.onCommit(), observer);
    }
  }
}

/** The resource with its `meta`, and with what identifies it first. */
function withMeta<T extends Resource>(resource: WithId<T>, meta: Meta): WithId<T> {
  return Object.assign({ resourceType: resource.resourceType, id: resource.id, meta }, resource, { meta });
}
