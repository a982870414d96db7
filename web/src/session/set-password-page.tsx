import { normalizeOperationOutcome } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import { Alert, Anchor, Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { describeError } from '../parts/error.tsx';
import { fieldOf } from '../parts/form.ts';
import { OutsidePage } from './outside-page.tsx';

/** Where the link in a mail leads: somebody new, or who has forgotten theirs, chooses a password. */
export function SetPasswordPage(): JSX.Element {
  const medplum = useMedplum();
  const { id, secret } = useParams();
  const { t } = useTranslation('session');
  const { t: common } = useTranslation('common');
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const [weak, setWeak] = useState<string>();
  const [message, setMessage] = useState<string>();

  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const password = fieldOf(new FormData(event.currentTarget), 'password');
    setBusy(true);
    setWeak(undefined);
    setMessage(undefined);
    try {
      await medplum.post('auth/setpassword', { id, secret, password });
      setDone(true);
    } catch (thrown) {
      const [issue] = normalizeOperationOutcome(thrown).issue;
      if (issue?.expression?.includes('password')) {
        setWeak(t('weak'));
      } else {
        setMessage(
          issue?.code === 'invalid' || issue?.code === 'not-found' ? t('linkGone') : describeError(thrown, common),
        );
      }
    } finally {
      setBusy(false);
    }
  };

  return (
    <OutsidePage title={t('choosePassword')}>
      {done ? (
        <Stack>
          <Text role="status">{t('passwordSet')}</Text>
          <Button component={Link} to="/" replace>
            {t('title')}
          </Button>
        </Stack>
      ) : (
        <form onSubmit={(event) => void submit(event)}>
          <Stack>
            <PasswordInput
              label={t('newPassword')}
              description={t('passwordRule')}
              name="password"
              autoComplete="new-password"
              minLength={8}
              required
              withAsterisk={false}
              error={weak}
            />
            {message && <Alert role="alert">{message}</Alert>}
            <Button type="submit" loading={busy}>
              {t('choosePassword')}
            </Button>
            <Anchor component={Link} to="/" size="sm">
              {t('title')}
            </Anchor>
          </Stack>
        </form>
      )}
    </OutsidePage>
  );
}
