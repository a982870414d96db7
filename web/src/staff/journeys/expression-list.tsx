import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

interface ExpressionListProps {
  /** Of the first one, and of each that follows: `Only if`, `and only if`. */
  readonly label: string;
  readonly another: string;
  readonly values: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
}

/** FHIRPath conditions, a field each. One field is always there: empty, it is no condition. */
export function ExpressionList({ label, another, values, onChange }: ExpressionListProps): JSX.Element {
  const { t } = useTranslation('definitions');
  const [adding, setAdding] = useState(false);
  const shown = values.length === 0 || adding ? [...values, ''] : values;
  const change = (index: number, text: string): void => {
    setAdding(adding && index < values.length);
    // Among several an empty one stays until it is filled or removed, so that nothing moves under who is typing.
    onChange(values.length <= 1 && index === 0 && text === '' ? [] : shown.with(index, text));
  };
  const remove = (index: number): void => {
    setAdding(adding && index < values.length);
    onChange(values.filter((_text, at) => at !== index));
  };
  return (
    <Stack gap={6}>
      {shown.map((text, index) => {
        const name = index === 0 ? label : another;
        return (
          <Group key={index} gap={4} align="flex-end" wrap="nowrap">
            <TextInput
              label={name}
              description={index === 0 ? t('expressionHint') : undefined}
              value={text}
              flex={1}
              onChange={(event) => change(index, event.currentTarget.value)}
            />
            {shown.length > 1 && (
              <Button
                variant="default"
                size="compact-sm"
                mb={6}
                aria-label={t('remove', { name: `${name} ${text}`.trim() })}
                onClick={() => remove(index)}
              >
                {t('removeWord')}
              </Button>
            )}
          </Group>
        );
      })}
      {values.length > 0 && !adding && (
        <Group>
          <Button variant="subtle" size="compact-sm" onClick={() => setAdding(true)}>
            {t('addAnother', { what: another })}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
