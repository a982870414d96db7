import { Button, Group, NativeSelect, SegmentedControl, Switch, TextInput } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { Bookable } from '../booking/actors.ts';
import { serviceName } from '../booking/actors.ts';
import { addDays } from './layout.ts';
import type { Shown } from './shown.ts';

interface ToolbarProps {
  readonly shown: Shown;
  readonly today: string;
  readonly bookable: Bookable;
  readonly onChange: (change: Partial<Shown>) => void;
}

/** Which days, of whom, and what of them. */
export function Toolbar({ shown, today, bookable, onChange }: ToolbarProps): JSX.Element {
  const { t } = useTranslation('today');
  const { view, date, who, service, cancelled } = shown;
  const step = view === 'day' ? 1 : 7;
  const kinds = ['provider', 'room', 'device'] as const;
  const turn = (days: number): void => onChange({ date: addDays(date, days) });
  return (
    <Group gap="sm" align="end" role="group" aria-label={t('toolbar')}>
      <Group gap={4} wrap="nowrap">
        <Button variant="default" px="sm" aria-label={t(`previous.${view}`)} onClick={() => turn(-step)}>
          ‹
        </Button>
        <Button variant={date === today ? 'light' : 'default'} onClick={() => onChange({ date: today })}>
          {t('now')}
        </Button>
        <Button variant="default" px="sm" aria-label={t(`next.${view}`)} onClick={() => turn(step)}>
          ›
        </Button>
      </Group>
      <TextInput
        type="date"
        aria-label={t('date')}
        value={date}
        onChange={(event) => event.currentTarget.value && onChange({ date: event.currentTarget.value })}
      />
      <SegmentedControl
        aria-label={t('view')}
        value={view}
        onChange={(value) => onChange({ view: value === 'week' ? 'week' : 'day' })}
        data={[
          { value: 'day', label: t('day') },
          { value: 'week', label: t('week') },
        ]}
      />
      <NativeSelect
        aria-label={t('who')}
        value={who ?? ''}
        onChange={(event) => onChange({ who: event.currentTarget.value || undefined })}
        data={[
          { value: '', label: t('everybody') },
          ...kinds.flatMap((kind) => {
            const items = bookable.actors
              .filter((actor) => actor.kind === kind)
              .map(({ reference, name }) => ({ value: reference, label: name }));
            return items.length > 0 ? [{ group: t(`kind.${kind}`), items }] : [];
          }),
        ]}
      />
      <NativeSelect
        aria-label={t('service')}
        value={service ?? ''}
        onChange={(event) => onChange({ service: event.currentTarget.value || undefined })}
        data={[
          { value: '', label: t('everyService') },
          ...bookable.services.map((each) => ({ value: `HealthcareService/${each.id}`, label: serviceName(each) })),
        ]}
      />
      <Switch
        label={t('showCancelled')}
        checked={cancelled}
        onChange={(event) => onChange({ cancelled: event.currentTarget.checked })}
        pb={8}
      />
    </Group>
  );
}
