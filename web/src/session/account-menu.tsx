import { Button, Menu, useMantineColorScheme } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../fhir/operations.ts';
import { chooseLanguage, LANGUAGES } from '../i18n/index.ts';
import type { Language } from '../i18n/index.ts';
import { useSession } from './session.tsx';

const SCHEMES = ['light', 'dark', 'auto'] as const;

/** Who is signed in, their language and colours, and the ways out. */
export function AccountMenu(): JSX.Element {
  const { who, signOut, signOutEverywhere } = useSession();
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const leave = useAction(signOut, { changes: [] });
  const leaveEverywhere = useAction(signOutEverywhere, { changes: [] });
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <Button variant="subtle" size="compact-md" aria-label={t('account.menu', { name: who.name })}>
          {who.name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('account.language')}</Menu.Label>
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <Menu.Item
            key={code}
            lang={code}
            aria-current={i18n.language === code}
            fw={i18n.language === code ? 700 : 400}
            onClick={() => void chooseLanguage(code as Language)}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Label>{t('account.colours')}</Menu.Label>
        {SCHEMES.map((scheme) => (
          <Menu.Item
            key={scheme}
            aria-current={colorScheme === scheme}
            fw={colorScheme === scheme ? 700 : 400}
            onClick={() => setColorScheme(scheme)}
          >
            {t(`account.${scheme}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => leave.mutate()}>{t('account.signOut')}</Menu.Item>
        <Menu.Item onClick={() => leaveEverywhere.mutate()}>{t('account.signOutEverywhere')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
