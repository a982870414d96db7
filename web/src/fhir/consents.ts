import type { WithId } from '@medplum/core';
import type { Consent } from '@medplum/fhirtypes';
import { useMedplum } from '@medplum/react-hooks';
import type { UseQueryResult } from '@tanstack/react-query';
import { consentOf, isOf } from '../../../bots/messages/consent.ts';
import { CONSENT_CATEGORY, MESSAGE_CONSENT_SID } from '../../../bots/messages/names.ts';
import type { Channel } from '../../../bots/messages/template.ts';
import { useAction } from './operations.ts';
import { useSearch } from './queries.ts';

/**
 * What a patient said about messages, by channel.
 * @param patient - Such as `Patient/123`.
 */
export function useMessageConsents(patient: string): UseQueryResult<WithId<Consent>[]> {
  return useSearch('Consent', { patient, category: `${CONSENT_CATEGORY}|messages`, status: 'active' });
}

/** A channel, and whether the patient wants messages on it. */
interface Choice {
  readonly channel: Channel;
  readonly wanted: boolean;
}

interface ConsentSwitch {
  readonly store: (choice: Choice) => void;
  /** What is being stored: it shows at once, and where it cannot be stored it goes back. */
  readonly asked: Choice | undefined;
}

/**
 * Stores what a patient says about messages on a channel: one Consent for each, however many windows say it.
 * @param consents - Those that there are.
 */
export function useConsentSwitch(patient: string, consents: readonly WithId<Consent>[] | undefined): ConsentSwitch {
  const medplum = useMedplum();
  const { mutate, isPending, variables } = useAction(
    ({ channel, wanted }: Choice) => {
      const existing = consents?.find((consent) => isOf(consent, channel));
      const consent = consentOf(patient, channel, wanted ? 'permit' : 'deny', existing, new Date());
      const key = encodeURIComponent(`${MESSAGE_CONSENT_SID}|${patient}/${channel}`);
      return existing
        ? medplum.updateResource<Consent>(
            { ...consent, id: existing.id },
            { headers: { 'If-Match': `W/"${existing.meta?.versionId}"` } },
          )
        : medplum.createResourceIfNoneExist<Consent>(consent, `identifier=${key}&status=active`);
    },
    { changes: ['Consent'] },
  );
  return { store: mutate, asked: isPending ? variables : undefined };
}
