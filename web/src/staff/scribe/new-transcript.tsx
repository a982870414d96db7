import { Button, FileInput, Modal, Select, Stack, Text, Textarea } from '@mantine/core';
import { encodeBase64 } from '@medplum/core';
import type { MedplumClient, WithId } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import type { Attachment, DocumentReference, Encounter } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { codeSystem } from '../../../../bots/runtime/contract.ts';
import { useAction } from '../../fhir/operations.ts';
import { ofType, useBundle } from '../../fhir/queries.ts';
import { useZones } from '../../fhir/zones.ts';
import { nameOf, useFormat } from '../../format.ts';
import { ErrorNotice } from '../../parts/error.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Empty } from '../../parts/page.tsx';
import { useSession } from '../../session/session.tsx';

interface NewTranscriptProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Adds what was said at a visit, as text or as a recording; the scribe drafts from it. */
export function NewTranscriptDialog({ opened, onClose }: NewTranscriptProps): JSX.Element {
  const { t } = useTranslation('scribe');
  return (
    <Modal opened={opened} onClose={onClose} title={t('add')} size="lg">
      <NewTranscript onDone={onClose} />
    </Modal>
  );
}

function NewTranscript({ onDone }: { readonly onDone: () => void }): JSX.Element {
  const { t } = useTranslation('scribe');
  const format = useFormat();
  const medplum = useMedplum();
  const { who } = useSession();
  const zone = useZones().clinic;
  const visits = useBundle('Encounter', {
    participant: who.reference,
    _sort: '-date',
    _count: '30',
    _include: 'Encounter:patient',
  });
  const [encounterId, setEncounterId] = useState<string | null>(null);
  const [text, setText] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const add = useAction(
    async (encounter: WithId<Encounter>) =>
      medplum.createResource<DocumentReference>({
        resourceType: 'DocumentReference',
        status: 'current',
        type: { coding: [{ system: codeSystem('document-type'), code: 'transcript' }] },
        subject: encounter.subject,
        content: [{ attachment: await attachmentOf(medplum, text, file) }],
        context: { encounter: [{ reference: `Encounter/${encounter.id}` }] },
      }),
    { changes: ['DocumentReference', 'Composition'], quiet: true },
  );
  return (
    <Loaded query={visits}>
      {(bundle) => {
        const encounters = ofType(bundle, 'Encounter');
        const patients = ofType(bundle, 'Patient');
        const chosen = encounters.find(({ id }) => id === encounterId);
        const labelOf = ({ subject, period }: Encounter): string =>
          [
            nameOf(patients.find(({ id }) => subject?.reference === `Patient/${id}`)),
            period?.start && format.moment(period.start, zone),
          ]
            .filter(Boolean)
            .join(', ');
        return encounters.length === 0 ? (
          <Empty text={t('noVisits')} />
        ) : (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (chosen) {
                add.mutate(chosen, { onSuccess: onDone });
              }
            }}
          >
            <Stack>
              <Select
                label={t('visit')}
                required
                searchable
                data={encounters.map((encounter) => ({ value: encounter.id, label: labelOf(encounter) }))}
                value={encounterId}
                onChange={setEncounterId}
              />
              <Textarea
                label={t('text')}
                autosize
                minRows={6}
                maxRows={14}
                value={text}
                disabled={file !== null}
                onChange={(event) => setText(event.currentTarget.value)}
              />
              <FileInput
                label={t('file')}
                description={t('fileHint')}
                accept="text/plain,audio/*,video/mp4,video/webm"
                clearable
                value={file}
                onChange={setFile}
              />
              <Text size="sm" c="dimmed">
                {t('addHint')}
              </Text>
              {add.isError && <ErrorNotice error={add.error} />}
              <Button type="submit" loading={add.isPending} disabled={!chosen || (!file && !text.trim())}>
                {t('addNow')}
              </Button>
            </Stack>
          </form>
        );
      }}
    </Loaded>
  );
}

async function attachmentOf(medplum: MedplumClient, text: string, file: File | null): Promise<Attachment> {
  if (!file) {
    return { contentType: 'text/plain', data: encodeBase64(text) };
  }
  const binary = await medplum.createBinary({ data: file, filename: file.name, contentType: file.type });
  return { contentType: file.type, title: file.name, url: binary.url ?? `Binary/${binary.id}` };
}
