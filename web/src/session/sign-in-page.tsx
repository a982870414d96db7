import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { OutsidePage } from './outside-page.tsx';
import { SignInForm } from './sign-in.tsx';

/** What nobody in particular sees. */
export function SignInPage(): JSX.Element {
  const { t } = useTranslation('session');
  return (
    <OutsidePage title={t('title')}>
      <SignInForm />
    </OutsidePage>
  );
}
