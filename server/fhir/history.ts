import type { WithId } from '@medplum/core';
import { AccessPolicyInteraction, allOk, DEFAULT_MAX_SEARCH_COUNT, getStatus } from '@medplum/core';
import type { ReadHistoryOptions } from '@medplum/fhir-router';
import type { Bundle, BundleEntry, OperationOutcome, Resource } from '@medplum/fhirtypes';
import type { Access } from '../access/access.ts';
import type { Connection } from '../store/connection.ts';
import type { ResourceRow, VersionRow } from './rows.ts';
import { countVersions, parseContent, versionRows } from './rows.ts';

/** How many versions a page has unless the client says otherwise; the number is Medplum's. */
const PAGE = 100;

/** Makes the history bundle of a resource, the latest version first. */
export function historyBundle<T extends Resource>(
  db: Connection,
  row: ResourceRow,
  access: Access,
  fhirUrl: string,
  options: ReadHistoryOptions = {},
): Bundle<WithId<T>> {
  const limit = Math.min(Math.max(whole(options.limit) ?? PAGE, 0), DEFAULT_MAX_SEARCH_COUNT);
  const offset = Math.max(whole(options.offset) ?? 0, 0);
  const { versions, total } = page(db, row, access, limit, offset);
  const path = `${fhirUrl}/${row.type}/${row.id}/_history`;
  const link: Bundle['link'] = [{ relation: 'self', url: `${path}?_count=${limit}&_offset=${offset}` }];
  if (limit > 0 && offset + limit < total) {
    link.push({ relation: 'next', url: `${path}?_count=${limit}&_offset=${offset + limit}` });
  }
  const entry = versions.map((version) => historyEntry<T>(row, version, access, fhirUrl));
  return { resourceType: 'Bundle', type: 'history', total, link, entry };
}

/** A version that the requester could not have read when it was the present one is none of theirs now. */
function page(
  db: Connection,
  row: ResourceRow,
  access: Access,
  limit: number,
  offset: number,
): { versions: VersionRow[]; total: number } {
  const total = countVersions(db, row.rid);
  if (access.seesAllVersions(row.type)) {
    return { versions: versionRows(db, row.rid, limit, offset), total };
  }
  const seen = versionRows(db, row.rid, total, 0).filter(
    ({ content }) => content === null || access.permits(AccessPolicyInteraction.READ, parseContent(content)),
  );
  return { versions: seen.slice(offset, offset + limit), total: seen.length };
}

function whole(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

function historyEntry<T extends Resource>(
  { type, id }: ResourceRow,
  { version, updated, content }: VersionRow,
  access: Access,
  fhirUrl: string,
): BundleEntry<WithId<T>> {
  const outcome = content === null ? deletedOn(updated) : allOk;
  return {
    fullUrl: `${fhirUrl}/${type}/${id}`,
    request: { method: 'GET', url: `${type}/${id}/_history/${version}` },
    response: { status: getStatus(outcome).toString(), outcome },
    ...(content === null ? {} : { resource: access.visible(parseContent<T>(content)) }),
  };
}

function deletedOn(updated: number): OperationOutcome {
  const text = `Deleted on ${new Date(updated).toISOString()}`;
  return {
    resourceType: 'OperationOutcome',
    id: 'gone',
    issue: [{ severity: 'error', code: 'deleted', details: { text } }],
  };
}
