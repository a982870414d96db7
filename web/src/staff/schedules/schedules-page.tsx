import { Anchor, Badge, Button, Modal, Select, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { createReference } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import type { Schedule } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { servicesOf } from '../../../../bots/scheduling/availability.ts';
import { useAction } from '../../fhir/operations.ts';
import { useSearch } from '../../fhir/queries.ts';
import { useZones } from '../../fhir/zones.ts';
import { displayOf, nameOf } from '../../format.ts';
import { ListTable } from '../../parts/list-table.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Empty, Page } from '../../parts/page.tsx';
import { useSession } from '../../session/session.tsx';
import { hoursOf, newSchedule } from './pattern.ts';
import { useHoursText } from './hours-text.ts';

/** Who and what can be booked, and when. */
export default function SchedulesPage(): JSX.Element {
  const { t } = useTranslation('schedules');
  const { who } = useSession();
  const hoursText = useHoursText();
  const found = useSearch('Schedule', { _count: '500', _sort: '_id' });
  const services = useSearch('HealthcareService', { _count: '500' }, { staleTime: 60_000 }).data ?? [];
  const [creating, dialog] = useDisclosure(false);
  const mayEdit = who.roles.some((role) => role === 'administrator' || role === 'front-desk');
  const serviceName = (reference: string): string =>
    services.find(({ id }) => reference === `HealthcareService/${id}`)?.name ?? reference;
  const hoursIn = (schedule: Schedule): string =>
    servicesOf(schedule)
      .map((service) => hoursText(hoursOf(schedule, service)))
      .join('; ');
  return (
    <Page title={t('title')} actions={mayEdit && <Button onClick={dialog.open}>{t('new')}</Button>}>
      <Loaded query={found} lines={6}>
        {(schedules) =>
          schedules.length === 0 ? (
            <Empty text={t('none')} />
          ) : (
            <ListTable
              rows={schedules.toSorted((a, b) => displayOf(a.actor[0]).localeCompare(displayOf(b.actor[0])))}
              columns={[
                {
                  title: t('whose'),
                  cell: ({ id, actor, active }) => (
                    <>
                      <Anchor component={Link} to={`/schedules/${id}`} size="sm" fw={600}>
                        {displayOf(actor[0])}
                      </Anchor>{' '}
                      {active === false && <Badge variant="outline">{t('inactive')}</Badge>}
                    </>
                  ),
                },
                {
                  title: t('services'),
                  cell: (schedule) => (
                    <>
                      {servicesOf(schedule).map(serviceName).join(', ')}
                      <Text size="xs" c="dimmed" hiddenFrom="sm">
                        {hoursIn(schedule)}
                      </Text>
                    </>
                  ),
                },
                { title: t('hours'), cell: hoursIn, wide: true },
              ]}
            />
          )
        }
      </Loaded>
      <Modal opened={creating} onClose={dialog.close} title={t('new')}>
        <NewForm />
      </Modal>
    </Page>
  );
}

function NewForm(): JSX.Element {
  const { t } = useTranslation('schedules');
  const medplum = useMedplum();
  const navigate = useNavigate();
  const zone = useZones().clinic;
  const practitioners = useSearch('Practitioner', { active: 'true', _count: '500', _sort: 'family' }).data ?? [];
  const places = useSearch('Location', { status: 'active', _count: '500', _sort: 'name' }).data ?? [];
  const services = useSearch('HealthcareService', { active: 'true', _count: '500', _sort: 'name' }).data ?? [];
  const [actor, setActor] = useState<string | null>(null);
  const [service, setService] = useState<string | null>(null);
  const create = useAction(
    async () => {
      const whose = [...practitioners, ...places].find((one) => `${one.resourceType}/${one.id}` === actor);
      const offered = services.find(({ id }) => id === service);
      return whose && offered
        ? medplum.createResource<Schedule>(newSchedule(createReference(whose), offered, zone))
        : undefined;
    },
    { changes: ['Schedule', 'Slot'] },
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate(undefined, { onSuccess: (made) => made && void navigate(`/schedules/${made.id}`) });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Select
          label={t('whose')}
          searchable
          required
          data={[
            {
              group: t('people'),
              items: practitioners.map((one) => ({ value: `Practitioner/${one.id}`, label: nameOf(one) })),
            },
            {
              group: t('places'),
              items: places.map(({ id, name }) => ({ value: `Location/${id}`, label: name ?? id })),
            },
          ]}
          value={actor}
          onChange={setActor}
        />
        <Select
          label={t('service')}
          required
          data={services.map(({ id, name }) => ({ value: id, label: name ?? id }))}
          value={service}
          onChange={setService}
        />
        <Button type="submit" loading={create.isPending} disabled={!actor || !service}>
          {t('create')}
        </Button>
      </Stack>
    </form>
  );
}
