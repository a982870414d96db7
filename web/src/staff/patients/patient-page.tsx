import { Button, Tabs } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'react-router';
import { useAccess } from '../../fhir/access.ts';
import { useLive } from '../../fhir/live.ts';
import { useRead } from '../../fhir/queries.ts';
import { nameOf } from '../../format.ts';
import { Loaded, Pending } from '../../parts/loaded.tsx';
import { Page } from '../../parts/page.tsx';
import { EditPatient } from './edit-patient.tsx';
import type { PartProps } from './part.ts';
import { PatientFacts } from './patient-facts.tsx';
import { TimelineTab } from './timeline-tab.tsx';

// The timeline is there at once; the code of another part comes when somebody looks at it.
const AppointmentsTab = lazy(async () => ({ default: (await import('./appointments-tab.tsx')).AppointmentsTab }));
const MessagesTab = lazy(async () => ({ default: (await import('./messages-tab.tsx')).MessagesTab }));
const JourneysTab = lazy(async () => ({ default: (await import('./journeys-tab.tsx')).JourneysTab }));
const ProblemsTab = lazy(async () => ({ default: (await import('./problems-tab.tsx')).ProblemsTab }));
const DocumentsTab = lazy(async () => ({ default: (await import('./documents-tab.tsx')).DocumentsTab }));

const PARTS = [
  { key: 'timeline', shows: 'Appointment', Part: TimelineTab },
  { key: 'appointments', shows: 'Appointment', Part: AppointmentsTab },
  { key: 'messages', shows: 'Communication', Part: MessagesTab },
  { key: 'journeys', shows: 'CarePlan', Part: JourneysTab },
  { key: 'problems', shows: 'Condition', Part: ProblemsTab },
  { key: 'documents', shows: 'DocumentReference', Part: DocumentsTab },
] as const;

/** Everything about one patient that whoever is signed in may see. */
export default function PatientPage(): JSX.Element {
  const { id } = useParams();
  const { t } = useTranslation('patient');
  const patient = useRead('Patient', id);
  return (
    <Loaded query={patient} lines={8}>
      {(found) => (
        <Page
          title={nameOf(found)}
          actions={
            <>
              <EditPatient patient={found} />
              <Button component={Link} to={`/find?patient=${found.id}`}>
                {t('book')}
              </Button>
            </>
          }
        >
          <PatientFacts patient={found} />
          <Parts patient={found} />
        </Page>
      )}
    </Loaded>
  );
}

function Parts({ patient }: PartProps): JSX.Element {
  const { t } = useTranslation('patient');
  const { mayRead } = useAccess();
  useLive(`Appointment?patient=Patient/${patient.id}`);
  useLive(`Task?patient=Patient/${patient.id}`);
  useLive(`Communication?recipient=Patient/${patient.id}`);
  useLive(`Communication?sender=Patient/${patient.id}`);
  // In the address, so that a link leads to a part, and going back to where one was.
  const [params, setParams] = useSearchParams();
  const parts = PARTS.filter(({ shows }) => mayRead(shows));
  const shown = parts.find(({ key }) => key === params.get('part'))?.key ?? 'timeline';
  return (
    <Tabs
      value={shown}
      onChange={(part) => setParams(part && part !== 'timeline' ? { part } : {}, { replace: true })}
      keepMounted={false}
    >
      <Tabs.List aria-label={t('parts')} style={{ flexWrap: 'nowrap', overflowX: 'auto', overflowY: 'hidden' }}>
        {parts.map(({ key }) => (
          <Tabs.Tab key={key} value={key}>
            {t(`part.${key}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {parts.map(({ key, Part }) => (
        <Tabs.Panel key={key} value={key} pt="md">
          <Suspense fallback={<Pending />}>
            <Part patient={patient} />
          </Suspense>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
