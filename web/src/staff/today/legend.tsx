import { Kbd, Modal, Table } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { STATES } from './entries.ts';
import type { Entry } from './entries.ts';
import { StateIcon } from './state-icon.tsx';

/** How many there are of each state: the calendar's legend, and the day in one line. */
export function Summary({ entries }: { readonly entries: readonly Entry[] }): JSX.Element {
  const { t } = useTranslation('today');
  const seen = new Set<string>();
  const once = entries.filter(({ appointment }) => {
    // A visit with a provider and a room stands in two calendars.
    const known = appointment && seen.has(appointment.id);
    seen.add(appointment?.id ?? '');
    return !known;
  });
  return (
    <ul className="state-summary" aria-label={t('summary')}>
      {STATES.map((state) => {
        const count = once
          .filter((entry) => entry.state === state)
          .reduce((sum, { places }) => sum + (state === 'free' && places ? places.capacity - places.taken : 1), 0);
        return count > 0 ? (
          <li key={state} className="state-chip" data-state={state}>
            <StateIcon state={state} /> {count} {t(`state.${state}`)}
          </li>
        ) : null;
      })}
    </ul>
  );
}

const KEYS = [
  ['arrows', ['↑', '↓', '←', '→']],
  ['ends', ['Home', 'End']],
  ['open', ['Enter']],
  ['carry', ['Space']],
  ['drop', ['Space']],
  ['escape', ['Esc']],
  ['pages', ['PageUp', 'PageDown']],
] as const;

/** Which keys do what in the calendar. */
export function KeysDialog({
  opened,
  onClose,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
}): JSX.Element {
  const { t } = useTranslation('today');
  return (
    <Modal opened={opened} onClose={onClose} title={t('keys.title')}>
      <Table>
        <Table.Tbody>
          {KEYS.map(([name, keys]) => (
            <Table.Tr key={name}>
              <Table.Td>
                {keys.map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{t(`keys.${name}`)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
