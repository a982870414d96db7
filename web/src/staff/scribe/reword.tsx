import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useSave } from '../../fhir/save.ts';
import { ConflictDialog } from '../../parts/conflict.tsx';
import { ErrorNotice } from '../../parts/error.tsx';
import { mergedWords, reworded, wordsOf } from './note.ts';
import type { Proposal, Words } from './note.ts';
import { useUnsaved } from './unsaved.ts';

interface RewordProps {
  readonly proposal: Proposal;
  readonly done: () => void;
}

/** A proposal in other words: what it is and, of a drug, how it is taken. */
export function Reword({ proposal, done }: RewordProps): JSX.Element {
  const { t } = useTranslation('scribe');
  const { t: common } = useTranslation('common');
  useUnsaved();
  // What was there when somebody began: what others change meanwhile is noticed by the server.
  const [base] = useState(proposal);
  const [words, setWords] = useState(() => wordsOf(proposal));
  const { save, conflict, settle } = useSave<Proposal>(base.resourceType, { quiet: true, also: ['Provenance'] });
  const set = (change: Partial<Words>): void => setWords({ ...words, ...change });
  const typed: Words = { name: words.name.trim(), dosage: words.dosage?.trim() };
  const store = (changed: Proposal): void => save.mutate(changed, { onSuccess: (saved) => saved && done() });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const changed = reworded(base, typed);
    if (changed === base) {
      done();
    } else {
      store(changed);
    }
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <TextInput
          label={t('reword')}
          description={t('rewordHint')}
          required
          value={words.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        {words.dosage !== undefined && (
          <TextInput
            label={t('dosage')}
            description={t('dosageHint')}
            value={words.dosage}
            onChange={(event) => set({ dosage: event.currentTarget.value })}
          />
        )}
        {save.isError && <ErrorNotice error={save.error} />}
        <Group gap="xs">
          <Button type="submit" size="sm" loading={save.isPending}>
            {common('save')}
          </Button>
          <Button size="sm" variant="default" onClick={done}>
            {common('cancel')}
          </Button>
        </Group>
      </Stack>
      <ConflictDialog
        conflict={conflict}
        fields={{
          [t('reword')]: (version) => wordsOf(version).name,
          ...(words.dosage !== undefined && { [t('dosage')]: (version: Proposal) => wordsOf(version).dosage }),
        }}
        apply={(theirs) => reworded(theirs, mergedWords(typed, base, theirs))}
        keepMine={store}
        takeTheirs={() => {
          settle();
          done();
        }}
      />
    </form>
  );
}
