import {
  AccessPolicyInteraction,
  badRequest,
  forbidden,
  OperationOutcomeError,
  validateResourceType,
} from '@medplum/core';
import type { Filter } from '@medplum/core';
import type { OperationOutcome, ResourceType, SearchParameter } from '@medplum/fhirtypes';
import type { Access } from '../access/access.ts';
import type { Connection } from '../store/connection.ts';
import type { ParamIds } from './param-ids.ts';
import type { Sql } from './sql.ts';
import { isOneOf, name, sql } from './sql.ts';

/** What a search may look at: the connection, and what of it is the requester's. */
export class SearchScope {
  readonly db: Connection;
  readonly access: Access;
  private readonly params: ParamIds;

  private readonly isPolicy: boolean;

  constructor(db: Connection, access: Access, params: ParamIds, isPolicy = false) {
    this.db = db;
    this.access = access;
    this.params = params;
    this.isPolicy = isPolicy;
  }

  /** The numbers of parameters in the requester's project; none where nothing is indexed by them. */
  paramIds(type: string, codes: readonly string[]): number[] {
    const { projectId } = this.access;
    return codes.flatMap((code) => {
      if (projectId === undefined) {
        return this.params.findAll(this.db, type, code);
      }
      return this.params.find(this.db, projectId, type, code) ?? [];
    });
  }

  /** The condition on a resource row `r` that it is a live resource of a type, in the requester's project. */
  rowsOf(type: string): Sql {
    const { projectId } = this.access;
    const inProject = projectId === undefined ? name('1') : isOneOf(name('r.project'), [projectId]);
    return sql`r.type = ${type} AND ${inProject} AND r.deleted = 0`;
  }

  /** The same for the rules of a policy, which may look at what they hide. */
  ofPolicy(): SearchScope {
    return new SearchScope(this.db, this.access, this.params, true);
  }

  /** Refuses a parameter that could tell the requester of what they may not see. */
  assertVisible(type: string, code: string): void {
    if (!this.isPolicy && this.access.hidesParameter(type, code)) {
      throw new OperationOutcomeError({
        ...forbidden,
        issue: [{ ...forbidden.issue[0], details: { text: `You may not search by ${code}` }, expression: [code] }],
      } as OperationOutcome);
    }
  }

  /** Refuses types that do not exist, and those that the requester may not search. */
  assertSearchable(type: string): asserts type is ResourceType {
    validateResourceType(type);
    if (type === 'Binary') {
      throw new OperationOutcomeError(badRequest('Cannot search on Binary resource type'));
    }
    if (!this.access.supports(AccessPolicyInteraction.SEARCH, type)) {
      throw new OperationOutcomeError(forbidden);
    }
  }
}

/** A filter on a parameter, with what its index lookup needs. */
export interface ParameterFilter {
  scope: SearchScope;
  type: string;
  parameter: SearchParameter;
  filter: Filter;
  /** The numbers to look under; never empty. */
  ids: number[];
}
