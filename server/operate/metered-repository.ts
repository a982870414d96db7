import type { SearchRequest, WithId } from '@medplum/core';
import type {
  CreateResourceOptions,
  DeleteResourceOptions,
  ReadHistoryOptions,
  SearchOptions,
  UpdateResourceOptions,
} from '@medplum/fhir-router';
import type { Bundle, Reference, Resource } from '@medplum/fhirtypes';
import { Repository } from '../fhir/repository.ts';

/** What an interaction costs, in Medplum's points. Every entry of a bundle is one; so is a patch, as the update it is. */
const READ = 1;
const HISTORY = 10;
const SEARCH = 20;
const WRITE = 100;

/** A repository that takes what it does from its requester's quota, and refuses once that is used up. */
export class MeteredRepository extends Repository {
  override async createResource<T extends Resource>(resource: T, options?: CreateResourceOptions): Promise<WithId<T>> {
    this.spend(WRITE);
    return super.createResource(resource, options);
  }

  override async readResource<T extends Resource>(resourceType: string, id: string): Promise<WithId<T>> {
    this.spend(READ);
    return super.readResource<T>(resourceType, id);
  }

  override async readReferences<T extends Resource>(references: readonly Reference<T>[]): Promise<(T | Error)[]> {
    this.spend(READ * Math.max(references.length, 1));
    return super.readReferences<T>(references);
  }

  override async readHistory<T extends Resource>(
    resourceType: string,
    id: string,
    options?: ReadHistoryOptions,
  ): Promise<Bundle<WithId<T>>> {
    this.spend(HISTORY);
    return super.readHistory<T>(resourceType, id, options);
  }

  override async readVersion<T extends Resource>(resourceType: string, id: string, vid: string): Promise<WithId<T>> {
    this.spend(READ);
    return super.readVersion<T>(resourceType, id, vid);
  }

  override async updateResource<T extends Resource>(resource: T, options?: UpdateResourceOptions): Promise<WithId<T>> {
    this.spend(WRITE);
    return super.updateResource(resource, options);
  }

  override async deleteResource(resourceType: string, id: string, options?: DeleteResourceOptions): Promise<void> {
    this.spend(WRITE);
    return super.deleteResource(resourceType, id, options);
  }

  override async search<T extends Resource>(
    searchRequest: SearchRequest<T>,
    options?: SearchOptions,
  ): Promise<Bundle<WithId<T>>> {
    this.spend(SEARCH);
    return super.search<T>(searchRequest, options);
  }

  override async searchByReference<T extends Resource>(
    searchRequest: SearchRequest<T>,
    referenceField: string,
    references: string[],
  ): Promise<Record<string, WithId<T>[]>> {
    this.spend(SEARCH * Math.max(references.length, 1));
    return super.searchByReference<T>(searchRequest, referenceField, references);
  }

  private spend(points: number): void {
    this.context.quota?.spend(points);
  }
}
