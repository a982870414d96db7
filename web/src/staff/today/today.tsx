import { Button, Group, Text } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useFormat } from '../../format.ts';
import { Loaded, Pending } from '../../parts/loaded.tsx';
import { useNow } from '../../parts/use-now.ts';
import { Empty, Page } from '../../parts/page.tsx';
import { useSession } from '../../session/session.tsx';
import type { Bookable } from '../booking/actors.ts';
import { Closings } from './closings.tsx';
import { cellId } from './keys.ts';
import { addDays, dateIn, daysOf, windowOf } from './layout.ts';
import type { Column } from './layout.ts';
import { KeysDialog, Summary } from './legend.tsx';
import type { Drop } from './move-context.tsx';
import { movedSlots } from './moving.ts';
import { OneColumn } from './one-column.tsx';
import { Panel } from './panel.tsx';
import { columnsOf, filtered, paramsOf, shownIn } from './shown.ts';
import type { Shown } from './shown.ts';
import { Toolbar } from './toolbar.tsx';
import { useDays } from './use-days.ts';
import { useMove } from './use-acts.ts';

// Carrying visits about is a good part of this page's code: it comes while the visits are loaded.
const calendar = import('./calendar.tsx');
const Calendar = lazy(async () => ({ default: (await calendar).Calendar }));
const BlockDialog = lazy(async () => ({ default: (await import('./block-dialog.tsx')).BlockDialog }));
const MoveDialog = lazy(async () => ({ default: (await import('./move-dialog.tsx')).MoveDialog }));

/** The calendar of a clinic with at least one Schedule. */
export function Today({ bookable }: { readonly bookable: Bookable }): JSX.Element {
  const { t } = useTranslation('today');
  const format = useFormat();
  const { who } = useSession();
  const now = useNow();
  const { zone, actors } = bookable;
  const today = dateIn(zone, now);
  const [params, setParams] = useSearchParams();
  const shown = shownIn(params, today);
  const narrow = useMediaQuery('(max-width: 48em)') ?? false;
  const days = daysOf(shown.view, shown.date);
  const window = windowOf(days, zone);
  const loaded = useDays(actors, window, now);
  const [open, setOpen] = useState<string>();
  const [blocking, block] = useDisclosure(false);
  const [keys, help] = useDisclosure(false);
  const [dropped, setDropped] = useState<Drop>();
  const move = useMove();

  const dayTitle = (date: string): string => format.weekday(date);
  const entries = filtered(loaded.entries, shown);
  const columns = columnsOf(entries, actors, shown, { zone, dayTitle, others: t('others') });
  const opened = useMemo(
    () => columns.flatMap(({ key, cells }) => cells.filter((cell) => cellId(key, cell.key) === open))[0]?.entries,
    [columns, open],
  );

  // From the address as it is by now: two changes may come before the page is drawn again.
  const change = (part: Partial<Shown>): void => {
    const latest = shownIn(new URLSearchParams(globalThis.location.search), today);
    setParams(paramsOf({ ...latest, ...part }, today), { replace: true });
  };
  const drop = ({ entry, onto }: Drop): void => {
    const from = actors.find(({ reference }) => reference === entry.actor)?.schedules.map(({ id }) => `Schedule/${id}`);
    const slots = onto.slot && entry.appointment && movedSlots(entry.appointment, from ?? [], onto.slot, loaded.slots);
    if (!entry.appointment || !slots) {
      return setDropped({ entry, onto });
    }
    // What a rule says against it may be stepped over with a reason: the dialog asks for one.
    move.mutate({ appointment: entry.appointment, slots }, { onError: () => setDropped({ entry, onto }) });
  };
  const around = { bookable, slots: loaded.slots, patients: loaded.patients, now };
  const title =
    shown.view === 'day' ? format.date(window.start, zone) : t('weekOf', { date: format.date(window.start, zone) });
  const isNow = ({ key }: Column): boolean => (shown.view === 'day' ? shown.date === today : key === today);

  return (
    <Page
      title={t('title')}
      actions={
        <>
          <Button variant="default" onClick={help.open}>
            {t('keys.title')}
          </Button>
          {who.roles.some((role) => ['administrator', 'practitioner', 'front-desk'].includes(role)) && (
            <Button variant="default" onClick={block.open}>
              {t('blockTitle')}
            </Button>
          )}
        </>
      }
    >
      <Toolbar shown={shown} today={today} bookable={bookable} onChange={change} />
      <Group justify="space-between" gap="xs">
        <Text fw={600} component="h2" size="md" aria-live="polite">
          {title}
        </Text>
        <Summary entries={entries} />
      </Group>
      <Closings bookable={bookable} window={window} />
      <Loaded query={loaded.query} lines={12}>
        {() =>
          columns.every(({ cells }) => cells.length === 0) ? (
            <Empty text={t('nothing')} />
          ) : (
            <OneColumn columns={columns} narrow={narrow}>
              {(visible) => (
                <Suspense fallback={<Pending lines={12} />}>
                  <Calendar
                    columns={visible}
                    zone={zone}
                    now={now}
                    isNow={isNow}
                    onOpen={(column, cell) => setOpen(cellId(column.key, cell))}
                    onDrop={drop}
                    onTurn={(step) => change({ date: addDays(shown.date, shown.view === 'day' ? step : 7 * step) })}
                  />
                </Suspense>
              )}
            </OneColumn>
          )
        }
      </Loaded>
      <Text size="xs" c="dimmed">
        {t('zone', { zone })}
      </Text>
      <Panel field={open} entries={opened} around={around} onClose={() => setOpen(undefined)} />
      {/* Closed they are nothing to see; their code comes behind the page's. */}
      <Suspense fallback={null}>
        <BlockDialog opened={blocking} bookable={bookable} date={shown.date} who={shown.who} onClose={block.close} />
        <MoveDialog drop={dropped} around={around} onClose={() => setDropped(undefined)} />
      </Suspense>
      <KeysDialog opened={keys} onClose={help.close} />
    </Page>
  );
}
