import { Anchor, Badge, Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { WithId } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import type { PlanDefinition } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { useAction } from '../../fhir/operations.ts';
import { ListTable } from '../../parts/list-table.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Empty, Page } from '../../parts/page.tsx';
import { useSession } from '../../session/session.tsx';
import { isDefault, newDefinition, titleOf, useDefinitions } from './definitions.ts';

/** The clinic's journeys as they are defined. Administrators make new ones. */
export default function DefinitionsPage(): JSX.Element {
  const { t } = useTranslation('definitions');
  const { who } = useSession();
  const found = useDefinitions();
  const [creating, dialog] = useDisclosure(false);
  return (
    <Page
      title={t('title')}
      actions={who.roles.includes('administrator') && <Button onClick={dialog.open}>{t('new')}</Button>}
    >
      <Loaded query={found} lines={5}>
        {(definitions) =>
          definitions.length === 0 ? (
            <Empty text={t('none')} />
          ) : (
            <ListTable
              rows={definitions}
              columns={[
                { title: t('name'), cell: (definition) => <Named definition={definition} /> },
                {
                  title: t('state'),
                  cell: ({ status }) => <span style={{ whiteSpace: 'nowrap' }}>{t(`states.${status}`)}</span>,
                },
                { title: t('about'), cell: ({ description }) => description, wide: true },
              ]}
            />
          )
        }
      </Loaded>
      <Modal opened={creating} onClose={dialog.close} title={t('new')}>
        <NewForm />
      </Modal>
    </Page>
  );
}

function Named({ definition }: { readonly definition: WithId<PlanDefinition> }): JSX.Element {
  const { t } = useTranslation('definitions');
  return (
    <Group gap="xs">
      <Anchor component={Link} to={`/journeys/definitions/${definition.id}`} size="sm" fw={600}>
        {titleOf(definition)}
      </Anchor>
      {isDefault(definition) && <Badge variant="outline">{t('default')}</Badge>}
    </Group>
  );
}

function NewForm(): JSX.Element {
  const { t } = useTranslation('definitions');
  const medplum = useMedplum();
  const navigate = useNavigate();
  const [title, setTitle] = useState('');
  const create = useAction(
    () => medplum.createResource<PlanDefinition>(newDefinition(title.trim(), t('firstStage'), crypto.randomUUID())),
    { changes: ['PlanDefinition'] },
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate(undefined, { onSuccess: ({ id }) => void navigate(`/journeys/definitions/${id}`) });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('name')}
          required
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
          data-autofocus
        />
        <Button type="submit" loading={create.isPending} disabled={title.trim() === ''}>
          {t('create')}
        </Button>
      </Stack>
    </form>
  );
}
