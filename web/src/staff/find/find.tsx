import { Button, Group, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { WithId } from '@medplum/core';
import type { Slot } from '@medplum/fhirtypes';
import { lazy, Suspense, useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { roleSearch, slotSearch } from '../../../../bots/scheduling/find.ts';
import { useLive } from '../../fhir/live.ts';
import { useRead, useSearch } from '../../fhir/queries.ts';
import { nameOf, useFormat } from '../../format.ts';
import { Loaded, Pending } from '../../parts/loaded.tsx';
import { useNow } from '../../parts/use-now.ts';
import { Empty, Page } from '../../parts/page.tsx';
import type { Bookable } from '../booking/actors.ts';
import { choicesOf, ownerOf } from '../booking/booking.ts';
import { dateIn } from '../today/layout.ts';
import { Filters } from './filters.tsx';
import { Results } from './results.tsx';
import { WaitlistForm } from './waitlist-form.tsx';
import { actorsFor, askRolesOf, codesFor, foundDays, windowFor, wishIn } from './wish.ts';

// Booking comes when somebody has chosen a time.
const BookingForm = lazy(async () => ({ default: (await import('../booking/booking-form.tsx')).BookingForm }));

const MOST = 1000;
const MINUTE_MS = 60_000;
const queryOf = (search: string): string => search.slice(search.indexOf('?') + 1);

/** The search, what it found, and booking it: click a time, type a name, Enter, Book. */
export function Find({ bookable }: { readonly bookable: Bookable }): JSX.Element {
  const { t } = useTranslation('find');
  const { t: booking } = useTranslation('booking');
  const format = useFormat();
  const now = useNow();
  const { zone, actors, services } = bookable;
  const today = dateIn(zone, now);
  const [params, setParams] = useSearchParams();
  const wish = wishIn(params, today);
  const patient = useRead('Patient', params.get('patient') ?? undefined);
  const places = useSearch('Location', '_count=1000&_sort=name');
  const [picked, setPicked] = useState<WithId<Slot>>();
  const [waiting, waitlist] = useDisclosure(false);

  // At most two requests: who is behind a place or a person, and their free slots.
  const asked = askRolesOf(wish);
  const roles = useSearch('PractitionerRole', asked ? queryOf(roleSearch([asked])) : undefined);
  const behind = asked && !roles.data ? [] : actorsFor(wish, roles.data ?? []);
  const service = services.find(({ id }) => wish.service === `HealthcareService/${id}`);
  // A query that is another one every second would be asked so.
  const { start, end } = windowFor(wish, zone, new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS));
  const query = slotSearch({ services: codesFor(service), actors: behind ?? [], start, end, count: MOST });
  const live = useLive(`Slot?start=ge${start.toISOString()}&start=lt${end.toISOString()}`);
  const nobody = behind?.length === 0;
  const found = useSearch('Slot', nobody ? undefined : queryOf(query), live);

  const days = foundDays(found.data ?? [], wish, bookable, now);
  const all = days.flatMap(({ rows }) => rows.flatMap(({ slots }) => slots));
  const first = all.toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start))[0];
  const label = (slot: Slot): string =>
    `${format.date(slot.start, zone)}, ${format.time(slot.start, zone)} · ${ownerOf(slot, actors)?.name ?? ''}`;
  const change = (part: Readonly<Record<string, string | undefined>>): void => {
    // From the address as it is by now: two changes may come before the page is drawn again.
    const next = new URLSearchParams(globalThis.location.search);
    Object.entries(part).forEach(([name, value]) => (value === undefined ? next.delete(name) : next.set(name, value)));
    setParams(next, { replace: true });
  };
  const wait = (
    <Button variant="default" onClick={waitlist.open}>
      {t('waitlist.title')}
    </Button>
  );
  const empty = (
    <Empty text={t('nothing')}>
      <Text size="sm">{t('nothingHint')}</Text>
      {wait}
    </Empty>
  );
  return (
    <Page title={t('title')} actions={all.length > 0 && wait}>
      {patient.data && <Text>{t('for', { name: nameOf(patient.data) })}</Text>}
      <Filters wish={wish} today={today} bookable={bookable} places={places.data ?? []} onChange={change} />
      {nobody && !roles.isFetching ? (
        empty
      ) : (
        <Loaded query={found} lines={8}>
          {(slots) => (
            <>
              <Group justify="space-between">
                <Text size="sm" c="dimmed" role="status">
                  {t('found', { count: all.length })}
                </Text>
                {first && (
                  <Button onClick={() => setPicked(first)}>
                    {t('firstAvailable', {
                      time: `${format.date(first.start, zone)}, ${format.time(first.start, zone)}`,
                      who: ownerOf(first, actors)?.name ?? '',
                    })}
                  </Button>
                )}
              </Group>
              {slots.length >= MOST && <Text size="sm">{t('capped', { count: MOST })}</Text>}
              {all.length === 0 ? empty : <Results days={days} zone={zone} onPick={setPicked} />}
            </>
          )}
        </Loaded>
      )}
      <Modal opened={picked !== undefined} onClose={() => setPicked(undefined)} title={t('title')}>
        {picked && (
          <Suspense fallback={<Pending />}>
            <BookingForm
              key={patient.data?.id}
              choices={choicesOf(
                picked,
                gone(picked, found.data) ? [taken(picked), ...all] : all,
                { actors, label },
                false,
              )}
              patient={patient.data}
              onDone={(appointment, who) => {
                const key = appointment.status === 'pending' ? 'heldFor' : 'bookedFor';
                notifications.show({ color: 'green', message: booking(key, { name: nameOf(who) }) });
                setPicked(undefined);
              }}
            />
          </Suspense>
        )}
      </Modal>
      <Modal opened={waiting} onClose={waitlist.close} title={t('waitlist.title')}>
        <WaitlistForm
          wish={wish}
          bookable={bookable}
          placeName={places.data?.find(({ id }) => wish.place === `Location/${id}`)?.name}
          patient={patient.data}
          onDone={(who) => {
            notifications.show({ color: 'green', message: t('waitlist.done', { name: nameOf(who) }) });
            waitlist.close();
          }}
        />
      </Modal>
    </Page>
  );
}

/** Whether a slot that was picked is no longer among the free ones. */
const gone = (picked: Slot, free: readonly Slot[] | undefined): boolean =>
  free !== undefined && !free.some(({ id }) => id === picked.id);

const taken = (slot: WithId<Slot>): WithId<Slot> => ({ ...slot, status: 'busy' });
