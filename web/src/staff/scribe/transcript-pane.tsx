import { Paper, ScrollArea, Title } from '@mantine/core';
import { useMedplum } from '@medplum/react-hooks';
import type { WithId } from '@medplum/core';
import type { Attachment, DocumentReference } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../parts/loaded.tsx';
import { Empty } from '../../parts/page.tsx';
import classes from './scribe.module.css';
import { litWords } from './passages.ts';
import type { Passage } from './passages.ts';

interface TranscriptPaneProps {
  readonly transcript: WithId<DocumentReference> | undefined;
  /** What is lit. */
  readonly passages: readonly Passage[];
}

/** What was said, with the words lit that something rests on. */
export function TranscriptPane({ transcript, passages }: TranscriptPaneProps): JSX.Element {
  const { t } = useTranslation('scribe');
  const medplum = useMedplum();
  const attachment = transcript?.content[0]?.attachment;
  const text = useQuery({
    queryKey: ['DocumentReference', 'text', transcript?.id, transcript?.meta?.versionId],
    queryFn: () => textOf(attachment ?? {}, (url) => medplum.download(url)),
    enabled: attachment !== undefined,
  });
  return (
    <Paper withBorder p="md" component="section" aria-label={t('transcript')} className={classes.beside}>
      <Title order={2} size="h4" mb="sm">
        {t('transcript')}
      </Title>
      {attachment ? (
        <Loaded query={text} lines={10}>
          {(said) => <Words text={said} passages={passages} />}
        </Loaded>
      ) : (
        <Empty text={t('noTranscript')} />
      )}
    </Paper>
  );
}

function Words({ text, passages }: { readonly text: string; readonly passages: readonly Passage[] }): JSX.Element {
  const { t } = useTranslation('scribe');
  const first = useRef<HTMLElement>(null);
  useEffect(() => {
    // Newer browsers answer with a promise, which an effect must not.
    void first.current?.scrollIntoView({ block: 'nearest' });
  }, [passages]);
  const words = litWords(text, passages);
  const firstLit = words.findIndex(({ lit }) => lit);
  return (
    <ScrollArea.Autosize
      mah={{ base: 170, md: 'calc(100vh - 200px)' }}
      type="auto"
      viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': t('said') }}
    >
      <div style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {words.map((word, index) =>
          word.lit ? (
            <mark key={index} ref={index === firstLit ? first : undefined}>
              {word.text}
            </mark>
          ) : (
            word.text
          ),
        )}
      </div>
    </ScrollArea.Autosize>
  );
}

async function textOf({ data, url }: Attachment, download: (url: string) => Promise<Blob>): Promise<string> {
  if (data !== undefined) {
    return new TextDecoder().decode(Uint8Array.from(atob(data), (char) => char.charCodeAt(0)));
  }
  return (await download(url ?? '')).text();
}
