import { Anchor, Button, TextInput } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { patientSearch, phoneOf } from '../../fhir/patients.ts';
import { useSearch } from '../../fhir/queries.ts';
import { nameOf, useFormat } from '../../format.ts';
import { ListTable } from '../../parts/list-table.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Empty, Page } from '../../parts/page.tsx';
import { NewPatientDialog } from './new-patient.tsx';

/** Finds a patient, or makes a new one. */
export default function PatientsPage(): JSX.Element {
  const { t } = useTranslation('patients');
  const format = useFormat();
  const navigate = useNavigate();
  // In the address, so that going back from a patient leads to the same list.
  const [params, setParams] = useSearchParams();
  const typed = params.get('q') ?? '';
  const [settled] = useDebouncedValue(typed, 200);
  const found = useSearch('Patient', patientSearch(settled) ?? { _count: '20', _sort: '-_lastUpdated' });
  const [creating, dialog] = useDisclosure(false);
  return (
    <Page title={t('title')} actions={<Button onClick={dialog.open}>{t('new')}</Button>}>
      <TextInput
        type="search"
        label={t('search')}
        description={t('searchHint')}
        value={typed}
        onChange={(event) =>
          setParams(event.currentTarget.value ? { q: event.currentTarget.value } : {}, { replace: true })
        }
      />
      <Loaded query={found} lines={8}>
        {(patients) =>
          patients.length === 0 ? (
            <Empty text={t('nobody')} />
          ) : (
            <ListTable
              rows={patients}
              columns={[
                {
                  title: t('name'),
                  cell: (patient) => (
                    <Anchor component={Link} to={`/patients/${patient.id}`}>
                      {nameOf(patient)}
                    </Anchor>
                  ),
                },
                { title: t('born'), cell: ({ birthDate }) => birthDate && format.day(birthDate) },
                { title: t('phone'), cell: phoneOf },
              ]}
            />
          )
        }
      </Loaded>
      <NewPatientDialog
        opened={creating}
        onClose={dialog.close}
        onCreated={(patient) => void navigate(`/patients/${patient.id}`)}
      />
    </Page>
  );
}
