import { normalizeOperationOutcome } from '@medplum/core';
import type { LoginAuthenticationResponse } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import { Alert, Anchor, Button, Checkbox, PasswordInput, Stack, TextInput } from '@mantine/core';
import type { ProjectMembership } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { describeError } from '../parts/error.tsx';
import { fieldOf } from '../parts/form.ts';
import { useConfig } from '../parts/config-context.ts';

interface Choice {
  readonly login: string;
  readonly memberships: readonly ProjectMembership[];
}

/** Signs somebody in by e-mail and password (PKCE), and asks which project where they are in several. */
export function SignInForm(): JSX.Element {
  const medplum = useMedplum();
  const config = useConfig();
  const { t } = useTranslation('session');
  const { t: common } = useTranslation('common');
  const [email, setEmail] = useState('');
  const [busy, setBusy] = useState(false);
  const [message, setMessage] = useState<string>();
  const [choice, setChoice] = useState<Choice>();
  // A patient's password is good for one project; staff may be in several, and are asked which.
  const [elsewhere, setElsewhere] = useState(false);
  const { clientId } = config;
  const projectId = elsewhere ? undefined : config.projectId;

  const attempt = async (step: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setMessage(undefined);
    try {
      await step();
    } catch (thrown) {
      const [issue] = normalizeOperationOutcome(thrown).issue;
      setMessage(
        issue?.code === 'throttled'
          ? t('tooMany')
          : issue?.code === 'invalid'
            ? t('wrong')
            : describeError(thrown, common),
      );
    } finally {
      setBusy(false);
    }
  };
  const proceed = async (answer: LoginAuthenticationResponse): Promise<void> => {
    if (answer.code) {
      await medplum.processCode(answer.code);
    } else if (answer.memberships) {
      setChoice({ login: answer.login, memberships: answer.memberships });
    } else {
      setMessage(t('unsupported'));
    }
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void attempt(async () =>
      proceed(
        await medplum.startLogin({
          email,
          password: fieldOf(form, 'password'),
          scope: form.get('stay') ? 'openid offline_access' : 'openid',
          ...(clientId && { clientId }),
          ...(projectId && { projectId }),
        }),
      ),
    );
  };
  const forgot = (): void => {
    if (!email) {
      setMessage(t('forgotHint'));
      return;
    }
    void attempt(async () => {
      // A patient belongs to a project, staff to none alone: Medplum looks for the one or for the other.
      await medplum.post('auth/resetpassword', { email });
      if (projectId) {
        await medplum.post('auth/resetpassword', { email, projectId });
      }
      setMessage(t('forgotSent'));
    });
  };

  if (choice) {
    return (
      <Stack role="group" aria-label={t('project')}>
        <strong>{t('project')}</strong>
        {choice.memberships.map(({ id, project }) => (
          <Button
            key={id}
            variant="default"
            loading={busy}
            onClick={() =>
              void attempt(async () =>
                proceed(await medplum.post('auth/profile', { login: choice.login, profile: id })),
              )
            }
          >
            {project.display ?? project.reference}
          </Button>
        ))}
        {message && <Alert role="alert">{message}</Alert>}
      </Stack>
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('email')}
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('password')}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
        />
        <Checkbox name="stay" label={t('stay')} defaultChecked />
        {message && <Alert role="alert">{message}</Alert>}
        <Button type="submit" loading={busy}>
          {t('submit')}
        </Button>
        <Anchor component="button" type="button" size="sm" onClick={forgot}>
          {t('forgot')}
        </Anchor>
        {config.projectId && !elsewhere && (
          <Anchor component="button" type="button" size="sm" onClick={() => setElsewhere(true)}>
            {t('elsewhere')}
          </Anchor>
        )}
      </Stack>
    </form>
  );
}
