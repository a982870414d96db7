import { createHash } from 'node:crypto';
import type { MedplumClient, WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { AccessPolicy, Bot as BotResource, UserConfiguration } from '@medplum/fhirtypes';
import { BOT_KIND, WEBHOOK_SID } from '../../bots/runtime/contract.ts';
import type { Bot } from '../lib/bots.ts';
import { managed, policyOf } from './desired.ts';
import { Installer } from './installer.ts';
import type { InstallOptions } from './installer.ts';
import { BOT_SID, ourBots } from './our-bots.ts';
import type { Report } from './report.ts';

/**
 * Installs each bot: its AccessPolicy, the Bot with its schedule, its code, and the quota it needs.
 * @param codeOf - The bundle of each, by the Bot's name.
 * @returns The id of each Bot, by the name of its definition.
 */
export async function installBots(
  medplum: MedplumClient,
  projectId: string,
  bots: readonly Bot[],
  codeOf: ReadonlyMap<string, string>,
  options: InstallOptions & { readonly webhooks?: Map<string, string> },
): Promise<Map<string, string>> {
  const { report, dryRun, kept } = options;
  const policies = await Installer.of(medplum, 'AccessPolicy', options);
  const configurations = await Installer.of(medplum, 'UserConfiguration', options);
  const installed = new Map((await ourBots(medplum)).map(({ name, bot }) => [name, bot]));
  const ids = new Map<string, string>();
  for (const bot of bots) {
    const { definition } = bot;
    const policyId = await policies.put(policyOf(definition));
    const existing = installed.get(definition.name);
    if (dryRun) {
      report.add(existing ? fateOf(existing, bot, codeOf) : 'created', `Bot ${bot.name}`);
      ids.set(definition.name, existing?.id ?? 'not-yet-created');
      kept.add(`Bot/${ids.get(definition.name)}`);
      if (definition.quota) {
        await configurations.put(quotaOf(bot.name, definition.quota));
      }
      continue;
    }
    const id = await installBot(medplum, projectId, bot, policyId, existing, codeOf.get(bot.name) ?? '', report);
    ids.set(definition.name, id);
    kept.add(`Bot/${id}`);
    const configurationId = definition.quota
      ? await configurations.put(quotaOf(bot.name, definition.quota))
      : undefined;
    if (definition.kind === 'webhook') {
      options.webhooks?.set(definition.name, await openWebhook(medplum, id, report));
    }
    if (configurationId || definition.admin) {
      await setMembership(medplum, projectId, id, { configurationId, admin: definition.admin }, report);
    }
  }
  return ids;
}

/**
 * Opens a Bot to the outside world, and notes on it what its address is made of: a bot cannot read memberships.
 * @returns The address, relative to the server's.
 */
async function openWebhook(medplum: MedplumClient, botId: string, report: Report): Promise<string> {
  const membership = await medplum.searchOne('ProjectMembership', { profile: `Bot/${botId}` });
  const bot = await medplum.readResource('Bot', botId, { cache: 'reload' });
  const others = bot.identifier?.filter(({ system }) => system !== WEBHOOK_SID) ?? [];
  const value = membership?.id ?? '';
  if (!bot.publicWebhook || !bot.identifier?.some((one) => one.system === WEBHOOK_SID && one.value === value)) {
    // In front, so that what deploy itself sets stays last.
    const identifier = [{ system: WEBHOOK_SID, value }, ...others];
    await medplum.updateResource({ ...bot, publicWebhook: true, identifier });
    report.add('updated', `webhook of Bot/${botId}`);
  }
  return `webhook/${value}`;
}

/** Bot, then code: a Bot that was made but has no code yet is finished by the next run. */
async function installBot(
  medplum: MedplumClient,
  projectId: string,
  bot: Bot,
  policyId: string,
  existing: WithId<BotResource> | undefined,
  code: string,
  report: Report,
): Promise<string> {
  let current = existing;
  if (!current) {
    const accessPolicy = createReference<WithId<AccessPolicy>>({ resourceType: 'AccessPolicy', id: policyId });
    const created = await medplum.post<WithId<BotResource>>(`admin/projects/${projectId}/bot`, {
      name: bot.name,
      description: bot.definition.description,
      accessPolicy,
    });
    current = await medplum.readResource('Bot', created.id);
  }
  const wanted = settingsOf(current, bot);
  const codeFile = fileName(bot, code);
  const sameCode = current.executableCode?.title === codeFile;
  const sameSettings = JSON.stringify(wanted) === JSON.stringify(settingsOf(current, undefined));
  report.add(existing ? (sameCode && sameSettings ? 'unchanged' : 'updated') : 'created', `Bot ${bot.name}`);
  if (!sameSettings) {
    await medplum.updateResource({ ...current, ...wanted });
  }
  if (!sameCode) {
    await medplum.post(medplum.fhirUrl('Bot', current.id, '$deploy'), { code, filename: codeFile });
  }
  return current.id;
}

type Settings = Pick<BotResource, 'identifier' | 'name' | 'description' | 'category' | 'cronString' | 'timeout'>;

/** What deploy sets on a Bot; without a definition, what stands on it now. */
function settingsOf(current: BotResource, bot: Bot | undefined): Settings {
  const others = current.identifier?.filter(({ system }) => system !== BOT_SID) ?? [];
  return bot
    ? {
        identifier: [...others, { system: BOT_SID, value: bot.definition.name }],
        name: bot.name,
        description: bot.definition.description,
        category: [{ coding: [{ system: BOT_KIND, code: bot.definition.kind }] }],
        cronString: bot.definition.schedule,
        timeout: bot.definition.timeout,
      }
    : {
        identifier: current.identifier,
        name: current.name,
        description: current.description,
        category: current.category,
        cronString: current.cronString,
        timeout: current.timeout,
      };
}

/** The hash in the file's name says which code a Bot has, whoever deployed it. */
function fileName(bot: Bot, code: string): string {
  return `${bot.name}-${createHash('sha256').update(code).digest('hex').slice(0, 16)}.js`;
}

function fateOf(existing: BotResource, bot: Bot, codeOf: ReadonlyMap<string, string>): 'unchanged' | 'updated' {
  const sameCode = existing.executableCode?.title === fileName(bot, codeOf.get(bot.name) ?? '');
  const same = JSON.stringify(settingsOf(existing, bot)) === JSON.stringify(settingsOf(existing, undefined));
  return sameCode && same ? 'unchanged' : 'updated';
}

function quotaOf(name: string, quota: number): UserConfiguration {
  return managed(
    { resourceType: 'UserConfiguration', name, option: [{ id: 'fhirQuota', valueInteger: quota }] },
    `quota/${name}`,
  );
}

/** What a bot needs beside its policy: a quota of its own, or an administrator's rights. */
async function setMembership(
  medplum: MedplumClient,
  projectId: string,
  botId: string,
  { configurationId, admin }: { configurationId: string | undefined; admin: boolean | undefined },
  report: Report,
): Promise<void> {
  const membership = await medplum.searchOne('ProjectMembership', { profile: `Bot/${botId}` });
  const reference = configurationId && `UserConfiguration/${configurationId}`;
  const same = (!reference || membership?.userConfiguration?.reference === reference) && (!admin || membership?.admin);
  if (!membership || same) {
    return;
  }
  await medplum.post(`admin/projects/${projectId}/members/${membership.id}`, {
    ...membership,
    ...(reference && { userConfiguration: { reference } }),
    ...(admin && { admin }),
  });
  report.add('updated', `membership of Bot/${botId}`);
}
