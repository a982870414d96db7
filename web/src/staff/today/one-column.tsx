import { Button, Group, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import type { JSX, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Column } from './layout.ts';

interface OneColumnProps {
  readonly columns: readonly Column[];
  /** Whether there is room for one only. */
  readonly narrow: boolean;
  readonly children: (visible: readonly Column[]) => ReactNode;
}

/** On a narrow screen one column at a time, and a way to the others. */
export function OneColumn({ columns, narrow, children }: OneColumnProps): JSX.Element {
  const { t } = useTranslation('today');
  const [key, setKey] = useState<string>();
  if (!narrow || columns.length < 2) {
    return <>{children(columns)}</>;
  }
  const index = Math.max(
    0,
    columns.findIndex((column) => column.key === key),
  );
  const step = (by: number): void => setKey(columns[(index + by + columns.length) % columns.length]?.key);
  return (
    <>
      <Group gap={4} wrap="nowrap">
        <Button variant="default" px="sm" aria-label={t('columnBefore')} onClick={() => step(-1)}>
          ‹
        </Button>
        <NativeSelect
          flex={1}
          aria-label={t('column')}
          value={columns[index]?.key}
          onChange={(event) => setKey(event.currentTarget.value)}
          data={columns.map((column) => ({ value: column.key, label: column.title }))}
        />
        <Button variant="default" px="sm" aria-label={t('columnAfter')} onClick={() => step(1)}>
          ›
        </Button>
      </Group>
      {children(columns.slice(index, index + 1))}
    </>
  );
}
