import { Alert, Badge, Button, Grid, Group, List, Select, Stack, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { WithId } from '@medplum/core';
import type { PlanDefinition } from '@medplum/fhirtypes';
import { lazy, Suspense, useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useRead } from '../../fhir/queries.ts';
import { rebased } from '../../fhir/rebase.ts';
import { useSave } from '../../fhir/save.ts';
import { ConflictDialog } from '../../parts/conflict.tsx';
import { Loaded, Pending } from '../../parts/loaded.tsx';
import { Page } from '../../parts/page.tsx';
import { useSession } from '../../session/session.tsx';
import { isDefault, titleOf } from './definitions.ts';
import { Diagram } from './diagram.tsx';
import { addStage } from './edit.ts';
import { Outline } from './outline.tsx';
import { problemsOf } from './problems.ts';
import { useSources } from './sources.ts';
import { StageForm } from './stage-form.tsx';
import { useSummary } from './rules.ts';

// Playing through needs the clocks of all zones: it comes while somebody reads.
const SimulationPanel = lazy(async () => ({ default: (await import('./simulation-panel.tsx')).SimulationPanel }));

/** One definition: drawn and in words, played through, and edited by administrators. */
export default function DefinitionPage(): JSX.Element {
  const { t } = useTranslation('definitions');
  const { id } = useParams();
  const found = useRead('PlanDefinition', id);
  const { who } = useSession();
  return (
    <Page title={found.data ? titleOf(found.data) : t('one')}>
      <Loaded query={found} lines={8}>
        {(stored) => <Definition key={stored.id} stored={stored} mayEdit={who.roles.includes('administrator')} />}
      </Loaded>
    </Page>
  );
}

/** What somebody edits, and the version that it is an edit of, whatever is loaded meanwhile. */
interface Edit {
  readonly base: WithId<PlanDefinition>;
  readonly edited: WithId<PlanDefinition>;
}

interface DefinitionProps {
  readonly stored: WithId<PlanDefinition>;
  readonly mayEdit: boolean;
}

function Definition({ stored, mayEdit }: DefinitionProps): JSX.Element {
  const { t } = useTranslation('definitions');
  // What somebody edits stays as they edit it, whatever is saved elsewhere meanwhile: saving finds that out.
  const [edit, setEdit] = useState<Edit>();
  const plan = edit?.edited ?? stored;
  const sources = useSources();
  const problems = problemsOf(plan, sources.canonicals, t);
  return (
    <Grid gutter="lg">
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Stack>
          <Group gap="xs">
            <Badge variant="outline">{t(`states.${stored.status}`)}</Badge>
            {isDefault(stored) && <Badge variant="outline">{t('default')}</Badge>}
          </Group>
          {problems.length > 0 && (
            <Alert color="red" title={t('problems')} role="alert">
              <List size="sm">
                {problems.map(({ place, text }) => (
                  <List.Item key={`${place} ${text}`}>{place ? `${place}: ${text}` : text}</List.Item>
                ))}
              </List>
            </Alert>
          )}
          {mayEdit ? (
            <Editor stored={stored} edit={edit} onChange={setEdit} hasProblems={problems.length > 0} />
          ) : (
            <Outline plan={plan} />
          )}
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Stack>
          <Suspense fallback={<Pending />}>
            <SimulationPanel plan={plan} />
          </Suspense>
          <Diagram plan={plan} />
          {mayEdit && <Outline plan={plan} />}
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

interface EditorProps {
  readonly stored: WithId<PlanDefinition>;
  readonly edit: Edit | undefined;
  readonly onChange: (edit: Edit | undefined) => void;
  readonly hasProblems: boolean;
}

const STATES = ['draft', 'active', 'retired'] as const;

function Editor({ stored, edit, onChange, hasProblems }: EditorProps): JSX.Element {
  const { t } = useTranslation('definitions');
  const { t: common } = useTranslation('common');
  const summary = useSummary();
  const { save, conflict, settle } = useSave<PlanDefinition>('PlanDefinition');
  const { base, edited: plan } = edit ?? { base: stored, edited: stored };
  const change = (after: PlanDefinition): void => onChange({ base, edited: after as WithId<PlanDefinition> });
  const store = (mine: WithId<PlanDefinition>): void =>
    save.mutate(mine, {
      onSuccess: (saved) => {
        if (saved) {
          notifications.show({ message: t('saved') });
          onChange(undefined);
        }
      },
    });
  return (
    <Stack>
      <Group grow align="flex-start">
        <TextInput
          label={t('name')}
          value={plan.title ?? ''}
          onChange={(event) => change({ ...plan, title: event.currentTarget.value })}
        />
        <Select
          label={t('state')}
          data={STATES.map((value) => ({ value, label: t(`states.${value}`) }))}
          value={plan.status}
          allowDeselect={false}
          onChange={(value) => value && change({ ...plan, status: value as PlanDefinition['status'] })}
        />
      </Group>
      <Title order={2} size="h4">
        {t('stages')}
      </Title>
      {(plan.action ?? []).map((stage, at) => (
        <StageForm key={stage.id ?? at} plan={plan} at={at} onChange={change} />
      ))}
      <Group justify="space-between">
        <Button variant="default" onClick={() => change(addStage(plan, t('newStage')))}>
          {t('addStage')}
        </Button>
        <Group gap="xs">
          {edit && (
            <Button variant="subtle" onClick={() => onChange(undefined)}>
              {t('discard')}
            </Button>
          )}
          <Button
            onClick={() => edit && store(edit.edited)}
            loading={save.isPending}
            disabled={!edit || hasProblems}
            aria-describedby={hasProblems ? 'cannot-save' : undefined}
          >
            {common('save')}
          </Button>
        </Group>
      </Group>
      {hasProblems && (
        <Alert color="red" id="cannot-save">
          {t('cannotSave')}
        </Alert>
      )}
      <ConflictDialog
        conflict={conflict}
        fields={{
          [t('name')]: ({ title }) => title,
          [t('state')]: ({ status }) => t(`states.${status}`),
          [t('stages')]: summary,
        }}
        apply={(theirs, mine) => rebased(base, mine, theirs)}
        keepMine={store}
        takeTheirs={() => {
          settle();
          onChange(undefined);
        }}
      />
    </Stack>
  );
}
