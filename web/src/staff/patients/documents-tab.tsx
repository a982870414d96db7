import { Accordion, Button, Group, Stack, Text, Title } from '@mantine/core';
import { isDefined } from '@medplum/core';
import type { Attachment, Composition, DocumentReference } from '@medplum/fhirtypes';
import { useMedplum } from '@medplum/react-hooks';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useAccess } from '../../fhir/access.ts';
import { contentOf, saveAs } from '../../fhir/attachments.ts';
import { wordsOf } from '../../fhir/codes.ts';
import { useAction } from '../../fhir/operations.ts';
import { usePages } from '../../fhir/queries.ts';
import { useZones } from '../../fhir/zones.ts';
import { useFormat } from '../../format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { More } from '../../parts/more.tsx';
import { useSectionTitles } from '../scribe/section-titles.ts';
import type { PartProps } from './part.ts';
import { StateBadge } from '../../parts/state-badge.tsx';

/** Notes of visits, and what else there is in writing. */
export function DocumentsTab({ patient }: PartProps): JSX.Element {
  const { t } = useTranslation('patient');
  const { mayRead } = useAccess();
  const documents = usePages('DocumentReference', { patient: `Patient/${patient.id}`, _sort: '-_lastUpdated' });
  return (
    <Stack gap="lg">
      {mayRead('Composition') && <Notes patient={patient} />}
      <section>
        <Title order={2} size="h4" mb="xs">
          {t('part.documents')}
        </Title>
        <Loaded query={documents.query}>
          {(found) => {
            const shown = found.filter(({ status }) => status !== 'entered-in-error');
            return shown.length === 0 ? (
              <Text c="dimmed">{t('noDocuments')}</Text>
            ) : (
              <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: 'none' }}>
                {shown.map((document) => (
                  <Document key={document.id} document={document} />
                ))}
              </Stack>
            );
          }}
        </Loaded>
        <More of={documents} />
      </section>
    </Stack>
  );
}

function Document({ document }: { readonly document: DocumentReference }): JSX.Element {
  const { t } = useTranslation('patient');
  const format = useFormat();
  const { clinic } = useZones();
  const medplum = useMedplum();
  const open = useAction(
    async (attachment: Attachment) => saveAs(await contentOf(medplum, attachment), attachment.title ?? t('document')),
    { changes: [] },
  );
  const name = document.description ?? wordsOf(document.type) ?? t('document');
  const attachments = document.content.map(({ attachment }) => attachment).filter(isDefined);
  return (
    <li>
      <Group gap="xs">
        <Text size="sm" fw={600}>
          {name}
        </Text>
        {document.status === 'superseded' && <StateBadge color="gray">{t('superseded')}</StateBadge>}
        <Text size="xs" c="dimmed">
          {document.date && format.moment(document.date, clinic)}
        </Text>
        {attachments
          .filter(({ url, data }) => url ?? data)
          .map((attachment, index) => (
            <Button
              key={index}
              size="compact-xs"
              variant="default"
              loading={open.isPending}
              onClick={() => open.mutate(attachment)}
              aria-label={t('downloadNamed', { name: attachment.title ?? name })}
            >
              {t('download')}
            </Button>
          ))}
      </Group>
    </li>
  );
}

function Notes({ patient }: PartProps): JSX.Element {
  const { t } = useTranslation('patient');
  const format = useFormat();
  const { clinic } = useZones();
  const found = usePages('Composition', { patient: `Patient/${patient.id}`, _sort: '-date' }, { size: 10 });
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {t('notes')}
      </Title>
      <Loaded query={found.query}>
        {(notes) =>
          notes.length === 0 ? (
            <Text c="dimmed">{t('noNotes')}</Text>
          ) : (
            <Accordion variant="separated" order={3}>
              {notes.map((note) => (
                <Accordion.Item key={note.id} value={note.id}>
                  <Accordion.Control>
                    <Text span fw={600} size="sm" mr="xs">
                      {note.title}
                    </Text>
                    <StateBadge color={note.status === 'preliminary' ? 'yellow' : 'green'}>
                      {t(note.status === 'preliminary' ? 'noteDraft' : 'noteSigned')}
                    </StateBadge>
                    <Text span size="xs" c="dimmed">
                      {format.moment(note.date, clinic)}
                    </Text>
                  </Accordion.Control>
                  <Accordion.Panel>
                    <Sections note={note} />
                  </Accordion.Panel>
                </Accordion.Item>
              ))}
            </Accordion>
          )
        }
      </Loaded>
      <More of={found} />
    </section>
  );
}

function Sections({ note }: { readonly note: Composition }): JSX.Element {
  const title = useSectionTitles();
  return (
    <Stack gap="xs">
      {(note.section ?? []).map((section, index) => (
        <div key={index}>
          <Text size="sm" fw={600}>
            {title(section)}
          </Text>
          <Text size="sm" style={{ whiteSpace: 'pre-line' }}>
            {plainText(section.text?.div)}
          </Text>
        </div>
      ))}
    </Stack>
  );
}

/** The words of a narrative: whatever markup it brings along is not shown as such. */
function plainText(div: string | undefined): string {
  const parsed = new DOMParser().parseFromString(
    (div ?? '').replace(/<\/(p|li|div)>|<br\s*\/?>/gi, '\n$&'),
    'text/html',
  );
  return parsed.body.textContent.trim();
}
