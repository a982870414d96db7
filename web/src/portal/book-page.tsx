import { Alert, Anchor, Button, Group, Select, Stack, Text, Textarea } from '@mantine/core';
import type { WithId } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import type { Appointment, HealthcareService } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { codesOf } from '../fhir/free-slots.ts';
import type { FreeSlot } from '../fhir/free-slots.ts';
import { useAction, useOperation } from '../fhir/operations.ts';
import { useSearch } from '../fhir/queries.ts';
import { useFormat } from '../format.ts';
import { Done } from '../parts/done.tsx';
import { ErrorNotice } from '../parts/error.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Page } from '../parts/page.tsx';
import { SlotPicker } from '../parts/slot-picker.tsx';
import { useSession } from '../session/session.tsx';

/** A patient books for themself: what for, when, and done. */
export default function BookPage(): JSX.Element {
  const { t } = useTranslation('book');
  const services = useSearch('HealthcareService', { active: 'true', _sort: 'name', _count: '100' });
  const [serviceId, setServiceId] = useState<string | null>(null);
  return (
    <Page title={t('title')}>
      <Loaded query={services}>
        {(offered) => {
          const service = offered.find(({ id }) => id === serviceId) ?? (offered.length === 1 ? offered[0] : undefined);
          return (
            <Stack>
              {offered.length > 1 && (
                <Select
                  label={t('service')}
                  placeholder={t('choose')}
                  data={offered.map(({ id, name }) => ({ value: id, label: name ?? id }))}
                  value={serviceId}
                  onChange={setServiceId}
                  allowDeselect={false}
                />
              )}
              {offered.length === 0 && <Alert>{t('noServices')}</Alert>}
              {service && <BookService key={service.id} service={service} />}
            </Stack>
          );
        }}
      </Loaded>
    </Page>
  );
}

function BookService({ service }: { readonly service: WithId<HealthcareService> }): JSX.Element {
  const { t } = useTranslation('book');
  const format = useFormat();
  const { who } = useSession();
  const [chosen, setChosen] = useState<FreeSlot>();
  const [comment, setComment] = useState('');
  const book = useOperation<Appointment, { slot: string; patient: string; comment?: string }>('Slot/$book', {
    changes: ['Slot', 'Appointment'],
    quiet: true,
  });
  if (book.data && chosen) {
    return (
      <Done title={t('done')}>
        <Text>
          {format.moment(chosen.slot.start, chosen.zone)}, {chosen.actorName}
        </Text>
        <Text size="sm">{t('doneNext')}</Text>
        <Anchor component={Link} to="/visits">
          {t('toVisits')}
        </Anchor>
      </Done>
    );
  }
  return (
    <Stack>
      <SlotPicker
        services={codesOf(service.type)}
        chosen={chosen}
        onChoose={setChosen}
        nothing={<JoinWaitlist service={service} />}
      />
      {chosen && (
        <Stack gap="sm" role="group" aria-label={t('confirmTitle')}>
          <Text fw={600}>
            {t('confirm', {
              when: format.moment(chosen.slot.start, chosen.zone),
              host: chosen.actorName,
            })}
          </Text>
          <Textarea label={t('comment')} value={comment} onChange={(event) => setComment(event.currentTarget.value)} />
          {book.isError && <ErrorNotice error={book.error} />}
          <Group>
            <Button
              loading={book.isPending}
              onClick={() =>
                book.mutate({
                  slot: `Slot/${chosen.slot.id}`,
                  patient: who.patient ?? '',
                  ...(comment.trim() && { comment: comment.trim() }),
                })
              }
            >
              {t('book')}
            </Button>
          </Group>
        </Stack>
      )}
    </Stack>
  );
}

/** Nothing fits: the patient waits for a time, and is asked when one comes free. */
function JoinWaitlist({ service }: { readonly service: WithId<HealthcareService> }): JSX.Element {
  const { t } = useTranslation('book');
  const medplum = useMedplum();
  const { who } = useSession();
  const join = useAction(
    () =>
      medplum.createResource<Appointment>({
        resourceType: 'Appointment',
        status: 'waitlist',
        serviceType: service.type,
        participant: [{ actor: { reference: who.patient ?? '' }, status: 'accepted' }],
      }),
    { changes: ['Appointment'] },
  );
  return join.isSuccess ? (
    <Done>{t('waiting')}</Done>
  ) : (
    <Button variant="default" loading={join.isPending} onClick={() => join.mutate()}>
      {t('wait')}
    </Button>
  );
}
