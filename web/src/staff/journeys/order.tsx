import { Button, Group } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

interface OrderProps {
  /** Of what is moved or removed. */
  readonly name: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly onMove: (by: -1 | 1) => void;
  readonly onRemove: () => void;
}

/** Moves an entry of a list up or down, or takes it out. */
export function Order({ name, isFirst, isLast, onMove, onRemove }: OrderProps): JSX.Element {
  const { t } = useTranslation('definitions');
  return (
    <Group gap={4} wrap="nowrap">
      <Button
        variant="default"
        size="compact-sm"
        aria-label={t('up', { name })}
        disabled={isFirst}
        onClick={() => onMove(-1)}
      >
        {t('upWord')}
      </Button>
      <Button
        variant="default"
        size="compact-sm"
        aria-label={t('down', { name })}
        disabled={isLast}
        onClick={() => onMove(1)}
      >
        {t('downWord')}
      </Button>
      <Button variant="default" size="compact-sm" c="red" aria-label={t('remove', { name })} onClick={onRemove}>
        {t('removeWord')}
      </Button>
    </Group>
  );
}
