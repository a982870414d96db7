import { Button, Group, Modal, Stack, Table, Text } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conflict } from '../fhir/save.ts';

interface ConflictProps<T extends Resource> {
  readonly conflict: Conflict<T> | undefined;
  /** What the form edits, by its label, as a person reads it. */
  readonly fields: Readonly<Record<string, (resource: WithId<T>) => string | undefined>>;
  /** My change, made to their version: what I did not change, shown here or not, stays theirs. */
  readonly apply: (theirs: WithId<T>, mine: WithId<T>) => WithId<T>;
  /** Saves this version over the other one. */
  readonly keepMine: (mine: WithId<T>) => void;
  /** Goes on with the other one. */
  readonly takeTheirs: (theirs: WithId<T>) => void;
}

/** Shows both versions where somebody else changed the same resource meanwhile, and asks which one stays. */
export function ConflictDialog<T extends Resource>(props: ConflictProps<T>): JSX.Element {
  const { conflict, fields, apply, keepMine, takeTheirs } = props;
  const { t } = useTranslation();
  const kept = conflict && apply(conflict.theirs, conflict.mine);
  return (
    <Modal
      opened={conflict !== undefined}
      // Only its buttons close it: a key hit by chance would throw away what was typed, or what somebody else saved.
      onClose={() => undefined}
      closeOnEscape={false}
      title={t('conflict.title')}
      size="lg"
      closeOnClickOutside={false}
      withCloseButton={false}
    >
      {kept && (
        <Stack>
          <Text size="sm">{t('conflict.explanation')}</Text>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t('conflict.field')}</Table.Th>
                <Table.Th scope="col">{t('conflict.mine')}</Table.Th>
                <Table.Th scope="col">{t('conflict.theirs')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {Object.entries(fields).map(([label, read]) => {
                const [mine, theirs] = [read(kept), read(conflict.theirs)];
                return (
                  <Table.Tr key={label} fw={mine === theirs ? undefined : 600}>
                    <Table.Th scope="row">{label}</Table.Th>
                    <Table.Td>{mine || t('conflict.empty')}</Table.Td>
                    <Table.Td>{theirs || t('conflict.empty')}</Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => takeTheirs(conflict.theirs)}>
              {t('conflict.takeTheirs')}
            </Button>
            <Button onClick={() => keepMine(kept)}>{t('conflict.keepMine')}</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
