import { normalizeOperationOutcome } from '@medplum/core';
import { Alert, Button, Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

/** What a rule said, in its own words: a refusal of an operation names what to do. */
const IN_WORDS = new Set(['business-rule', 'value', 'required']);
const BY_CODE = ['forbidden', 'conflict', 'lock-error', 'throttled'] as const;

/** An error as a person can read it: what happened, and what to do. */
export function describeError(thrown: unknown, t: TFunction<'common'>): string {
  if (thrown instanceof TypeError || !navigator.onLine) {
    return t('error.offline');
  }
  const outcome = normalizeOperationOutcome(thrown);
  const code = outcome.issue[0]?.code;
  const known = BY_CODE.find((candidate) => candidate === code);
  if (known) {
    return t(`error.${known}`);
  }
  if (outcome.id === 'not-found' || outcome.id === 'gone' || code === 'not-found') {
    return t('error.notFound');
  }
  if (outcome.id === 'precondition-failed') {
    return t('error.changed');
  }
  return wordsOf(thrown) ?? t('error.unexpected');
}

/** The words of a rule, which are English on every page. */
function wordsOf(thrown: unknown): string | undefined {
  const [issue] = normalizeOperationOutcome(thrown).issue;
  return issue?.code && IN_WORDS.has(issue.code) ? issue.details?.text : undefined;
}

/** The same, marked with the language that it is in, so that a screen reader says it right. */
export function ErrorText({ error }: { readonly error: unknown }): JSX.Element {
  const { t } = useTranslation('common');
  const text = describeError(error, t);
  return <span lang={text === wordsOf(error) ? 'en' : undefined}>{text}</span>;
}

/** Where something could not be loaded or done; `retry` does it again. */
export function ErrorNotice({ error, retry }: { readonly error: unknown; readonly retry?: () => void }): JSX.Element {
  const { t } = useTranslation();
  return (
    <Alert role="alert" color="red" title={t('error.title')}>
      <Text size="sm">
        <ErrorText error={error} />
      </Text>
      {retry && (
        <Button mt="sm" size="xs" variant="default" onClick={retry}>
          {t('retry')}
        </Button>
      )}
    </Alert>
  );
}
