import { createReference, isResource } from '@medplum/core';
import type { AuditEvent, AuditEventEntity } from '@medplum/fhirtypes';
import type { Repository } from '../fhir/repository.ts';
import { AuditOutcome } from '../operate/audit.ts';
import type { BotRequest, BotResult } from './types.ts';

/** The end of what a bot printed is kept, the beginning is dropped. */
const MAX_LOG = 10 * 1024;

/** Leaves an AuditEvent of a bot's run, unless `Bot.auditEventTrigger` says that nobody wants one. */
export async function auditBotRun(
  repository: Repository,
  request: BotRequest,
  result: BotResult,
  period: { start: string; end: string },
): Promise<void> {
  const { bot, runAs, requester } = request;
  if (!isWanted(bot.auditEventTrigger ?? 'always', result)) {
    return;
  }
  await repository.createOwn<AuditEvent>({
    resourceType: 'AuditEvent',
    type: { system: 'https://medplum.com/CodeSystem/audit-event', code: 'execute' },
    period,
    recorded: period.end,
    agent: [
      ...(requester ? [{ who: reference(requester), requestor: true }] : []),
      { who: reference(runAs.membership.profile), requestor: !requester },
    ],
    source: { observer: createReference(bot) },
    entity: entities(request),
    outcome: result.success ? AuditOutcome.success : AuditOutcome.minorFailure,
    ...(result.log && { outcomeDesc: result.log.slice(-MAX_LOG) }),
  });
}

function isWanted(trigger: string, result: BotResult): boolean {
  switch (trigger) {
    case 'never':
      return false;
    case 'on-error':
      return !result.success;
    case 'on-output':
      return result.log !== '';
    default:
      return true;
  }
}

/** Who, without the display: that is a name. */
function reference(who: { reference?: string }): NonNullable<AuditEvent['agent'][number]['who']> {
  return { reference: who.reference };
}

function entities({ bot, input, subscription }: BotRequest): AuditEventEntity[] {
  const role = (code: string) => ({ system: 'http://terminology.hl7.org/CodeSystem/object-role', code });
  return [
    { what: { reference: `Bot/${bot.id}` }, role: role('9') },
    ...(subscription ? [{ what: { reference: `Subscription/${subscription.id}` }, role: role('9') }] : []),
    ...(isResource(input) && input.id
      ? [{ what: { reference: `${input.resourceType}/${input.id}` }, role: role('4') }]
      : []),
  ];
}
