import type { SearchRequest, WithId } from '@medplum/core';
import { badRequest, getSearchParameter, OperationOutcomeError, Operator } from '@medplum/core';
import type { FhirRepository, SearchOptions } from '@medplum/fhir-router';
import { getExtraEntries } from '@medplum/fhir-router';
import type { Bundle, BundleEntry, Resource } from '@medplum/fhirtypes';
import type { Access } from '../access/access.ts';
import { parseContent } from '../fhir/rows.ts';
import type { FoundRow } from '../fhir/rows.ts';
import { blameStore } from '../store/blame.ts';
import type { Connection } from '../store/connection.ts';
import type { Store } from '../store/store.ts';
import { searchExpression } from './filters.ts';
import { behindCursor, cursorBehind, followsChanges } from './cursor.ts';
import { all } from './expression.ts';
import { searchLinks } from './links.ts';
import type { NextPage } from './links.ts';
import { ParamIds } from './param-ids.ts';
import { countMatches, findPage } from './query.ts';
import { assertSearch, pageOffset, pageSize, typesOf, wantsTotal, withoutRest } from './request.ts';
import { SearchScope } from './scope.ts';
import { keepTexts } from './texts.ts';

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
    const { found, hasMore, total } = await this.look((db) => {
      const scope = new SearchScope(db, this.access, this.params);
      assertSearch(scope, request);
      // One more than the page shows whether there is another one.
      const rows = count > 0 ? this.find(scope, request, count + 1, offset) : [];
      return {
        found: rows.slice(0, count),
        hasMore: rows.length > count,
        total: wantsTotal(request) ? this.count(scope, request) : undefined,
      };
    });
    const bundle: Bundle<WithId<T>> = { resourceType: 'Bundle', type: 'searchset' };
    if (count > 0) {
      await this.addEntries(bundle, request, found);
    }
    if (total !== undefined) {
      bundle.total = total;
    }
    if (!options?.resourceOnly) {
      const next = hasMore ? nextPage(request, found, offset + count) : undefined;
      bundle.link = searchLinks(this.fhirUrl, request, count, offset, next);
    }
    return bundle;
  }

  /** For GraphQL: what refers to each of several resources. */
  async byReference<T extends Resource>(
    request: SearchRequest<T>,
    field: string,
    references: string[],
  ): Promise<Record<string, WithId<T>[]>> {
    return this.look((db) => {
      const scope = new SearchScope(db, this.access, this.params);
      assertSearch(scope, request);
      if (getSearchParameter(request.resourceType, field)?.type !== 'reference') {
        throw new OperationOutcomeError(badRequest(`Invalid reference search parameter: ${field}`));
      }
      const count = pageSize(request);
      const found = references.map((reference): [string, WithId<T>[]] => {
        const filter = { code: field, operator: Operator.EQUALS, value: reference };
        const one = { ...request, filters: [...(request.filters ?? []), filter] };
        const rows = this.find(scope, one, count, pageOffset(request));
        return [reference, rows.map(({ text }) => this.access.visible(parseContent<T>(text)))];
      });
      return Object.fromEntries(found);
    });
  }

  private look<R>(work: (db: Connection) => R): Promise<R> {
    return this.store.read(work).catch(blameStore);
  }

  /** What is on the page, and what it asks for besides. */
  private async addEntries<T extends Resource>(
    bundle: Bundle<WithId<T>>,
    request: SearchRequest<T>,
    found: readonly FoundRow[],
  ): Promise<void> {
    const { include, revInclude, fields, summary } = request;
    const asStored = !include && !revInclude && !fields && !summary;
    if (asStored && !found.some(({ type }) => this.access.hidesFieldsOf(type))) {
      keepTexts(
        bundle,
        found.map(({ type, id, text }) => ({ fullUrl: this.fullUrl(type, id), text })),
      );
      return;
    }
    const resources = found.map(({ text }) => parseContent<T>(text));
    const entry: BundleEntry<WithId<T>>[] = resources.map((resource) => ({
      fullUrl: this.fullUrl(resource.resourceType, resource.id),
      search: { mode: 'match' },
      resource,
    }));
    if (include || revInclude) {
      await this.addIncludes(request, resources, entry);
    }
    bundle.entry = entry.map((item) => this.shown(item, request));
  }

  private find(scope: SearchScope, request: SearchRequest, limit: number, offset: number): FoundRow[] {
    const found: FoundRow[] = [];
    let toSkip = offset;
    for (const type of typesOf(request)) {
      if (found.length >= limit) {
        break;
      }
      const behind = behindCursor(request);
      const filters = searchExpression(scope, type, request.filters ?? []);
      const expression = behind ? all([filters, behind]) : filters;
      const page = { sortRules: request.sortRules ?? [], limit: limit - found.length, offset: toSkip };
      const rows = findPage(scope, type, expression, page);
      found.push(...rows);
      if (toSkip > 0) {
        toSkip = rows.length > 0 ? 0 : Math.max(0, toSkip - countMatches(scope, type, expression));
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

function nextPage(request: SearchRequest, found: readonly FoundRow[], offset: number): NextPage {
  const last = found.at(-1);
  return last && followsChanges(request) ? { cursor: cursorBehind(parseContent(last.text)) } : { offset };
}
