import type { MedplumClient, WithId } from '@medplum/core';
import type { Bot, Resource, ResourceType } from '@medplum/fhirtypes';
import { searchAll } from '../../bots/runtime/load.ts';
import { MANAGED_TAG } from './desired.ts';
import { isEdited, titleOf } from './installer.ts';
import { ourBots, unlessMissing } from './our-bots.ts';
import type { OurBot } from './our-bots.ts';
import type { Report } from './report.ts';

/** What goes before the Bots, so that nothing calls one that is gone. */
const CALLERS: readonly ResourceType[] = ['Subscription', 'OperationDefinition'];

/** What goes after them, so that none ever runs without its policy. */
const REST: readonly ResourceType[] = [
  ...(['UserConfiguration', 'AccessPolicy', 'PlanDefinition', 'ActivityDefinition', 'Questionnaire'] as const),
  ...(['Library', 'ConceptMap', 'ValueSet', 'CodeSystem'] as const),
];

/**
 * Removes what deploy installed, except for what is to stay. Only what carries our mark is looked at; of that, what the
 * clinic edited and a journey that patients are on are kept. Broken off, it is finished by the next time.
 * @param kept - What stays, as `Type/id`.
 */
export async function removeInstalled(
  medplum: MedplumClient,
  kept: ReadonlySet<string>,
  report: Report,
  dryRun: boolean,
): Promise<void> {
  const bots = await ourBots(medplum);
  const isOurs = (profile: string): boolean => bots.some(({ bot }) => profile === `Bot/${bot.id}`);
  const remove = (types: readonly ResourceType[]): Promise<void> =>
    removeMarked(medplum, types, { kept, isOurs, report, dryRun });
  await remove(CALLERS);
  for (const ours of bots) {
    if (!kept.has(`Bot/${ours.bot.id}`)) {
      report.add('removed', `Bot ${ours.bot.name}`);
      if (!dryRun) {
        await removeBot(medplum, ours);
      }
    }
  }
  await remove(REST);
}

interface RemoveOptions {
  readonly kept: ReadonlySet<string>;
  /** Whether a profile is one of the Bots that deploy made. */
  readonly isOurs: (profile: string) => boolean;
  readonly report: Report;
  readonly dryRun: boolean;
}

async function removeMarked(
  medplum: MedplumClient,
  types: readonly ResourceType[],
  { kept, isOurs, report, dryRun }: RemoveOptions,
): Promise<void> {
  for (const type of types) {
    const installed = await searchAll(medplum, type, { _tag: `${MANAGED_TAG.system}|${MANAGED_TAG.code}` });
    for (const resource of installed.filter(({ id }) => !kept.has(`${type}/${id}`))) {
      if (isEdited(resource) || (await isInUse(medplum, resource, isOurs))) {
        report.add('kept', `${type} ${titleOf(resource)}`);
        continue;
      }
      report.add('removed', `${type} ${titleOf(resource)}`);
      if (!dryRun) {
        await medplum.deleteResource(type, resource.id);
      }
    }
  }
}

/** A journey goes on as long as somebody is on it; a policy of a member that is not ours stays theirs. */
async function isInUse(
  medplum: MedplumClient,
  resource: WithId<Resource>,
  isOurs: (profile: string) => boolean,
): Promise<boolean> {
  if (resource.resourceType === 'AccessPolicy') {
    const members = await searchAll(medplum, 'ProjectMembership', { 'access-policy': `AccessPolicy/${resource.id}` });
    return members.some(({ profile }) => !isOurs(profile.reference ?? ''));
  }
  if (resource.resourceType !== 'PlanDefinition' || !resource.url) {
    return false;
  }
  const canonical = [resource.url, ...(resource.version ? [`${resource.url}|${resource.version}`] : [])];
  const running = await medplum.searchOne('CarePlan', {
    'instantiates-canonical': canonical.join(','),
    status: 'active,on-hold,draft',
  });
  return running !== undefined;
}

/** First what makes it run, then the code of every deploy, which only it leads to, then what it may do, and itself last. */
async function removeBot(medplum: MedplumClient, { bot, memberships }: OurBot): Promise<void> {
  if (bot.cronString) {
    // Medplum keeps the schedule of a Bot that is deleted, and fails at each of its times.
    await medplum.updateResource<Bot>({ ...bot, cronString: undefined });
  }
  for (const id of await codeOf(medplum, bot)) {
    // A removal that was broken off has removed some of them.
    await unlessMissing(medplum.deleteResource('Binary', id));
  }
  for (const { id } of memberships) {
    await medplum.deleteResource('ProjectMembership', id);
  }
  await medplum.deleteResource('Bot', bot.id);
}

/** The Binaries that any version of a Bot names. */
async function codeOf(medplum: MedplumClient, { id }: WithId<Bot>): Promise<string[]> {
  const { entry = [] } = await medplum.readHistory('Bot', id);
  const urls = entry.flatMap(({ resource }) => [resource?.executableCode?.url, resource?.sourceCode?.url]);
  return [...new Set(urls.flatMap((url) => /(?:Binary|storage)\/([0-9a-f-]{36})/.exec(url ?? '')?.[1] ?? []))];
}
