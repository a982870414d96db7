import { Button, Modal, Stack, Text } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from './session.tsx';
import { SignInForm } from './sign-in.tsx';

/** Over the page of somebody whose session ran out: the page and what was typed into it stay behind it. */
export function Expired(): JSX.Element {
  const { who, expired, signOut } = useSession();
  const { t } = useTranslation('session');
  const { t: common } = useTranslation('common');
  return (
    <Modal
      opened={expired}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={t('expiredTitle')}
      zIndex={1000}
    >
      <Stack>
        <Text size="sm">{t('expiredText', { name: who.name })}</Text>
        <SignInForm />
        <Button variant="subtle" size="xs" onClick={() => void signOut()}>
          {common('account.signOut')}
        </Button>
      </Stack>
    </Modal>
  );
}
