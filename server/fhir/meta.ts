import type { WithId } from '@medplum/core';
import {
  getSearchParameter,
  getSearchParameterDetails,
  isReference,
  isUUID,
  protectedResourceTypes,
  resolveId,
} from '@medplum/core';
import type { Meta, Reference, Resource } from '@medplum/fhirtypes';
import { randomUUID } from 'node:crypto';
import type { RequestContext } from '../context.ts';
import type { PathWalker } from '../search/path.ts';
import { compilePath } from '../search/path.ts';
import { patientCompartmentCodes } from './definitions.ts';

/**
 * The `meta` of a version about to be written. Clients decide about profile, tags and security labels; the server
 * about the rest, unless it is itself that writes.
 */
export function nextMeta(
  context: RequestContext,
  resource: WithId<Resource>,
  before: WithId<Resource> | undefined,
  now: string,
): Meta {
  const given = resource.meta ?? {};
  const trusted = context.projectId === undefined;
  const { profile, tag, security, source, extension } = given;
  const accounts = trusted || context.admin ? given : (before?.meta ?? {});
  const meta: Meta = {
    ...defined({ profile, tag, security, source, extension }),
    ...defined({ account: accounts.account, accounts: accounts.accounts }),
    versionId: randomUUID(),
    lastUpdated: trusted && !before && given.lastUpdated ? given.lastUpdated : now,
    author: trusted && given.author ? given.author : context.author,
  };
  const project = projectOf(context, resource, before);
  if (project) {
    meta.project = project;
  }
  meta.compartment = compartmentsOf({ ...resource, meta });
  return meta;
}

function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** The project that a resource belongs to. */
function projectOf(
  context: RequestContext,
  resource: WithId<Resource>,
  before: Resource | undefined,
): string | undefined {
  switch (resource.resourceType) {
    case 'Project':
      return resource.id;
    case 'ProjectMembership':
      return resolveId(resource.project);
    default:
      if (protectedResourceTypes.includes(resource.resourceType)) {
        return undefined;
      }
      return context.projectId ?? resource.meta?.project ?? before?.meta?.project;
  }
}

const walkers = new Map<string, PathWalker[]>();

/** The patients that a resource is about, and the accounts that it belongs to. */
function compartmentsOf(resource: WithId<Resource>): Reference[] {
  const found = new Set<string>();
  const { project, account, accounts } = resource.meta ?? {};
  if (project) {
    found.add(`Project/${project}`);
  }
  for (const reference of [account, ...(accounts ?? [])]) {
    if (reference?.reference && !reference.reference.startsWith('Project/')) {
      found.add(reference.reference);
    }
  }
  if (resource.resourceType === 'Patient') {
    found.add(`Patient/${resource.id}`);
  }
  for (const walk of compartmentWalkers(resource.resourceType)) {
    for (const { value } of walk(resource)) {
      if (isReference(value) && value.reference.startsWith('Patient/') && isUUID(value.reference.slice(8))) {
        found.add(value.reference);
      }
    }
  }
  return [...found].map((reference) => ({ reference }));
}

function compartmentWalkers(resourceType: string): PathWalker[] {
  let known = walkers.get(resourceType);
  if (!known) {
    known = patientCompartmentCodes(resourceType).flatMap((code) => {
      const parameter = getSearchParameter(resourceType, code);
      return parameter ? [compilePath(getSearchParameterDetails(resourceType, parameter).parsedExpression)] : [];
    });
    walkers.set(resourceType, known);
  }
  return known;
}
