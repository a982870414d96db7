import { Alert, Badge, Button, Grid, Group, Stack, Switch, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { normalizeErrorString } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Schedule } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { servicesOf } from '../../../../bots/scheduling/availability.ts';
import type { Offer } from '../../../../bots/scheduling/availability.ts';
import { ofType, useBundle, useSearch } from '../../fhir/queries.ts';
import { rebased } from '../../fhir/rebase.ts';
import { useSave } from '../../fhir/save.ts';
import { useZones } from '../../fhir/zones.ts';
import { displayOf, useFormat } from '../../format.ts';
import { ConflictDialog } from '../../parts/conflict.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Empty, Page } from '../../parts/page.tsx';
import { useSession } from '../../session/session.tsx';
import { FillForm } from './fill-form.tsx';
import { useHoursText } from './hours-text.ts';
import { horizonOf, hoursOf, misfitsOf, offersOf, ruleOf, RULES } from './pattern.ts';
import type { Rule } from './pattern.ts';
import { RulesForm } from './rules-form.tsx';
import { ServiceForm } from './service-form.tsx';
import { TimeOff } from './time-off.tsx';
import { WeekPreview } from './week-preview.tsx';

/** One Schedule: its weekly pattern with a preview, and the time that is off. */
export default function SchedulePage(): JSX.Element {
  const { t } = useTranslation('schedules');
  const { id } = useParams();
  const found = useBundle('Schedule', { _id: id ?? '', _include: 'Schedule:actor' });
  const [schedule] = ofType(found.data, 'Schedule');
  return (
    <Page title={schedule ? displayOf(schedule.actor[0]) : t('one')}>
      <Loaded query={found} lines={8}>
        {() => (schedule ? <Pattern key={schedule.id} stored={schedule} /> : <Empty text={t('notThere')} />)}
      </Loaded>
    </Page>
  );
}

/** What somebody edits, and the version that it is an edit of, whatever is loaded meanwhile. */
interface Edit {
  readonly base: WithId<Schedule>;
  readonly edited: WithId<Schedule>;
}

function Pattern({ stored }: { readonly stored: WithId<Schedule> }): JSX.Element {
  const { t } = useTranslation('schedules');
  const { who } = useSession();
  const clinicZone = useZones().clinic;
  const [edit, setEdit] = useState<Edit>();
  const edited = edit?.edited;
  const schedule = edited ?? stored;
  const mayEdit = who.roles.some((role) => role === 'administrator' || role === 'front-desk');
  const mayBlock = mayEdit || who.roles.includes('practitioner');
  const services = useSearch('HealthcareService', { _count: '500' }, { staleTime: 60_000 }).data;
  const pattern = patternOf(() => offersOf(schedule, services ?? [], undefined, clinicZone));
  const zone = pattern.offers[0]?.zone ?? clinicZone;
  const change = (after: Schedule): void => setEdit({ base: edit?.base ?? stored, edited: after as WithId<Schedule> });
  return (
    <Grid gutter="lg">
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Stack>
          {schedule.active === false && (
            <Group>
              <Badge variant="outline">{t('inactive')}</Badge>
            </Group>
          )}
          {services && pattern.wrong && (
            <Alert color="red" role="alert" title={t('wrong')}>
              {pattern.wrong}
            </Alert>
          )}
          {mayEdit && (
            <Switch
              label={t('active')}
              checked={schedule.active !== false}
              onChange={(event) => change({ ...schedule, active: event.currentTarget.checked })}
            />
          )}
          {servicesOf(schedule).map((service) => (
            <ServiceForm
              key={service}
              schedule={schedule}
              service={service}
              name={services?.find(({ id }) => service === `HealthcareService/${id}`)?.name ?? service}
              readOnly={!mayEdit}
              onChange={change}
            />
          ))}
          {mayEdit && <RulesForm schedule={schedule} onChange={change} />}
          {mayEdit && (
            <SaveBar
              stored={stored}
              edit={edit}
              offers={pattern.offers}
              isWrong={pattern.wrong !== undefined}
              onDone={() => setEdit(undefined)}
            />
          )}
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Stack>
          <WeekPreview schedule={schedule} offers={pattern.offers} zone={zone} />
          {mayEdit && !edited && <FillForm schedule={stored} />}
          <TimeOff schedule={stored} zone={zone} mayBlock={mayBlock} />
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

/** What the pattern comes to, or what is wrong with it, in the words of the rule. */
function patternOf(read: () => Offer[]): { readonly offers: readonly Offer[]; readonly wrong?: string } {
  try {
    return { offers: read() };
  } catch (thrown) {
    return { offers: [], wrong: normalizeErrorString(thrown) };
  }
}

interface SaveProps {
  readonly stored: WithId<Schedule>;
  readonly edit: Edit | undefined;
  readonly offers: readonly Offer[];
  readonly isWrong: boolean;
  readonly onDone: () => void;
}

/** Says what saving does to those who are booked, and saves. */
function SaveBar({ stored, edit, offers, isWrong, onDone }: SaveProps): JSX.Element {
  const edited = edit?.edited;
  const { t } = useTranslation('schedules');
  const { t: common } = useTranslation('common');
  const format = useFormat();
  const hoursText = useHoursText();
  const [now] = useState(() => new Date());
  const { save, conflict, settle } = useSave<Schedule>('Schedule');
  const booked = useBundle('Slot', {
    schedule: `Schedule/${stored.id}`,
    status: 'busy,busy-tentative',
    start: `ge${now.toISOString()}`,
    _revinclude: 'Appointment:slot',
    _count: '1000',
  });
  const misfits =
    edited && !isWrong
      ? misfitsOf(edited, offers, ofType(booked.data, 'Slot'), ofType(booked.data, 'Appointment'), now)
      : [];
  const store = (mine: WithId<Schedule>): void =>
    save.mutate(mine, {
      onSuccess: (saved) => {
        if (saved) {
          notifications.show({ message: t('saved') });
          onDone();
        }
      },
    });
  const rules = Object.keys(RULES) as Rule[];
  return (
    <Stack gap="xs">
      <div role="status">
        {misfits.length > 0 && (
          <Alert color="yellow" title={t('misfits', { count: misfits.length })}>
            <Text size="sm">{t('misfitsText')}</Text>
          </Alert>
        )}
      </div>
      <Group justify="flex-end" gap="xs">
        {edited && (
          <Button variant="subtle" onClick={onDone}>
            {t('discard')}
          </Button>
        )}
        <Button onClick={() => edited && store(edited)} loading={save.isPending} disabled={!edited || isWrong}>
          {common('save')}
        </Button>
      </Group>
      <ConflictDialog
        conflict={conflict}
        fields={{
          [t('active')]: ({ active }) => (active === false ? t('inactive') : t('active')),
          [t('hours')]: (one) =>
            servicesOf(one)
              .map((service) => hoursText(hoursOf(one, service)))
              .join('; '),
          [t('horizon')]: (one) => horizonOf(one)?.toString(),
          ...Object.fromEntries(
            rules.map((rule) => [
              t(`rule.${rule}`),
              (one: Schedule) => {
                const value = ruleOf(one, rule);
                return value === undefined ? undefined : format.number(value);
              },
            ]),
          ),
        }}
        apply={(theirs, mine) => rebased(edit?.base ?? stored, mine, theirs)}
        keepMine={store}
        takeTheirs={() => {
          settle();
          onDone();
        }}
      />
    </Stack>
  );
}
