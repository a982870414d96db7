import { Button, Group, Modal, NativeSelect, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { WithId } from '@medplum/core';
import type { Appointment } from '@medplum/fhirtypes';
import { useMedplum } from '@medplum/react-hooks';
import { useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useAccess } from '../../fhir/access.ts';
import { useAction } from '../../fhir/operations.ts';
import { useBundle, useSearch, ofType } from '../../fhir/queries.ts';
import { hostsOf, serviceNameOf } from '../../fhir/visits.ts';
import { nameOf, useFormat } from '../../format.ts';
import { ErrorNotice } from '../../parts/error.tsx';
import { AppointmentState } from './appointment-state.tsx';
import type { PartProps } from './part.ts';
import { PRIORITIES, waitlistEntry } from './waitlist-entry.ts';
import type { Wish } from './waitlist-entry.ts';

/** What a patient waits or asked for, and a way to put them on the waitlist. */
export function WaitlistEntries({ patient }: PartProps): JSX.Element {
  const { t } = useTranslation('patient');
  const { mayCreate } = useAccess();
  const [opened, dialog] = useDisclosure(false);
  const found = useSearch('Appointment', {
    patient: `Patient/${patient.id}`,
    status: 'waitlist,proposed',
    _sort: '_lastUpdated',
  });
  const entries = found.data ?? [];
  return (
    <section>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          {t('waitlist')}
        </Title>
        {mayCreate('Appointment') && (
          <Button variant="default" size="xs" onClick={dialog.open}>
            {t('waitlistAdd')}
          </Button>
        )}
      </Group>
      {found.isError && <ErrorNotice error={found.error} retry={() => void found.refetch()} />}
      {found.data && entries.length === 0 && <Text c="dimmed">{t('noWaitlist')}</Text>}
      <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: 'none' }}>
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </Stack>
      <Modal opened={opened} onClose={dialog.close} title={t('waitlistAdd')}>
        <WaitlistForm patient={patient} onDone={dialog.close} />
      </Modal>
    </section>
  );
}

function Entry({ entry }: { readonly entry: WithId<Appointment> }): JSX.Element {
  const { t } = useTranslation('patient');
  const format = useFormat();
  const medplum = useMedplum();
  const leave = useAction(
    () =>
      // Whatever else has been noted on it meanwhile: as long as it still waits, it can be taken off.
      medplum.patchResource('Appointment', entry.id, [
        { op: 'test', path: '/status', value: entry.status },
        { op: 'replace', path: '/status', value: 'cancelled' },
      ]),
    { changes: ['Appointment'] },
  );
  const [period] = entry.requestedPeriod ?? [];
  const what = [serviceNameOf(entry), hostsOf(entry).join(', ')].filter(Boolean).join(' · ') || t('anything');
  return (
    <li>
      <Group gap="xs">
        <Text size="sm">{what}</Text>
        {period?.start && (
          <Text size="sm" c="dimmed">
            {format.day(period.start)}
            {period.end && ` – ${format.day(period.end)}`}
          </Text>
        )}
        <AppointmentState visit={entry} />
        <Button
          size="compact-xs"
          variant="default"
          loading={leave.isPending}
          onClick={() => leave.mutate()}
          aria-label={t('waitlistLeaveNamed', { what })}
        >
          {t('waitlistLeave')}
        </Button>
      </Group>
    </li>
  );
}

function WaitlistForm({ patient, onDone }: PartProps & { readonly onDone: () => void }): JSX.Element {
  const { t } = useTranslation('patient');
  const { t: common } = useTranslation('common');
  const medplum = useMedplum();
  const services = useSearch('HealthcareService', { active: 'true', _sort: 'name', _count: '200' });
  const schedules = useBundle('Schedule', { active: 'true', _count: '200', _include: 'Schedule:actor:Practitioner' });
  const providers = ofType(schedules.data, 'Practitioner');
  const [wish, setWish] = useState<Wish>({ service: '', provider: '', from: '', to: '', priority: 'normal' });
  const [isEmpty, setEmpty] = useState(false);
  const set = (change: Partial<Wish>): void => setWish((before) => ({ ...before, ...change }));
  const add = useAction(
    () =>
      medplum.createResource<Appointment>(
        waitlistEntry(patient, wish, {
          service: services.data?.find(({ id }) => id === wish.service),
          provider: providers.find(({ id }) => id === wish.provider),
        }),
      ),
    { changes: ['Appointment'], quiet: true },
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setEmpty(!wish.service && !wish.provider);
    if (wish.service || wish.provider) {
      add.mutate(undefined, { onSuccess: onDone });
    }
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <NativeSelect
          label={t('service')}
          value={wish.service}
          onChange={(event) => set({ service: event.currentTarget.value })}
          error={isEmpty && t('waitlistNeeds')}
          data={[
            { value: '', label: t('any') },
            ...(services.data ?? []).map(({ id, name }) => ({ value: id, label: name ?? id })),
          ]}
        />
        <NativeSelect
          label={t('provider')}
          value={wish.provider}
          onChange={(event) => set({ provider: event.currentTarget.value })}
          data={[
            { value: '', label: t('any') },
            ...providers.map((provider) => ({ value: provider.id, label: nameOf(provider) })),
          ]}
        />
        <SimpleGrid cols={2}>
          <TextInput
            type="date"
            label={t('from')}
            value={wish.from}
            onChange={(event) => set({ from: event.currentTarget.value })}
          />
          <TextInput
            type="date"
            label={t('to')}
            value={wish.to}
            min={wish.from}
            onChange={(event) => set({ to: event.currentTarget.value })}
          />
        </SimpleGrid>
        <NativeSelect
          label={t('urgency')}
          value={wish.priority}
          onChange={(event) => set({ priority: event.currentTarget.value as Wish['priority'] })}
          data={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) }))}
        />
        {add.isError && <ErrorNotice error={add.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            {common('cancel')}
          </Button>
          <Button type="submit" loading={add.isPending}>
            {t('waitlistAdd')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
