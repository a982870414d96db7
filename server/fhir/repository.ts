import type { Operation, SearchRequest, WithId } from '@medplum/core';
import {
  AccessPolicyInteraction,
  badRequest,
  forbidden,
  gone,
  notFound,
  OperationOutcomeError,
  parseReference,
  preconditionFailed,
} from '@medplum/core';
import { FhirRepository } from '@medplum/fhir-router';
import type {
  CreateResourceOptions,
  DeleteResourceOptions,
  ReadHistoryOptions,
  SearchOptions,
  UpdateResourceOptions,
} from '@medplum/fhir-router';
import type { Bundle, Parameters, Reference, Resource } from '@medplum/fhirtypes';
import { randomUUID } from 'node:crypto';
import { Access } from '../access/access.ts';
import type { RequestContext, WriteObserver } from '../context.ts';
import { writeIndex } from '../search/index-writer.ts';
import { Search } from '../search/search.ts';
import { searchBoth } from '../search/shared.ts';
import { blameStore } from '../store/blame.ts';
import type { Connection } from '../store/connection.ts';
import type { Store } from '../store/store.ts';
import { loadDefinitions } from './definitions.ts';
import { historyBundle } from './history.ts';
import { PassingResources } from './passing.ts';
import { patched } from './patch.ts';
import { ResourceReader } from './reader.ts';
import { expungeRow, findRow, findVersion, parseContent } from './rows.ts';
import { assertId, assertResource } from './validation.ts';
import { ResourceWriter } from './writer.ts';

const { CREATE, UPDATE, DELETE, HISTORY, VREAD } = AccessPolicyInteraction;

export interface RepositoryOptions {
  /** Hear of every write, inside its transaction and after its commit. */
  observers?: readonly WriteObserver[];
  /** The server's address without a trailing slash, for links: `http://127.0.0.1:8103`. */
  baseUrl?: string;
  /** Where Subscriptions over WebSocket are kept; they are this repository's alone unless given. */
  passing?: PassingResources;
  /** What belongs to everybody; nothing does unless given. */
  shared?: SharedResources;
}

/** Resources that every project can search and nobody can change: the definitions of FHIR itself. */
export interface SharedResources {
  holds(resourceType: string): boolean;
  /** With what of a type a requester may see. */
  repository(resourceType: string, context: RequestContext, baseUrl: string): Promise<FhirRepository>;
}

/**
 * Resources as one requester may see and change them.
 *
 * A context without `projectId` is the server itself: it sees every project, may write the protected resource types,
 * names a resource's `meta.project`, `meta.author` and `meta.lastUpdated` itself, and may create by PUT with an id of
 * its own choice.
 */
export class Repository extends FhirRepository {
  readonly context: RequestContext;
  readonly store: Store;
  readonly options: RepositoryOptions;
  /** Where links begin: `…/fhir/R4`. */
  readonly fhirUrl: string;
  private readonly access: Access;
  private readonly reader: ResourceReader;
  private readonly writer: ResourceWriter;
  private readonly searches: Search;

  constructor(store: Store, context: RequestContext, options: RepositoryOptions = {}) {
    super();
    loadDefinitions();
    this.store = store;
    this.context = context;
    this.options = options;
    this.fhirUrl = `${options.baseUrl ?? ''}/fhir/R4`;
    this.access = new Access(context);
    const passing = options.passing ?? new PassingResources();
    this.reader = new ResourceReader(this.access, passing);
    this.searches = new Search(store, this.access, this, this.fhirUrl);
    this.writer = new ResourceWriter({
      store,
      context,
      access: this.access,
      passing,
      params: this.searches.params,
      observers: options.observers ?? [],
      baseUrl: options.baseUrl ?? '',
      repository: this,
    });
  }

  /** Reads come from the right connection by themselves. */
  setMode(): void {}

  generateId(): string {
    return randomUUID();
  }

  /** Creates a resource. The server chooses the id, unless `assignedId` says that it did so already. */
  createResource<T extends Resource>(resource: T, options?: CreateResourceOptions): Promise<WithId<T>> {
    return this.transact(async (db) => {
      assertResource(resource);
      this.reader.assertSupports(CREATE, resource.resourceType);
      const id = options?.assignedId && resource.id ? resource.id : this.generateId();
      assertId(id);
      if (options?.assignedId && findRow(db, resource.resourceType, id)) {
        throw new OperationOutcomeError(badRequest('Assigned ID is already in use'));
      }
      return this.writer.write<T>(db, { ...resource, id }, undefined, undefined);
    });
  }

  /** Creates a resource that the server itself has put together: its structure is right, and not looked at again. */
  createOwn<T extends Resource>(resource: T): Promise<WithId<T>> {
    return this.transact((db) =>
      this.writer.write<T>(db, { ...resource, id: this.generateId() }, undefined, undefined, () => undefined),
    );
  }

  async readResource<T extends Resource>(resourceType: string, id: string): Promise<WithId<T>> {
    const own = this.look((db) => this.access.visible(this.reader.live<T>(db, resourceType, id).resource));
    if (!this.searchesShared(resourceType)) {
      return own;
    }
    return own.catch(async (error: unknown) => {
      const shared = await this.sharedRepository(resourceType);
      return shared.readResource<T>(resourceType, id).catch(() => {
        throw error;
      });
    });
  }

  async readReference<T extends Resource>(reference: Reference<T>): Promise<WithId<T>> {
    const [resourceType, id] = parts(reference);
    return this.readResource<T>(resourceType, id);
  }

