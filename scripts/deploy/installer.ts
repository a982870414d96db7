import type { MedplumClient, WithId } from '@medplum/core';
import type { ExtractResource, Resource, ResourceType } from '@medplum/fhirtypes';
import { searchAll } from '../../bots/runtime/load.ts';
import { contentHash, HASH_TAG, KEY_TAG, MANAGED_TAG } from './desired.ts';
import type { Report } from './report.ts';

/** Types that a clinic edits: their own version of one is left alone. */
const EDITABLE: readonly ResourceType[] = ['PlanDefinition', 'ActivityDefinition', 'Questionnaire'];

const tagOf = (resource: Resource, system: string): string | undefined =>
  resource.meta?.tag?.find((tag) => tag.system === system)?.code;

/** How a person knows it: by its key, or where that says little, a Subscription by its cause and its effect. */
export const titleOf = (resource: Resource): string =>
  resource.resourceType === 'Subscription'
    ? `${resource.criteria}: ${resource.reason}`
    : (tagOf(resource, KEY_TAG) ?? String(resource.id));

/** What a role may do is the clinic's to say; what a bot may do is not. */
const isRole = (resource: Resource): boolean => tagOf(resource, KEY_TAG)?.startsWith('data/AccessPolicy/') === true;

/** Has the clinic made an installed resource its own, by editing it? */
export const isEdited = (installed: Resource): boolean =>
  (EDITABLE.includes(installed.resourceType) || isRole(installed)) &&
  contentHash(installed) !== tagOf(installed, HASH_TAG);

export interface InstallOptions {
  readonly report: Report;
  /** Only list what would change. */
  readonly dryRun: boolean;
  /** Collects what is to stay, as `Type/id`. */
  readonly kept: Set<string>;
}

/** Brings the installed resources of one type to what they should be. */
export class Installer<K extends ResourceType> {
  private readonly medplum: MedplumClient;
  private readonly installed: Map<string, WithId<ExtractResource<K>>>;
  private readonly report: Report;
  private readonly dryRun: boolean;
  /** What is as it should be, as `Type/id`; whatever else is marked as ours has no place any more. */
  private readonly kept: Set<string>;

  private constructor(
    medplum: MedplumClient,
    installed: Map<string, WithId<ExtractResource<K>>>,
    { report, dryRun, kept }: InstallOptions,
  ) {
    this.medplum = medplum;
    this.installed = installed;
    this.report = report;
    this.dryRun = dryRun;
    this.kept = kept;
  }

  /** Looks up what an earlier deploy installed of this type. */
  static async of<K extends ResourceType>(
    medplum: MedplumClient,
    type: K,
    options: InstallOptions,
  ): Promise<Installer<K>> {
    const found = await searchAll(medplum, type, { _tag: `${MANAGED_TAG.system}|${MANAGED_TAG.code}` });
    const byKey = new Map(found.map((resource) => [tagOf(resource, KEY_TAG) ?? '', resource]));
    return new Installer(medplum, byKey, options);
  }

  /** What is installed under a key, if anything. */
  get(key: string): WithId<ExtractResource<K>> | undefined {
    return this.installed.get(key);
  }

  /**
   * Creates or updates one resource, or finds that it is as it should be.
   * @returns Its id; in a dry run of what is not there yet, a made-up one.
   */
  async put(resource: ExtractResource<K> & Resource): Promise<string> {
    const key = tagOf(resource, KEY_TAG) ?? '';
    const what = `${resource.resourceType} ${titleOf(resource)}`;
    const existing = this.installed.get(key);
    if (!existing) {
      this.report.add('created', what);
      const id = this.dryRun ? 'not-yet-created' : (await this.medplum.createResource(resource)).id;
      this.kept.add(`${resource.resourceType}/${id}`);
      return id;
    }
    this.kept.add(`${resource.resourceType}/${existing.id}`);
    if (isEdited(existing)) {
      this.report.add('kept', what);
    } else if (contentHash(existing) === contentHash(resource)) {
      this.report.add('unchanged', what);
    } else {
      this.report.add('updated', what);
      if (!this.dryRun) {
        await this.medplum.updateResource({ ...resource, id: existing.id });
      }
    }
    return existing.id;
  }
}
