import { Badge, Button, Checkbox, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format.ts';
import { codeOf, isOpen, lineOf } from './note.ts';
import type { Proposal } from './note.ts';
import { confidenceOf, isDoubtful, passagesOf } from './passages.ts';
import type { Passage } from './passages.ts';
import { Reword } from './reword.tsx';
import classes from './scribe.module.css';

interface ProposalsProps {
  readonly title: string;
  readonly proposals: readonly Proposal[];
  /** References of what is accepted. */
  readonly accepted: ReadonlySet<string>;
  readonly setAccepted: (references: readonly string[], accept: boolean) => void;
  readonly light: (passages: readonly Passage[]) => void;
}

export const referenceOf = ({ resourceType, id }: Proposal): string => `${resourceType}/${id}`;

/** What the scribe proposes of one kind: each to be accepted or left, and to be put into other words. */
export function Proposals({ title, proposals, accepted, setAccepted, light }: ProposalsProps): JSX.Element | null {
  const { t } = useTranslation('scribe');
  const open = proposals.filter(isOpen).map(referenceOf);
  return proposals.length === 0 ? null : (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Group justify="space-between" mb="xs">
        <Title order={3} size="h5">
          {title}
        </Title>
        {open.length > 1 && (
          <Button size="compact-sm" variant="default" onClick={() => setAccepted(open, true)}>
            {t('acceptAll')}
          </Button>
        )}
      </Group>
      <Stack gap="sm">
        {proposals.map((proposal) => (
          <ProposalLine
            key={proposal.id}
            proposal={proposal}
            accepted={accepted.has(referenceOf(proposal))}
            accept={(accept) => setAccepted([referenceOf(proposal)], accept)}
            light={light}
          />
        ))}
      </Stack>
    </Paper>
  );
}

interface LineProps {
  readonly proposal: Proposal;
  readonly accepted: boolean;
  readonly accept: (accept: boolean) => void;
  readonly light: (passages: readonly Passage[]) => void;
}

function ProposalLine({ proposal, accepted, accept, light }: LineProps): JSX.Element {
  const { t } = useTranslation('scribe');
  const format = useFormat();
  const [editing, setEditing] = useState(false);
  const confidence = confidenceOf(proposal);
  const code = codeOf(proposal);
  const line = lineOf(proposal);
  const open = isOpen(proposal);
  return (
    <Stack gap={4}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Checkbox
          aria-label={t('accept', { what: line })}
          checked={accepted}
          disabled={!open}
          onChange={(event) => accept(event.currentTarget.checked)}
          mt={2}
        />
        <Stack gap={2} style={{ flexGrow: 1 }}>
          <button
            type="button"
            className={classes.statement}
            onClick={() => light(passagesOf(proposal))}
            onFocus={() => light(passagesOf(proposal))}
            onMouseEnter={() => light(passagesOf(proposal))}
          >
            {line}
          </button>
          <Group gap="xs">
            {code && (
              <Text size="xs" c="dimmed">
                {code}
              </Text>
            )}
            {confidence !== undefined && (
              <Text size="xs" c="dimmed">
                {t('sure', { percent: format.percent(confidence) })}
              </Text>
            )}
            {isDoubtful(proposal) && (
              <Badge size="sm" color="orange" variant="outline">
                {t('doubtful')}
              </Badge>
            )}
            {!open && (
              <Badge size="sm" variant="default">
                {t('decided')}
              </Badge>
            )}
          </Group>
        </Stack>
        {open && proposal.resourceType !== 'Observation' && !editing && (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={t('editWhat', { what: line })}
            onClick={() => setEditing(true)}
          >
            {t('edit')}
          </Button>
        )}
      </Group>
      {editing && <Reword proposal={proposal} done={() => setEditing(false)} />}
    </Stack>
  );
}
