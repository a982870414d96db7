import { Button } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { displayOf } from '../../format.ts';
import type { Bookable } from '../booking/actors.ts';
import { patientReference } from './entries.ts';
import type { Entry } from './entries.ts';
import { StateIcon } from './state-icon.tsx';

interface EntryLineProps {
  readonly entry: Entry;
  readonly bookable: Bookable;
  readonly onPick: () => void;
}

/** One of several entries of a field. */
export function EntryLine({ entry, bookable, onPick }: EntryLineProps): JSX.Element {
  const { t } = useTranslation('today');
  const actor = bookable.actors.find(({ reference }) => reference === entry.actor)?.name;
  const what = entry.appointment ? displayOf(patientReference(entry.appointment)) : undefined;
  const state = entry.state === 'free' && entry.places ? t('places', entry.places) : t(`state.${entry.state}`);
  return (
    <Button
      variant="default"
      justify="flex-start"
      data-state={entry.state}
      leftSection={<StateIcon state={entry.state} />}
      onClick={onPick}
    >
      {[what, state, actor].filter(Boolean).join(' · ')}
    </Button>
  );
}
