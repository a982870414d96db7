import { Anchor, Badge, Button, Card, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { WithId } from '@medplum/core';
import type { Bundle, Composition, DocumentReference, Reference } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { codeSystem } from '../../../../bots/runtime/contract.ts';
import { useLive } from '../../fhir/live.ts';
import { ofType, useBundle } from '../../fhir/queries.ts';
import { useZones } from '../../fhir/zones.ts';
import { nameOf, useFormat } from '../../format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Empty, Page } from '../../parts/page.tsx';
import { Section } from '../../parts/section.tsx';
import { NewTranscriptDialog } from './new-transcript.tsx';
import { progressOf } from './progress.ts';

const NOTE = 'http://loinc.org|11506-3';
const TRANSCRIPT = `${codeSystem('document-type')}|transcript`;

/** Notes that wait for a signature, transcripts that are being worked on, and what was signed lately. */
export default function ScribePage(): JSX.Element {
  const { t } = useTranslation('scribe');
  const [adding, dialog] = useDisclosure(false);
  const live = useLive(`Composition?type=${NOTE}`, 'DocumentReference');
  const notes = useBundle(
    'Composition',
    { type: NOTE, status: 'preliminary', _sort: 'date', _count: '50', _include: 'Composition:subject' },
    live,
  );
  const transcripts = useBundle(
    'DocumentReference',
    {
      type: TRANSCRIPT,
      status: 'current',
      _sort: '-_lastUpdated',
      _count: '20',
      _include: 'DocumentReference:patient',
    },
    live,
  );
  const signed = useBundle(
    'Composition',
    { type: NOTE, status: 'final', _sort: '-date', _count: '10', _include: 'Composition:subject' },
    live,
  );
  return (
    <Page title={t('title')} actions={<Button onClick={dialog.open}>{t('add')}</Button>}>
      <Loaded query={transcripts}>
        {(bundle) => {
          const working = ofType(bundle, 'DocumentReference').filter((document) => progressOf(document) !== 'drafted');
          return working.length > 0 ? (
            <Section title={t('working')}>
              {working.map((document) => (
                <TranscriptCard key={document.id} document={document} bundle={bundle} />
              ))}
            </Section>
          ) : null;
        }}
      </Loaded>
      <Loaded query={notes} lines={4}>
        {(bundle) => (
          <Section title={t('toSign')}>
            {ofType(bundle, 'Composition').length === 0 && <Empty text={t('nothingToSign')} />}
            {ofType(bundle, 'Composition').map((note) => (
              <NoteCard key={note.id} note={note} bundle={bundle} />
            ))}
          </Section>
        )}
      </Loaded>
      <Loaded query={signed}>
        {(bundle) =>
          ofType(bundle, 'Composition').length > 0 ? (
            <Section title={t('lately')}>
              {ofType(bundle, 'Composition').map((note) => (
                <NoteCard key={note.id} note={note} bundle={bundle} />
              ))}
            </Section>
          ) : null
        }
      </Loaded>
      <NewTranscriptDialog opened={adding} onClose={dialog.close} />
    </Page>
  );
}

/** The patient's name, as loaded beside it. */
function subjectName(subject: Reference | undefined, bundle: Bundle): string {
  const patient = ofType(bundle, 'Patient').find(({ id }) => subject?.reference === `Patient/${id}`);
  return patient ? nameOf(patient) : (subject?.display ?? nameOf(undefined));
}

function NoteCard({ note, bundle }: { readonly note: WithId<Composition>; readonly bundle: Bundle }): JSX.Element {
  const { t } = useTranslation('scribe');
  const format = useFormat();
  const { clinic } = useZones();
  return (
    <Card withBorder padding="sm" component="article">
      <Group justify="space-between">
        <Anchor component={Link} to={`/scribe/${note.id}`}>
          {subjectName(note.subject, bundle)}
        </Anchor>
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            {format.moment(note.date, clinic)}
          </Text>
          <Badge variant="default">{t(`status.${note.status}`)}</Badge>
        </Group>
      </Group>
    </Card>
  );
}

interface TranscriptCardProps {
  readonly document: WithId<DocumentReference>;
  readonly bundle: Bundle;
}

function TranscriptCard({ document, bundle }: TranscriptCardProps): JSX.Element {
  const { t } = useTranslation('scribe');
  const format = useFormat();
  const { clinic } = useZones();
  return (
    <Card withBorder padding="sm" component="article">
      <Group justify="space-between">
        <Text>{subjectName(document.subject, bundle)}</Text>
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            {document.meta?.lastUpdated && format.moment(document.meta.lastUpdated, clinic)}
          </Text>
          <Badge variant="default">{t(`progress.${progressOf(document)}`)}</Badge>
        </Group>
      </Group>
    </Card>
  );
}
