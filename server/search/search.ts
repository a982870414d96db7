import type { SearchRequest, WithId } from '@medplum/core';
import { badRequest, getSearchParameter, OperationOutcomeError, Operator } from '@medplum/core';
import type { FhirRepository, SearchOptions } from '@medplum/fhir-router';
import { getExtraEntries } from '@medplum/fhir-router';
import type { Bundle, BundleEntry, Resource } from '@medplum/fhirtypes';
import type { Access } from '../access/access.ts';
import { parseContent, readContent } from '../fhir/rows.ts';
import type { Connection } from '../store/connection.ts';
import type { Store } from '../store/store.ts';
import { searchExpression } from './filters.ts';
import { searchLinks } from './links.ts';
import { ParamIds } from './param-ids.ts';
import { countMatches, findPage } from './query.ts';
import { assertSearch, pageOffset, pageSize, typesOf, wantsTotal, withoutRest } from './request.ts';
import { SearchScope } from './scope.ts';

/** The searches of one requester. */
export class Search {
  readonly params: ParamIds;
  private readonly store: Store;
  private readonly access: Access;
  private readonly repository: FhirRepository;
  private readonly fhirUrl: string;

  constructor(store: Store, access: Access, repository: FhirRepository, fhirUrl: string) {
    this.params = ParamIds.of(store);
    this.store = store;
    this.access = access;
    this.repository = repository;
    this.fhirUrl = fhirUrl;
  }

  /** Runs a search and makes its bundle. */
  async bundle<T extends Resource>(request: SearchRequest<T>, options?: SearchOptions): Promise<Bundle<WithId<T>>> {
    const count = pageSize(request);
    const offset = pageOffset(request);
    const { found, hasMore, total } = await this.store.read((db) => {
      const scope = new SearchScope(db, this.access, this.params);
      assertSearch(scope, request);
      // One more than the page shows whether there is another one.
      const resources = count > 0 ? this.find<T>(scope, request, count + 1, offset) : [];
      return {
        found: resources.slice(0, count),
        hasMore: resources.length > count,
        total: wantsTotal(request) ? this.count(scope, request) : undefined,
      };
    });
    const entry: BundleEntry<WithId<T>>[] = found.map((resource) => ({
      fullUrl: this.fullUrl(resource.resourceType, resource.id),
      search: { mode: 'match' },
      resource,
    }));
    if (request.include || request.revInclude) {
      await this.addIncludes(request, found, entry);
    }
    const bundle: Bundle<WithId<T>> = { resourceType: 'Bundle', type: 'searchset' };
    if (count > 0) {
      bundle.entry = entry.map((item) => this.shown(item, request));
    }
    if (total !== undefined) {
      bundle.total = total;
    }
    if (!options?.resourceOnly) {
      bundle.link = searchLinks(this.fhirUrl, request, count, offset, hasMore);
    }
    return bundle;
  }

  /** For GraphQL: what refers to each of several resources. */
  async byReference<T extends Resource>(
    request: SearchRequest<T>,
    field: string,
    references: string[],
  ): Promise<Record<string, WithId<T>[]>> {
    return this.store.read((db) => {
      const scope = new SearchScope(db, this.access, this.params);
      assertSearch(scope, request);
      if (getSearchParameter(request.resourceType, field)?.type !== 'reference') {
        throw new OperationOutcomeError(badRequest(`Invalid reference search parameter: ${field}`));
      }
      const count = pageSize(request);
      const found = references.map((reference): [string, WithId<T>[]] => {
        const filter = { code: field, operator: Operator.EQUALS, value: reference };
        const one = { ...request, filters: [...(request.filters ?? []), filter] };
        const resources = this.find<T>(scope, one, count, pageOffset(request));
        return [reference, resources.map((resource) => this.access.visible(resource))];
      });
      return Object.fromEntries(found);
    });
  }

  private find<T extends Resource>(
    scope: SearchScope,
    request: SearchRequest<T>,
    limit: number,
    offset: number,
  ): WithId<T>[] {
    const found: WithId<T>[] = [];
    let toSkip = offset;
    for (const type of typesOf(request)) {
      if (found.length >= limit) {
        break;
      }
      const expression = searchExpression(scope, type, request.filters ?? []);
      const page = { sortRules: request.sortRules ?? [], limit: limit - found.length, offset: toSkip };
      const rids = findPage(scope, type, expression, page);
      found.push(...readAll<T>(scope.db, rids));
      if (toSkip > 0) {
        toSkip = rids.length > 0 ? 0 : Math.max(0, toSkip - countMatches(scope, type, expression));
      }
    }
    return found;
  }

  private count(scope: SearchScope, request: SearchRequest): number {
    return typesOf(request)
      .map((type) => countMatches(scope, type, searchExpression(scope, type, request.filters ?? [])))
      .reduce((sum, total) => sum + total, 0);
  }

  private async addIncludes<T extends Resource>(
    request: SearchRequest<T>,
    found: WithId<T>[],
    entry: BundleEntry[],
  ): Promise<void> {
    try {
      await getExtraEntries(this.repository, request, found, entry, { fullUrl: (type, id) => this.fullUrl(type, id) });
    } catch (error) {
      if (error instanceof OperationOutcomeError) {
        throw error;
      }
      throw new OperationOutcomeError(badRequest(error instanceof Error ? error.message : 'Invalid include'));
    }
  }

  /** An entry as the requester sees it, with the fields that were asked for. */
  private shown<T extends Resource>(entry: BundleEntry<WithId<T>>, request: SearchRequest): BundleEntry<WithId<T>> {
    return entry.resource ? { ...entry, resource: withoutRest(this.access.visible(entry.resource), request) } : entry;
  }

  private fullUrl(resourceType: string, id: string): string {
    return `${this.fhirUrl}/${resourceType}/${id}`;
  }
}

function readAll<T extends Resource>(db: Connection, rids: number[]): WithId<T>[] {
  return rids
    .map((rid) => readContent(db, rid))
    .filter((content) => content !== undefined)
    .map((content) => parseContent<T>(content));
}
