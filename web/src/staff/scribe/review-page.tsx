import { Alert, Badge, SimpleGrid, Stack } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { Bundle, Composition } from '@medplum/fhirtypes';
import { useReducer, useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { usePatientNames } from '../../fhir/names.ts';
import { useBundle, useRead } from '../../fhir/queries.ts';
import { useZones } from '../../fhir/zones.ts';
import { useFormat } from '../../format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Page } from '../../parts/page.tsx';
import { noteOf, noteQuery } from './note.ts';
import type { Passage } from './passages.ts';
import { Proposals } from './proposals.tsx';
import { SectionCard } from './section-card.tsx';
import { useSectionTitles } from './section-titles.ts';
import { SignPanel } from './sign-panel.tsx';
import { TranscriptPane } from './transcript-pane.tsx';
import { Unsaved } from './unsaved.ts';

/** A drafted note beside what was said: read, corrected, its proposals accepted or not, and signed. */
export default function ReviewPage(): JSX.Element {
  const { t } = useTranslation('scribe');
  const { compositionId = '' } = useParams();
  const composition = useRead('Composition', compositionId);
  const named = usePatientNames([composition.data?.subject]);
  const around = useBundle('Provenance', noteQuery(compositionId));
  return (
    <Page
      title={composition.data ? t('noteOf', { name: named(composition.data.subject) }) : t('note')}
      actions={composition.data && <Badge variant="default">{t(`status.${composition.data.status}`)}</Badge>}
    >
      <Loaded query={composition} lines={8}>
        {(note) => (
          <Loaded query={around} lines={8}>
            {(bundle) => <Review note={note} bundle={bundle} />}
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}

function Review({ note, bundle }: { readonly note: WithId<Composition>; readonly bundle: Bundle }): JSX.Element {
  const { t } = useTranslation('scribe');
  const format = useFormat();
  const { clinic } = useZones();
  const title = useSectionTitles();
  const [passages, light] = useState<readonly Passage[]>([]);
  const [accepted, setAccepted] = useState<ReadonlySet<string>>(new Set());
  const [unsaved, count] = useReducer((open: number, change: 1 | -1) => open + change, 0);
  const { problems, orders, measurements, transcript } = noteOf(bundle);
  const choose = (references: readonly string[], accept: boolean): void =>
    setAccepted((before) => {
      const others = [...before].filter((reference) => !references.includes(reference));
      return new Set(accept ? [...others, ...references] : others);
    });
  const proposals = { accepted, setAccepted: choose, light };
  return (
    <Unsaved value={count}>
      <Stack>
        {note.status === 'final' && (
          <Alert color="green" role="status">
            {t('signed', { when: format.moment(note.attester?.[0]?.time ?? note.date, clinic) })}
          </Alert>
        )}
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <TranscriptPane transcript={transcript} passages={passages} />
          <Stack>
            {note.section?.map((section, index) => (
              <SectionCard
                key={section.code?.coding?.[0]?.code ?? index}
                note={note}
                index={index}
                section={section}
                title={title(section)}
                editable={note.status === 'preliminary'}
                light={light}
              />
            ))}
            <Proposals title={t('problems')} proposals={problems} {...proposals} />
            <Proposals title={t('orders')} proposals={orders} {...proposals} />
            <Proposals title={t('measurements')} proposals={measurements} {...proposals} />
            {note.status === 'preliminary' && (
              <SignPanel
                note={note}
                proposals={[...problems, ...orders, ...measurements]}
                accepted={[...accepted]}
                unsaved={unsaved > 0}
              />
            )}
          </Stack>
        </SimpleGrid>
      </Stack>
    </Unsaved>
  );
}
