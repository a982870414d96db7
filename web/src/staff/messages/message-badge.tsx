import type { Communication } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { messageState } from '../../fhir/messages.ts';
import type { MessageState } from '../../fhir/messages.ts';
import { StateBadge } from '../../parts/state-badge.tsx';

const COLOURS: Readonly<Record<MessageState, string>> = {
  preparing: 'gray',
  waiting: 'yellow',
  sending: 'blue',
  sent: 'blue',
  delivered: 'green',
  failed: 'red',
  unknown: 'orange',
  stopped: 'gray',
  received: 'grape',
};

/** What has become of a message, in plain words. */
export function MessageBadge({ message }: { readonly message: Communication }): JSX.Element {
  const { t } = useTranslation('messages');
  const state = messageState(message);
  return <StateBadge color={COLOURS[state]}>{t(`state.${state}`)}</StateBadge>;
}
