import { Anchor, Box, Grid, NativeSelect, NavLink, Text } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { useSearch } from '../../fhir/queries.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Empty, Page } from '../../parts/page.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { TemplateTexts } from './template-texts.tsx';

/** The templates of messages: what they say by channel and language, to be looked at and edited. */
export default function TemplatesPage(): JSX.Element {
  const { t } = useTranslation('messages');
  const [params, setParams] = useSearchParams();
  const found = useSearch('ActivityDefinition', { status: 'active,draft', _sort: 'title', _count: '500' });
  return (
    <Page
      title={t('templates')}
      actions={
        <Anchor component={Link} to="/messages" size="sm">
          {t('toMessages')}
        </Anchor>
      }
    >
      <Loaded query={found} lines={6}>
        {(definitions) => {
          const templates = definitions.filter(({ kind }) => kind === 'CommunicationRequest');
          const shown = templates.find(({ id }) => id === params.get('id')) ?? templates[0];
          return shown ? (
            <Grid gutter="lg">
              <Grid.Col span={{ base: 12, md: 3 }}>
                <NativeSelect
                  hiddenFrom="md"
                  label={t('template')}
                  value={shown.id}
                  onChange={(event) => setParams({ id: event.currentTarget.value }, { replace: true })}
                  data={templates.map(({ id, title, name }) => ({ value: id, label: title ?? name ?? id }))}
                />
                <Box component="nav" visibleFrom="md" aria-label={t('templates')}>
                  {templates.map(({ id, title, name, status }) => (
                    <NavLink
                      key={id}
                      component={Link}
                      to={`?id=${id}`}
                      replace
                      label={title ?? name}
                      active={id === shown.id}
                      aria-current={id === shown.id ? 'true' : undefined}
                      rightSection={status === 'draft' && <StateBadge color="gray">{t('draft')}</StateBadge>}
                    />
                  ))}
                </Box>
              </Grid.Col>
              <Grid.Col span={{ base: 12, md: 9 }}>
                <Text c="dimmed" size="sm" mb="sm" lang="en">
                  {shown.description}
                </Text>
                <TemplateTexts key={shown.id} template={shown} />
              </Grid.Col>
            </Grid>
          ) : (
            <Empty text={t('noTemplates')} />
          );
        }}
      </Loaded>
    </Page>
  );
}
