import type { WithId } from '@medplum/core';
import {
  AccessPolicyInteraction,
  forbidden,
  gone,
  isUUID,
  notFound,
  OperationOutcomeError,
  validateResourceType,
} from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import type { Access } from '../access/access.ts';
import type { Connection } from '../store/connection.ts';
import type { PassingResources } from './passing.ts';
import type { ResourceRow } from './rows.ts';
import { findRow, lastContent, parseContent } from './rows.ts';

const { READ, UPDATE } = AccessPolicyInteraction;

/** Finds resources by id, as far as the requester may know of them. What they may not see does not exist for them. */
export class ResourceReader {
  private readonly access: Access;
  private readonly passing: PassingResources;

  constructor(access: Access, passing: PassingResources) {
    this.access = access;
    this.passing = passing;
  }

  /** Refuses what the requester may not do with any resource of a type. */
  assertSupports(interaction: AccessPolicyInteraction, resourceType: string): void {
    if (!this.access.supports(interaction, resourceType)) {
      throw new OperationOutcomeError(forbidden);
    }
  }

  /** The row of a resource of the requester's project, deleted or not. */
  row(db: Connection, resourceType: string, id: string): ResourceRow {
    if (!isUUID(id)) {
      throw new OperationOutcomeError(notFound);
    }
    validateResourceType(resourceType);
    this.assertSupports(READ, resourceType);
    const row = findRow(db, resourceType, id) ?? this.passing.find(resourceType, id);
    if (!row || (!this.access.unlimited && row.project !== this.access.projectId)) {
      throw new OperationOutcomeError(notFound);
    }
    return row;
  }

  /** A resource that is not deleted, with its row. */
  live<T extends Resource>(
    db: Connection,
    resourceType: string,
    id: string,
  ): { row: ResourceRow; resource: WithId<T> } {
    const row = this.row(db, resourceType, id);
    const resource = this.known<T>(db, READ, row);
    if (row.deleted) {
      throw new OperationOutcomeError(gone);
    }
    return { row, resource };
  }

  /** A version, which may have been another's than the present one is. */
  version<T extends Resource>(db: Connection, row: ResourceRow, content: string): WithId<T> {
    const resource = parseContent<T>(content);
    if (!this.access.seesAllVersions(row.type) && !this.mayRead(db, resource)) {
      throw new OperationOutcomeError(notFound);
    }
    return resource;
  }

  /** The present or, if it is deleted, last version of a resource that the requester may know of and do this with. */
  private known<T extends Resource>(db: Connection, interaction: AccessPolicyInteraction, row: ResourceRow): WithId<T> {
    const content = row.deleted ? lastContent(db, row.rid) : row.content;
    const resource = content ? parseContent<T>(content) : undefined;
    if (!resource || !this.mayRead(db, resource)) {
      throw new OperationOutcomeError(notFound);
    }
    if (interaction !== READ && !this.access.permits(interaction, resource)) {
      throw new OperationOutcomeError(forbidden);
    }
    return resource;
  }

  /** Content that belongs to another resource is for whoever may read that one. */
  private mayRead(db: Connection, resource: Resource): boolean {
    if (!this.access.permits(READ, resource)) {
      return false;
    }
    const owner = resource.resourceType === 'Binary' ? resource.securityContext?.reference : undefined;
    if (owner === undefined || this.access.unlimited) {
      return true;
    }
    const [type = '', id = ''] = owner.split('/');
    const row = isUUID(id) && this.access.supports(READ, type) ? findRow(db, type, id) : undefined;
    return row?.deleted === 0 && row.type !== 'Binary' && this.access.permits(READ, parseContent(row.content));
  }

  /** What an update starts from; undefined where it makes a resource of an id that only the server itself may choose. */
  forUpdate<T extends Resource>(
    db: Connection,
    resourceType: string,
    id: string,
  ): { row: ResourceRow; resource?: WithId<T> } | undefined {
    if (this.access.unlimited && !findRow(db, resourceType, id)) {
      return undefined;
    }
    const row = this.row(db, resourceType, id);
    // What is deleted may be brought back by whoever could have changed it.
    const resource = this.known<T>(db, UPDATE, row);
    return row.deleted ? { row } : { row, resource };
  }

  /** The row of a resource whose present or, if it is deleted, last version the requester may see. */
  anyState(db: Connection, interaction: AccessPolicyInteraction, resourceType: string, id: string): ResourceRow {
    const row = this.row(db, resourceType, id);
    this.known(db, interaction, row);
    return row;
  }
}
