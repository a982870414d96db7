import { Badge, Group, Text } from '@mantine/core';
import type { Communication } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { isOpen, timeOf } from '../../../../bots/journeys/parts.ts';
import type { Step } from '../../../../bots/journeys/parts.ts';
import { useFormat } from '../../format.ts';
import { kindOf } from './kinds.ts';
import type { WholeJourney } from './load-one.ts';
import { failureOf } from './wording.ts';

interface LineProps {
  readonly journey: WholeJourney;
  readonly step: Step;
  readonly zone: string;
}

/** What a step is, what became of it and when. */
export function StepLine({ journey, step, zone }: LineProps): JSX.Element {
  const { t } = useTranslation('journeys');
  const message = messageOf(journey, step);
  const state = useOutcome(step, message, zone);
  const stuck = journey.stuck.some(({ about }) => about === step || about === message);
  return (
    <Group gap="2px 8px" wrap="wrap">
      <Text size="sm" td={isCalledOff(step) ? 'line-through' : undefined}>
        {journey.titles(step)}
      </Text>
      <Badge size="xs" variant="default">
        {t(`step.${kindOf(step)}`)}
      </Badge>
      <Text size="sm" c={stuck ? 'red' : 'dimmed'}>
        {state}
      </Text>
    </Group>
  );
}

/** The last message that a step was given to be sent as. */
function messageOf({ messages }: WholeJourney, step: Step): Communication | undefined {
  const reference = `${step.resourceType}/${step.id}`;
  return messages
    .filter(({ basedOn }) => basedOn?.some((basis) => basis.reference === reference))
    .toSorted((a, b) => (a.meta?.lastUpdated ?? '').localeCompare(b.meta?.lastUpdated ?? ''))
    .at(-1);
}

const isCalledOff = ({ status }: Step): boolean => status === 'revoked' || status === 'cancelled';

function useOutcome(step: Step, message: Communication | undefined, zone: string): string {
  const { t } = useTranslation('journeys');
  const format = useFormat();
  const when = (instant: string | Date | undefined): string => (instant ? format.moment(instant, zone) : '');
  if (isCalledOff(step)) {
    return t('step.cancelled');
  }
  if (message) {
    switch (message.status) {
      case 'completed':
        return message.received
          ? t('step.arrived', { when: when(message.received) })
          : t('step.sent', { when: when(message.sent) });
      case 'not-done':
      case 'unknown':
        return t('step.failed', { why: failureOf(message, t) });
      default:
        return t('step.sending');
    }
  }
  if (!isOpen(step)) {
    return t('step.done', { when: when(step.meta?.lastUpdated) });
  }
  const isPlanned = step.resourceType === 'CommunicationRequest' || step.status === 'draft';
  return t(isPlanned ? 'step.planned' : 'step.due', { when: when(timeOf(step)) });
}
