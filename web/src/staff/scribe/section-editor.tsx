import { Button, Group, Stack, Textarea } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { Composition } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useSave } from '../../fhir/save.ts';
import { ConflictDialog } from '../../parts/conflict.tsx';
import { ErrorNotice } from '../../parts/error.tsx';
import { textOf, withText } from './note.ts';
import { useUnsaved } from './unsaved.ts';

interface SectionEditorProps {
  readonly note: WithId<Composition>;
  /** Which section of the note. */
  readonly index: number;
  readonly title: string;
  readonly done: () => void;
}

/** The words of a section, to be edited. */
export function SectionEditor({ note, index, title, done }: SectionEditorProps): JSX.Element {
  const { t } = useTranslation();
  useUnsaved();
  const wordsOf = ({ section }: Composition): string => (section?.[index] ? textOf(section[index]) : '');
  const [began] = useState(note);
  const [typed, setTyped] = useState(wordsOf(note));
  // From the version of the beginning on, so that the server notices what others change here meanwhile. Where these
  // words are as they were, somebody has saved another section, and that is no conflict.
  const base = wordsOf(note) === wordsOf(began) ? note : began;
  const { save, conflict, settle } = useSave<Composition>('Composition', { quiet: true });
  const store = (version: WithId<Composition>): void => save.mutate(version, { onSuccess: (saved) => saved && done() });
  return (
    <Stack gap="sm">
      <Textarea
        aria-label={title}
        autosize
        minRows={4}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {save.isError && <ErrorNotice error={save.error} />}
      <Group gap="xs">
        <Button
          size="sm"
          loading={save.isPending}
          onClick={() => (typed === wordsOf(base) ? done() : store(withText(base, index, typed)))}
        >
          {t('save')}
        </Button>
        <Button size="sm" variant="default" onClick={done}>
          {t('cancel')}
        </Button>
      </Group>
      <ConflictDialog
        conflict={conflict}
        fields={{ [title]: wordsOf }}
        apply={(theirs) => withText(theirs, index, typed)}
        keepMine={store}
        takeTheirs={() => {
          settle();
          done();
        }}
      />
    </Stack>
  );
}
