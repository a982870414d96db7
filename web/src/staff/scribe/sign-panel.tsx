import { Alert, Button, Group, List, Modal, Paper, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { WithId } from '@medplum/core';
import type { Composition, OperationOutcome, OperationOutcomeIssue, Resource } from '@medplum/fhirtypes';
import { useMedplum } from '@medplum/react-hooks';
import { useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useOperation } from '../../fhir/operations.ts';
import { ErrorNotice } from '../../parts/error.tsx';
import { Pending } from '../../parts/loaded.tsx';
import type { Proposal } from './note.ts';

interface SignPanelProps {
  readonly note: WithId<Composition>;
  readonly proposals: readonly Proposal[];
  /** References of the proposals that are accepted. */
  readonly accepted: readonly string[];
  /** Whether something is being edited: it would not be in what is signed. */
  readonly unsaved: boolean;
}

const CHANGES = [
  'Composition',
  'Provenance',
  'Condition',
  'MedicationRequest',
  'ServiceRequest',
  'Observation',
] as const;

/** What to look at before signing, and the signature. */
export function SignPanel({ note, proposals, accepted, unsaved }: SignPanelProps): JSX.Element {
  const { t } = useTranslation('scribe');
  const { t: common } = useTranslation('common');
  const [asking, question] = useDisclosure(false);
  const reason = useId();
  const composition = `Composition/${note.id}`;
  const { check, look } = useCheck(composition, versionsOf([note, ...proposals]), asking);
  const sign = useOperation('Composition/$sign', { changes: CHANGES, quiet: true });
  const findings = (
    <>
      {check.isFetching && <Pending lines={1} />}
      {check.isError && !check.isFetching && <ErrorNotice error={check.error} retry={look} />}
      {check.data && !check.isFetching && <Findings outcome={check.data} />}
    </>
  );
  return (
    <Paper withBorder p="md" component="section" aria-label={t('signing')}>
      <Stack gap="sm">
        <Title order={3} size="h5">
          {t('signing')}
        </Title>
        <Text size="sm">{t('acceptedOf', { accepted: accepted.length, proposed: proposals.length })}</Text>
        {!asking && findings}
        {unsaved && (
          <Text size="sm" id={reason}>
            {t('unsaved')}
          </Text>
        )}
        <Group gap="xs">
          <Button variant="default" loading={check.isFetching} onClick={look}>
            {t('check')}
          </Button>
          <Button
            disabled={unsaved}
            aria-describedby={unsaved ? reason : undefined}
            onClick={() => {
              sign.reset();
              question.open();
            }}
          >
            {t('sign')}
          </Button>
        </Group>
      </Stack>
      <Modal opened={asking} onClose={question.close} title={t('signTitle')}>
        <Stack>
          <Text>{t('signText', { accepted: accepted.length, rejected: proposals.length - accepted.length })}</Text>
          {findings}
          {sign.isError && <ErrorNotice error={sign.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={question.close}>
              {common('cancel')}
            </Button>
            <Button
              loading={sign.isPending}
              disabled={check.isFetching || !check.isSuccess}
              onClick={() => sign.mutate({ composition, accept: accepted }, { onSuccess: question.close })}
            >
              {t('signNow')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Paper>
  );
}

/** Which versions of a note and its proposals something is about. */
const versionsOf = (resources: readonly WithId<Resource>[]): string =>
  resources.map(({ id, meta }) => `${id}/${meta?.versionId}`).join(' ');

interface Check {
  readonly check: UseQueryResult<OperationOutcome>;
  /** Looks at the note now. */
  readonly look: () => void;
}

/** What the server finds in a note as it is now: what it found in an earlier version is not about this one. */
function useCheck(composition: string, versions: string, asking: boolean): Check {
  const medplum = useMedplum();
  const [looked, setLooked] = useState<string>();
  const check = useQuery({
    queryKey: ['Composition', '$validate-note', composition, versions],
    queryFn: () => medplum.post<OperationOutcome>(medplum.fhirUrl('Composition', '$validate-note'), { composition }),
    enabled: asking || looked === versions,
  });
  const look = (): void => {
    setLooked(versions);
    void check.refetch();
  };
  return { check, look };
}

const COLORS: Readonly<Record<OperationOutcomeIssue['severity'], string>> = {
  fatal: 'red',
  error: 'red',
  warning: 'orange',
  information: 'blue',
};

/** What the server found in the note, the gravest first. */
function Findings({ outcome }: { readonly outcome: OperationOutcome }): JSX.Element {
  const { t } = useTranslation('scribe');
  const bySeverity = Map.groupBy(outcome.issue, ({ severity }) => severity);
  const order = Object.keys(COLORS) as OperationOutcomeIssue['severity'][];
  return (
    <Stack gap="xs" role="status">
      {order
        .filter((severity) => bySeverity.has(severity))
        .map((severity) => (
          <Alert key={severity} color={COLORS[severity]} title={t(`severity.${severity}`)}>
            {/* The server writes English. */}
            <List size="sm" lang="en">
              {bySeverity.get(severity)?.map((issue, index) => (
                <List.Item key={index}>{issue.details?.text ?? issue.diagnostics}</List.Item>
              ))}
            </List>
          </Alert>
        ))}
    </Stack>
  );
}
