import { Button, Drawer, Stack, Text } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format.ts';
import { Pending } from '../../parts/loaded.tsx';
import type { Around } from './around.ts';
import type { Entry } from './entries.ts';
import { EntryLine } from './entry-line.tsx';

// What can be done with a visit, booking among it, comes when somebody opens one.
const EntryPanel = lazy(async () => ({ default: (await import('./entry-panel.tsx')).EntryPanel }));

interface PanelProps {
  /** Which field is open, if one is. */
  readonly field: string | undefined;
  /** What the field has now; undefined where there is no such field any more. */
  readonly entries: readonly Entry[] | undefined;
  readonly around: Around;
  readonly onClose: () => void;
}

/** Beside the calendar: one field's entries, and what can be done with each. The focus goes back to the field. */
export function Panel({ field, entries, around, onClose }: PanelProps): JSX.Element {
  const { t } = useTranslation('today');
  const format = useFormat();
  const { zone } = around.bookable;
  const first = entries?.[0]?.start;
  return (
    <Drawer
      opened={field !== undefined}
      onClose={onClose}
      position="right"
      size="md"
      title={first ? `${format.date(first, zone)}, ${format.time(first, zone)}` : t('calendar')}
    >
      {field !== undefined && <Field key={field} entries={entries} around={around} onClose={onClose} />}
    </Drawer>
  );
}

/** The one entry of a field, or a choice among several. */
function Field({ entries, around, onClose }: Omit<PanelProps, 'field'>): JSX.Element {
  const { t } = useTranslation('today');
  const [begun] = useState(entries?.length === 1 ? entries[0] : undefined);
  const [picked, setPicked] = useState(begun);
  if (!picked) {
    return (
      <Stack gap="xs">
        {(entries ?? []).map((entry) => (
          <EntryLine key={entry.key} entry={entry} bookable={around.bookable} onPick={() => setPicked(entry)} />
        ))}
        {!entries && <Text>{t('gone')}</Text>}
      </Stack>
    );
  }
  // What somebody works on stays open while the calendar changes around it.
  const current = entries?.find(({ key }) => key === picked.key) ?? picked;
  return (
    <Stack>
      {!begun && (
        <Button variant="subtle" size="compact-sm" onClick={() => setPicked(undefined)}>
          {t('backToList')}
        </Button>
      )}
      <Suspense fallback={<Pending />}>
        <EntryPanel key={picked.key} entry={current} around={around} onDone={onClose} />
      </Suspense>
    </Stack>
  );
}
