import type { Communication, Task } from '@medplum/fhirtypes';
import type { TFunction } from 'i18next';
import { getExtensionValue } from '@medplum/core';
import { INSTANTIATES_CANONICAL } from '../../../../bots/messages/names.ts';
import type { Reason } from './stuck.ts';
import type { LiveJourney } from './live.ts';
import type { Step } from '../../../../bots/journeys/parts.ts';
import { placeOf } from '../../../../bots/journeys/parts.ts';

const FAILURES = [
  'opted-out',
  'no-address',
  'invalid-address',
  'provider-refused',
  'expired',
  'obsolete',
  'no-content',
  'invalid-template',
] as const;

/** Why a message did not go out, in words. */
export function failureOf({ statusReason }: Communication, t: TFunction<'journeys'>): string {
  const codes = statusReason?.coding?.map(({ code }) => code) ?? [];
  const known = FAILURES.find((code) => codes.includes(code));
  return known ? t(`failed.${known}`) : (statusReason?.text ?? t('failed.unknown'));
}

/** Why a journey is stuck, in a sentence. */
export function reasonText({ kind, about }: Reason, titles: Titles, t: TFunction<'journeys'>): string {
  const text =
    about.resourceType === 'Communication'
      ? failureOf(about, t)
      : (about.resourceType === 'Task' && about.description) || titles(about);
  return t(`reason.${kind}`, { text });
}

/** What a step is called. */
export type Titles = (step: Step) => string;

/**
 * What the steps of a journey are called: as the definition has it, else a task's own description, else the last part of
 * the template's url.
 * @param titles - By `stage/step`.
 */
export function titlesOf({ plan }: Pick<LiveJourney, 'plan'>, titles: ReadonlyMap<string, string>): Titles {
  return (step) => {
    const place = placeOf(plan, step);
    const own = step.resourceType === 'Task' ? step.description : templateOf(step);
    return (place && titles.get(`${place.stage}/${place.step}`)) ?? own ?? place?.step ?? '';
  };
}

function templateOf(step: Step): string | undefined {
  const url = getExtensionValue(step, INSTANTIATES_CANONICAL);
  return typeof url === 'string' ? url.split('/').at(-1)?.replaceAll('-', ' ') : undefined;
}

const STAGE_STATES = ['requested', 'in-progress', 'completed', 'cancelled', 'on-hold'] as const;
const PLAN_STATES = ['active', 'on-hold', 'completed', 'revoked'] as const;

export function stageState({ status }: Task): (typeof STAGE_STATES)[number] {
  return STAGE_STATES.find((known) => known === status) ?? 'requested';
}

export function planState({ plan }: Pick<LiveJourney, 'plan'>): (typeof PLAN_STATES)[number] | 'other' {
  return PLAN_STATES.find((known) => known === plan.status) ?? 'other';
}
