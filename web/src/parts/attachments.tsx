import { Button, Group, Image, Skeleton, Stack, Text } from '@mantine/core';
import type { Attachment, Communication } from '@medplum/fhirtypes';
import { useMedplum } from '@medplum/react-hooks';
import { useQuery } from '@tanstack/react-query';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useAccess } from '../fhir/access.ts';
import { attachmentsOf, contentOf, dataUrlOf, fileKind, isDrawn, saveAs } from '../fhir/attachments.ts';
import { useAction } from '../fhir/operations.ts';

/** The files of a message: pictures are shown, others can be saved, by whoever may read the content of files. */
export function Attachments({ message }: { readonly message: Communication }): JSX.Element {
  const files = attachmentsOf(message);
  const isComing = message.status === 'in-progress' && files.length > 0;
  return files.length === 0 ? (
    <></>
  ) : (
    <Stack gap={6} mt={6}>
      {files.map((file, index) => (
        <File key={file.hash ?? index} file={file} isComing={isComing} />
      ))}
    </Stack>
  );
}

interface FileProps {
  readonly file: Attachment;
  /** Whether it may still lie with the provider. */
  readonly isComing: boolean;
}

function File({ file, isComing }: FileProps): JSX.Element {
  const { t } = useTranslation('messages');
  const { mayRead } = useAccess();
  const name = file.title ?? t(`file.${fileKind(file)}`);
  // What was not taken says so in its title, and has no content.
  const hasContent = (file.url ?? file.data) !== undefined;
  if (!hasContent || isComing || !mayRead('Binary')) {
    return (
      <Text size="sm" c="dimmed">
        {name}
        {isComing && ` · ${t('file.coming')}`}
      </Text>
    );
  }
  return isDrawn(file) ? <Picture file={file} name={name} /> : <Save file={file} name={name} />;
}

interface NamedProps {
  readonly file: Attachment;
  readonly name: string;
}

function Picture({ file, name }: NamedProps): JSX.Element {
  const medplum = useMedplum();
  const shown = useQuery({
    // An address is signed anew every time; what it leads to stays.
    queryKey: ['Binary', 'picture', file.hash ?? file.url?.split('?')[0] ?? ''],
    queryFn: async () => dataUrlOf(await contentOf(medplum, file)),
    staleTime: Infinity,
  });
  return (
    <Stack gap={4} align="flex-start">
      {shown.data ? (
        <Image src={shown.data} alt={name} mah={320} w="auto" maw="100%" fit="contain" radius="sm" />
      ) : (
        !shown.isError && <Skeleton h={160} w={220} />
      )}
      <Save file={file} name={name} />
    </Stack>
  );
}

function Save({ file, name }: NamedProps): JSX.Element {
  const { t } = useTranslation('messages');
  const medplum = useMedplum();
  const save = useAction(async () => saveAs(await contentOf(medplum, file), name), { changes: [] });
  return (
    <Group gap="xs">
      <Text size="sm">{name}</Text>
      <Button
        size="compact-xs"
        variant="default"
        loading={save.isPending}
        onClick={() => save.mutate()}
        aria-label={t('file.saveNamed', { name })}
      >
        {t('file.save')}
      </Button>
    </Group>
  );
}
