import { Button, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { nameOf, useFormat } from '../../format.ts';
import { ErrorNotice } from '../../parts/error.tsx';
import { useSession } from '../../session/session.tsx';
import { BookingForm } from '../booking/booking-form.tsx';
import { choicesOf } from '../booking/booking.ts';
import { actionsFor } from './actions.ts';
import type { Action } from './actions.ts';
import { CancelForm, ReasonForm } from './ask-forms.tsx';
import { Details } from './details.tsx';
import type { Entry } from './entries.ts';
import { MoveForm } from './move-form.tsx';
import type { Around } from './around.ts';
import { useActs } from './use-acts.ts';
import type { Act, DirectAction } from './use-acts.ts';

interface EntryPanelProps {
  readonly entry: Entry;
  readonly around: Around;
  readonly onDone: () => void;
}

/** What asks for more before it is done. */
type Asking = Exclude<Action, DirectAction>;
const ASKS: readonly Action[] = ['book', 'overbook', 'move', 'cancel', 'block'];
const asks = (action: Action): action is Asking => ASKS.includes(action);
const CAREFUL: readonly Action[] = ['noShow', 'leftUnseen', 'cancel', 'release'];

/** One entry with its facts and what can be done with it; a free slot begins with its booking form. */
export function EntryPanel({ entry: shown, around, onDone }: EntryPanelProps): JSX.Element {
  const { t } = useTranslation('today');
  const { who } = useSession();
  const [asking, setAsking] = useState<Asking | undefined>(shown.state === 'free' ? 'book' : undefined);
  // A form goes on with what it began with: what another desk does meanwhile must not take it away.
  const [begun, setBegun] = useState(shown);
  const entry = asking ? begun : shown;
  const acts = useActs();
  const actions = actionsFor(entry, who.roles, around.now);
  const run = (act: Act): void => acts.mutate(act, { onSuccess: onDone });
  const ask = (action: Asking): void => {
    setBegun(shown);
    setAsking(action);
  };
  return (
    <Stack>
      <Details entry={entry} around={around} />
      {acts.isError && <ErrorNotice error={acts.error} />}
      {asking ? (
        <Ask
          action={asking}
          entry={entry}
          around={around}
          pending={acts.isPending}
          run={run}
          onDone={onDone}
          onBack={shown.state === 'free' ? undefined : () => setAsking(undefined)}
        />
      ) : null}
      <Group gap="xs">
        {actions
          .filter((action) => action !== asking && (!asking || asking === 'book'))
          .map((action, index) => (
            <Button
              key={action}
              variant={index === 0 && !asking ? 'filled' : 'default'}
              color={CAREFUL.includes(action) ? 'red' : undefined}
              disabled={acts.isPending}
              onClick={() => (asks(action) ? ask(action) : run({ action, entry }))}
            >
              {t(`action.${action}`)}
            </Button>
          ))}
        {actions.length === 0 && !asking && <Text c="dimmed">{t('nothingToDo')}</Text>}
      </Group>
    </Stack>
  );
}

interface AskProps extends EntryPanelProps {
  readonly action: Asking;
  readonly pending: boolean;
  readonly run: (act: Act) => void;
  readonly onBack: (() => void) | undefined;
}

function Ask({ action, entry, around, pending, run, onDone, onBack }: AskProps): JSX.Element | null {
  const { t } = useTranslation('today');
  const { time } = useFormat();
  const { bookable, slots, now } = around;
  switch (action) {
    case 'book':
    case 'overbook': {
      if (!entry.slot) {
        return null;
      }
      const own = slots.filter(
        ({ schedule, start }) =>
          Date.parse(start) > now.getTime() && schedule.reference === entry.slot?.schedule.reference,
      );
      const rooms = slots.filter(({ start }) => start === entry.slot?.start);
      const label = (slot: { start: string }, actor: { name: string } | undefined): string =>
        [time(slot.start, bookable.zone), actor?.name].filter(Boolean).join(' · ');
      const known = [...new Set([...own, ...rooms])];
      return (
        <BookingForm
          choices={choicesOf(entry.slot, known, { actors: bookable.actors, label }, action === 'overbook')}
          overbook={action === 'overbook'}
          onDone={(appointment, patient) => {
            const key = appointment.status === 'pending' ? 'done.hold' : 'done.book';
            notifications.show({ color: 'green', message: t(key, { name: nameOf(patient) }) });
            onDone();
          }}
        />
      );
    }
    case 'move':
      return <MoveForm entry={entry} around={around} onDone={onDone} onBack={onBack} />;
    case 'cancel':
      return <CancelForm pending={pending} onBack={onBack} onReason={(reason) => run({ action, entry, reason })} />;
    case 'block':
      return <ReasonForm pending={pending} onBack={onBack} onReason={(reason) => run({ action, entry, reason })} />;
  }
}
