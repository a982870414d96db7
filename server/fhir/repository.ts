import type { Operation, SearchRequest, WithId } from '@medplum/core';
import { FhirRepository } from '@medplum/fhir-router';
import type {
  CreateResourceOptions,
  DeleteResourceOptions,
  ReadHistoryOptions,
  SearchOptions,
  UpdateResourceOptions,
} from '@medplum/fhir-router';
import type { Bundle, Parameters, Reference, Resource } from '@medplum/fhirtypes';
import type { RequestContext, WriteObserver } from '../context.ts';
import type { Store } from '../store/store.ts';

export interface RepositoryOptions {
  /** Hear of every write, inside its transaction and after its commit. */
  observers?: readonly WriteObserver[];
  /** The server's address without a trailing slash, for links: `http://127.0.0.1:8103`. */
  baseUrl?: string;
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

  constructor(store: Store, context: RequestContext, options: RepositoryOptions = {}) {
    super();
    this.store = store;
    this.context = context;
    this.options = options;
  }

  /** Reads and writes come from the right connection by themselves. */
  setMode(): void {}

  generateId(): string {
    throw new Error('not yet');
  }

  async createResource<T extends Resource>(_resource: T, _options?: CreateResourceOptions): Promise<WithId<T>> {
    throw new Error('not yet');
  }

  async readResource<T extends Resource>(_resourceType: string, _id: string): Promise<WithId<T>> {
    throw new Error('not yet');
  }

  async readReference<T extends Resource>(_reference: Reference<T>): Promise<WithId<T>> {
    throw new Error('not yet');
  }

  async readReferences<T extends Resource>(_references: readonly Reference<T>[]): Promise<(T | Error)[]> {
    throw new Error('not yet');
  }

  async readHistory<T extends Resource>(
    _resourceType: string,
    _id: string,
    _options?: ReadHistoryOptions,
  ): Promise<Bundle<WithId<T>>> {
    throw new Error('not yet');
  }

  async readVersion<T extends Resource>(_resourceType: string, _id: string, _vid: string): Promise<WithId<T>> {
    throw new Error('not yet');
  }

  async updateResource<T extends Resource>(_resource: T, _options?: UpdateResourceOptions): Promise<WithId<T>> {
    throw new Error('not yet');
  }

  async deleteResource(_resourceType: string, _id: string, _options?: DeleteResourceOptions): Promise<void> {
    throw new Error('not yet');
  }

  async patchResource<T extends Resource>(
    _resourceType: T['resourceType'],
    _id: string,
    _patch: Operation[] | Parameters,
    _options?: UpdateResourceOptions,
  ): Promise<WithId<T>> {
    throw new Error('not yet');
  }

  async search<T extends Resource>(
    _searchRequest: SearchRequest<T>,
    _options?: SearchOptions,
  ): Promise<Bundle<WithId<T>>> {
    throw new Error('not yet');
  }

  async searchByReference<T extends Resource>(
    _searchRequest: SearchRequest<T>,
    _referenceField: string,
    _references: string[],
  ): Promise<Record<string, WithId<T>[]>> {
    throw new Error('not yet');
  }

  /** Runs a function in one transaction, with this repository bound to it. Nests; an error undoes what it wrote. */
  async withTransaction<TResult>(callback: (repo: this) => Promise<TResult>): Promise<TResult> {
    return this.store.transaction(() => callback(this));
  }
}