  /** Reads what references point to, in their order; what cannot be read is an error in its place. */
  async readReferences<T extends Resource>(references: readonly Reference<T>[]): Promise<(T | Error)[]> {
    return this.look((db) =>
      references.map((reference) => {
        try {
          return this.access.visible(this.reader.live<T>(db, ...parts(reference)).resource);
        } catch (error) {
          if (error instanceof OperationOutcomeError) {
            return error;
          }
          throw error;
        }
      }),
    );
  }

  /** The versions of a resource, the latest first, deletions included. */
  async readHistory<T extends Resource>(
    resourceType: string,
    id: string,
    options?: ReadHistoryOptions,
  ): Promise<Bundle<WithId<T>>> {
    return this.look((db) => {
      const row = this.reader.anyState(db, HISTORY, resourceType, id);
      return historyBundle<T>(db, row, this.access, this.fhirUrl, options);
    });
  }

  async readVersion<T extends Resource>(resourceType: string, id: string, vid: string): Promise<WithId<T>> {
    return this.look((db) => {
      const row = this.reader.anyState(db, VREAD, resourceType, id);
      const version = findVersion(db, row.rid, vid);
      if (!version) {
        throw new OperationOutcomeError(notFound);
      }
      if (version.content === null) {
        throw new OperationOutcomeError(gone);
      }
      return this.access.visible(this.reader.version<T>(db, row, version.content));
    });
  }

  /** Updates a resource; brings it back if it was deleted. An update that changes nothing makes no version. */
  updateResource<T extends Resource>(resource: T, options?: UpdateResourceOptions): Promise<WithId<T>> {
    return this.transact(async (db) => {
      assertResource(resource);
      const { id, resourceType } = resource;
      assertId(id);
      this.reader.assertSupports(UPDATE, resourceType);
      const found = this.reader.forUpdate<T>(db, resourceType, id);
      if (options?.ifMatch && found?.resource?.meta?.versionId !== options.ifMatch) {
        throw new OperationOutcomeError(preconditionFailed);
      }
      return this.writer.write<T>(db, { ...resource, id }, found?.resource, found?.row);
    });
  }

  /** Applies a JSON Patch, or a FHIRPath Patch, to a resource. */
  patchResource<T extends Resource>(
    resourceType: T['resourceType'],
    id: string,
    patch: Operation[] | Parameters,
    options?: UpdateResourceOptions,
  ): Promise<WithId<T>> {
    return this.transact(async (db) => {
      const { resource } = this.reader.live<T>(db, resourceType, id);
      // What is hidden is not there to be tested; the update puts it back.
      const result = patched(this.access.visible(resource), patch);
      if (result.resourceType !== resourceType || result.id !== id) {
        throw new OperationOutcomeError(badRequest('A patch cannot change the type or the id', `${resourceType}.id`));
      }
      return this.updateResource<T>(result, options);
    });
  }

  /** Deletes a resource. One that is deleted already stays so. */
  async deleteResource(resourceType: string, id: string, options?: DeleteResourceOptions): Promise<void> {
    await this.transact(async (db) => {
      const row = this.reader.anyState(db, DELETE, resourceType, id);
      if (row.deleted) {
        return;
      }
      const { resource } = this.reader.live(db, resourceType, id);
      if (options?.ifMatch && row.version !== options.ifMatch) {
        throw new OperationOutcomeError(preconditionFailed);
      }
      await this.writer.remove(db, resource, row, this.generateId());
    });
  }

  /** Removes a resource with its history. Only the server itself may. */
  async expungeResource(resourceType: string, id: string): Promise<void> {
    if (!this.access.unlimited) {
      throw new OperationOutcomeError(forbidden);
    }
    await this.transact((db) => {
      const row = this.reader.row(db, resourceType, id);
      const resource = row.deleted ? undefined : parseContent(row.content);
      writeIndex(db, this.searches.params, row.project, row.rid, resource, undefined);
      expungeRow(db, row.rid);
    });
  }

  async search<T extends Resource>(
    searchRequest: SearchRequest<T>,
    options?: SearchOptions,
  ): Promise<Bundle<WithId<T>>> {
    if (searchRequest.types || !this.searchesShared(searchRequest.resourceType)) {
      return this.searches.bundle<T>(searchRequest, options);
    }
    return searchBoth<T>(
      searchRequest,
      (request) => this.searches.bundle<T>(request, options),
      async (request) => (await this.sharedRepository(request.resourceType)).search<T>(request),
      this.fhirUrl,
    );
  }

  async searchByReference<T extends Resource>(
    searchRequest: SearchRequest<T>,
    referenceField: string,
    references: string[],
  ): Promise<Record<string, WithId<T>[]>> {
    return this.searches.byReference<T>(searchRequest, referenceField, references);
  }

  private searchesShared(resourceType: string): boolean {
    return !this.access.unlimited && this.options.shared?.holds(resourceType) === true;
  }

  private async sharedRepository(resourceType: string): Promise<FhirRepository> {
    const { shared, baseUrl = '' } = this.options;
    return (shared as SharedResources).repository(resourceType, this.context, baseUrl);
  }

  /** Runs a function in one transaction, which this repository then belongs to. Nests; an error undoes its writes. */
  async withTransaction<TResult>(callback: (repo: this) => Promise<TResult>): Promise<TResult> {
    return this.transact(() => callback(this));
  }

  /** A transaction whose failure, if it is the store's own, is the server's fault and not the client's. */
  private transact<R>(work: (db: Connection) => Promise<R> | R): Promise<R> {
    return this.store.transaction(work).catch(blameStore);
  }

  private look<R>(work: (db: Connection) => R): Promise<R> {
    return this.store.read(work).catch(blameStore);
  }
}

function parts(reference: Reference): [string, string] {
  try {
    return parseReference(reference);
  } catch {
    throw new OperationOutcomeError(badRequest('Invalid reference'));
  }
}
