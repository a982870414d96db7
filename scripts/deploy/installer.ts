import type { MedplumClient, WithId } from '@medplum/core';
import type { ExtractResource, Resource, ResourceType } from '@medplum/fhirtypes';
import { searchAll } from '../../bots/runtime/load.ts';
import { contentHash, HASH_TAG, KEY_TAG, MANAGED_TAG } from './desired.ts';
import type { Report } from './report.ts';

/** Types that a clinic edits: their own version of one is left alone. */
const EDITABLE: readonly ResourceType[] = ['PlanDefinition', 'ActivityDefinition', 'Questionnaire'];

const tagOf = (resource: Resource, system: string): string | undefined =>
  resource.meta?.tag?.find((tag) => tag.system === system)?.code;

/** How a person knows it, where its key says little: a Subscription by its cause and its effect. */
const titleOf = (resource: Resource): string | undefined =>
  resource.resourceType === 'Subscription' ? `${resource.criteria}: ${resource.reason}` : undefined;

/** Brings the installed resources of one type to what they should be. */
export class Installer<K extends ResourceType> {
  private readonly medplum: MedplumClient;
  private readonly installed: Map<string, WithId<ExtractResource<K>>>;
  private readonly report: Report;
  private readonly dryRun: boolean;
  private readonly wanted = new Set<string>();

  private constructor(
    medplum: MedplumClient,
    installed: Map<string, WithId<ExtractResource<K>>>,
    report: Report,
    dryRun: boolean,
  ) {
    this.medplum = medplum;
    this.installed = installed;
    this.report = report;
    this.dryRun = dryRun;
  }

  /** Looks up what an earlier deploy installed of this type. */
  static async of<K extends ResourceType>(
    medplum: MedplumClient,
    type: K,
    report: Report,
    dryRun: boolean,
  ): Promise<Installer<K>> {
    const found = await searchAll(medplum, type, { _tag: `${MANAGED_TAG.system}|${MANAGED_TAG.code}` });
    const byKey = new Map(found.map((resource) => [tagOf(resource, KEY_TAG) ?? '', resource]));
    return new Installer(medplum, byKey, report, dryRun);
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
    const what = `${resource.resourceType} ${titleOf(resource) ?? key}`;
    this.wanted.add(key);
    const existing = this.installed.get(key);
    if (!existing) {
      this.report.add('created', what);
      return this.dryRun ? 'not-yet-created' : (await this.medplum.createResource(resource)).id;
    }
    const content = contentHash(existing);
    const edited = content !== tagOf(existing, HASH_TAG);
    if (edited && EDITABLE.includes(resource.resourceType)) {
      this.report.add('kept', what);
    } else if (content === contentHash(resource)) {
      this.report.add('unchanged', what);
    } else {
      this.report.add('updated', what);
      if (!this.dryRun) {
        await this.medplum.updateResource({ ...resource, id: existing.id });
      }
    }
    return existing.id;
  }

  /** Removes what an earlier version installed and this one no longer has. */
  async removeOthers(): Promise<void> {
    for (const [key, installed] of this.installed) {
      if (!this.wanted.has(key)) {
        const { resourceType, id } = installed;
        this.report.add('removed', `${resourceType} ${titleOf(installed) ?? key}`);
        if (!this.dryRun) {
          await this.medplum.deleteResource(resourceType, id);
        }
      }
    }
  }
}
