import {
  Alert,
  Button,
  Group,
  List,
  NativeSelect,
  Paper,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { WithId } from '@medplum/core';
import type { ActivityDefinition } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { CHANNELS } from '../../../../bots/messages/template.ts';
import type { Channel } from '../../../../bots/messages/template.ts';
import { templateProblems } from '../../../../bots/messages/template-problems.ts';
import { useAccess } from '../../fhir/access.ts';
import { useSave } from '../../fhir/save.ts';
import { ConflictDialog } from '../../parts/conflict.tsx';
import { ErrorNotice } from '../../parts/error.tsx';
import { languageName } from '../patients/facts.ts';
import { TemplatePreview } from './template-preview.tsx';
import { mergedTexts, textsOf, withTexts } from './template-form.ts';
import type { TextForm } from './template-form.ts';

/** What a template says by channel and language; whoever may write templates edits it here. */
export function TemplateTexts({ template }: { readonly template: WithId<ActivityDefinition> }): JSX.Element {
  const { t, i18n } = useTranslation('messages');
  const { t: common } = useTranslation('common');
  const { mayChange } = useAccess();
  const [base, setBase] = useState(template);
  const [texts, setTexts] = useState(() => textsOf(template));
  const { save, conflict, settle } = useSave<ActivityDefinition>('ActivityDefinition', { quiet: true });
  const mayEdit = mayChange('ActivityDefinition');
  const edited = withTexts(base, texts);
  const isEdited = JSON.stringify(texts) !== JSON.stringify(textsOf(base));
  const problems = isEdited ? templateProblems(edited) : [];
  const nameOf = ({ channel, language }: TextForm): string =>
    `${t(`channel.${channel}`)}, ${languageName(language, i18n.language)}`;
  const begin = (from: WithId<ActivityDefinition>): void => {
    setBase(from);
    setTexts(textsOf(from));
  };
  const store = (version: WithId<ActivityDefinition>): void =>
    save.mutate(version, {
      onSuccess: (saved) => {
        if (saved) {
          begin(saved);
          notifications.show({ message: common('saved') });
        }
      },
    });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    store(edited);
  };
  return (
    <Stack>
      <form onSubmit={submit}>
        <Stack>
          {texts.map((text, index) => (
            <OneText
              key={index}
              text={text}
              name={nameOf(text)}
              readOnly={!mayEdit}
              onChange={(changed) => setTexts(texts.with(index, changed))}
              onRemove={() => setTexts(texts.toSpliced(index, 1))}
            />
          ))}
          {mayEdit && <AddText onAdd={(text) => setTexts([...texts, text])} />}
          {problems.length > 0 && (
            <Alert role="alert" color="red" title={t('templateWrong')}>
              <List size="sm" lang="en">
                {problems.map((problem) => (
                  <List.Item key={problem}>{problem}</List.Item>
                ))}
              </List>
            </Alert>
          )}
          {save.isError && <ErrorNotice error={save.error} />}
          {mayEdit && (
            <Group justify="flex-end">
              <Button variant="default" disabled={!isEdited} onClick={() => begin(base)}>
                {t('undo')}
              </Button>
              <Button type="submit" disabled={!isEdited || problems.length > 0} loading={save.isPending}>
                {common('save')}
              </Button>
            </Group>
          )}
        </Stack>
      </form>
      <TemplatePreview template={edited} texts={texts} nameOf={nameOf} />
      <ConflictDialog
        conflict={conflict}
        fields={Object.fromEntries(
          [...texts, ...textsOf(conflict?.theirs ?? base)].map((text) => [
            nameOf(text),
            (version: ActivityDefinition) => wordsOf(version, text),
          ]),
        )}
        apply={(theirs) => withTexts(theirs, mergedTexts(texts, textsOf(base), textsOf(theirs)))}
        keepMine={store}
        takeTheirs={(theirs) => {
          settle();
          begin(theirs);
        }}
      />
    </Stack>
  );
}

/** What a version of a template says where another text says something: same channel, same language. */
function wordsOf(template: ActivityDefinition, { channel, language }: TextForm): string | undefined {
  const text = textsOf(template).find((one) => one.channel === channel && one.language === language);
  return text && [text.subject, text.body].filter(Boolean).join('\n');
}

interface OneTextProps {
  readonly text: TextForm;
  readonly name: string;
  readonly readOnly: boolean;
  readonly onChange: (text: TextForm) => void;
  readonly onRemove: () => void;
}

function OneText({ text, name, readOnly, onChange, onRemove }: OneTextProps): JSX.Element {
  const { t } = useTranslation('messages');
  return (
    <Paper withBorder p="md" component="section" aria-label={name}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {name}
        </Title>
        {!readOnly && (
          <Button size="compact-xs" variant="default" onClick={onRemove} aria-label={t('removeNamed', { name })}>
            {t('remove')}
          </Button>
        )}
      </Group>
      <Stack gap="xs">
        {text.channel === 'email' && (
          <TextInput
            label={t('subject')}
            value={text.subject}
            readOnly={readOnly}
            lang={text.language}
            onChange={(event) => onChange({ ...text, subject: event.currentTarget.value })}
          />
        )}
        <Textarea
          label={t('body')}
          autosize
          minRows={2}
          maxRows={14}
          value={text.body}
          readOnly={readOnly}
          lang={text.language}
          onChange={(event) => onChange({ ...text, body: event.currentTarget.value })}
        />
      </Stack>
    </Paper>
  );
}

function AddText({ onAdd }: { readonly onAdd: (text: TextForm) => void }): JSX.Element {
  const { t } = useTranslation('messages');
  const [channel, setChannel] = useState<Channel>('sms');
  const [language, setLanguage] = useState('');
  const code = language.trim();
  return (
    <Group align="end" gap="xs">
      <NativeSelect
        label={t('by')}
        value={channel}
        onChange={(event) => setChannel(event.currentTarget.value as Channel)}
        data={CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) }))}
      />
      <TextInput
        label={t('languageCode')}
        placeholder="es, de, pt-BR"
        w="9rem"
        value={language}
        onChange={(event) => setLanguage(event.currentTarget.value)}
      />
      <Button
        variant="default"
        disabled={!/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(code)}
        onClick={() => {
          onAdd({ channel, language: code, subject: '', body: '' });
          setLanguage('');
        }}
      >
        {t('addText')}
      </Button>
      <Text size="xs" c="dimmed" w="100%">
        {t('variablesHint')}
      </Text>
    </Group>
  );
}
