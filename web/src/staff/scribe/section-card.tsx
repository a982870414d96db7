import { Badge, Button, Group, Paper, Title } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { Composition, CompositionSection } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { textOf } from './note.ts';
import { isDoubtful, piecesOf } from './passages.ts';
import type { Passage } from './passages.ts';
import classes from './scribe.module.css';
import { SectionEditor } from './section-editor.tsx';

interface SectionCardProps {
  readonly note: WithId<Composition>;
  /** Which section of the note. */
  readonly index: number;
  readonly section: CompositionSection;
  readonly title: string;
  /** Whether it can be edited: not once it is signed. */
  readonly editable: boolean;
  readonly light: (passages: readonly Passage[]) => void;
}

/** A section of the note. Each statement is a button that lights up the words that it rests on. */
export function SectionCard({ note, index, section, title, editable, light }: SectionCardProps): JSX.Element {
  const { t } = useTranslation('scribe');
  const text = textOf(section);
  const [editing, setEditing] = useState(false);
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Group justify="space-between" mb="xs">
        <Group gap="xs">
          <Title order={3} size="h5">
            {title}
          </Title>
          {isDoubtful(section) && (
            <Badge color="orange" variant="outline">
              {t('doubtful')}
            </Badge>
          )}
        </Group>
        {editable && !editing && (
          <Button size="compact-sm" variant="default" onClick={() => setEditing(true)}>
            {t('edit')}
          </Button>
        )}
      </Group>
      {editing ? (
        <SectionEditor note={note} index={index} title={title} done={() => setEditing(false)} />
      ) : (
        <div style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {piecesOf(text, section).map((piece, at) =>
            piece.passages.length > 0 ? (
              <button
                key={at}
                type="button"
                className={`${classes.statement} ${piece.doubtful ? classes.doubtful : ''}`}
                {...(piece.doubtful && { title: t('doubtful'), 'aria-description': t('doubtful') })}
                onClick={() => light(piece.passages)}
                onFocus={() => light(piece.passages)}
                onMouseEnter={() => light(piece.passages)}
              >
                {piece.text}
              </button>
            ) : (
              <span key={at}>{piece.text}</span>
            ),
          )}
        </div>
      )}
    </Paper>
  );
}
