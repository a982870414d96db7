import type { MedplumClient, WithId } from '@medplum/core';
import { isGone, isNotFound, OperationOutcomeError, resolveId } from '@medplum/core';
import type { Bot, ProjectMembership } from '@medplum/fhirtypes';
import { sid } from '../../bots/runtime/contract.ts';
import { searchAll } from '../../bots/runtime/load.ts';
import { KEY_TAG, MANAGED_TAG } from './desired.ts';

/** Its value is the name of the definition that a Bot was made from. */
export const BOT_SID = sid('bot');

/** A Bot that deploy made. */
export interface OurBot {
  readonly bot: WithId<Bot>;
  /** The name of its definition. */
  readonly name: string;
  readonly memberships: readonly WithId<ProjectMembership>[];
}

/**
 * The Bots that deploy made, those included that a deploy which broke off has not yet given their identifier: their
 * membership has one of our policies, which says whose it is.
 */
export async function ourBots(medplum: MedplumClient): Promise<OurBot[]> {
  const policies = await searchAll(medplum, 'AccessPolicy', { _tag: `${MANAGED_TAG.system}|${MANAGED_TAG.code}` });
  const nameOfPolicy = new Map(
    policies.map(({ id, meta }) => [id, /^policy\/(.+)$/.exec(meta?.tag?.find(isKey)?.code ?? '')?.[1]]),
  );
  const memberships = await searchAll(medplum, 'ProjectMembership', { 'profile-type': 'Bot' });
  const bots = new Map<string, { bot: WithId<Bot>; name: string }>();
  for (const bot of await searchAll(medplum, 'Bot', { identifier: `${BOT_SID}|` })) {
    const name = bot.identifier?.find(({ system }) => system === BOT_SID)?.value;
    if (name !== undefined) {
      bots.set(bot.id, { bot, name });
    }
  }
  for (const { profile, accessPolicy } of memberships) {
    const id = resolveId(profile) ?? '';
    const name = nameOfPolicy.get(resolveId(accessPolicy) ?? '');
    const bot = name !== undefined && !bots.has(id) ? await readBot(medplum, id) : undefined;
    if (bot && name !== undefined) {
      bots.set(id, { bot, name });
    }
  }
  return [...bots.values()].map(({ bot, name }) => ({
    bot,
    name,
    memberships: memberships.filter(({ profile }) => profile.reference === `Bot/${bot.id}`),
  }));
}

const isKey = ({ system }: { system?: string }): boolean => system === KEY_TAG;

const readBot = (medplum: MedplumClient, id: string): Promise<WithId<Bot> | undefined> =>
  unlessMissing(medplum.readResource('Bot', id));

/** What is asked of one resource; undefined if that is not there, or not any more. */
export async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (thrown) {
    if (thrown instanceof OperationOutcomeError && (isGone(thrown.outcome) || isNotFound(thrown.outcome))) {
      return undefined;
    }
    throw thrown;
  }
}
