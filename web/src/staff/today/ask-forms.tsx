import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import type { FormEvent, JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { fieldOf } from '../../parts/form.ts';
import { useFocus } from '../../parts/use-focus.ts';
import { CANCEL_REASONS } from './reasons.ts';
import type { ReasonCode, ReasonGroup } from './reasons.ts';

interface AskFormProps {
  readonly pending: boolean;
  readonly onBack: (() => void) | undefined;
  readonly onReason: (reason: string) => void;
}

const reasonOf = (event: FormEvent<HTMLFormElement>): string => {
  event.preventDefault();
  return fieldOf(new FormData(event.currentTarget), 'reason').trim();
};

/** Why an appointment is cancelled: HL7's reasons, in plain words. */
export function CancelForm({ pending, onBack, onReason }: AskFormProps): JSX.Element {
  const { t } = useTranslation('today');
  const field = useFocus<HTMLSelectElement>();
  const groups = Object.entries(CANCEL_REASONS) as [ReasonGroup, Record<ReasonCode, string>][];
  return (
    <form onSubmit={(event) => onReason(reasonOf(event))}>
      <Stack gap="sm">
        <NativeSelect
          name="reason"
          label={t('cancelReason')}
          ref={field}
          data={groups.map(([group, reasons]) => ({
            group: t(`reasonGroup.${group}`),
            items: (Object.keys(reasons) as ReasonCode[]).map((value) => ({ value, label: t(`reason.${value}`) })),
          }))}
        />
        <Buttons pending={pending} onBack={onBack} label={t('action.cancel')} />
      </Stack>
    </form>
  );
}

/** Why time is blocked, in the desk's own words: it stands in the calendar. */
export function ReasonForm({ pending, onBack, onReason }: AskFormProps): JSX.Element {
  const { t } = useTranslation('today');
  const field = useFocus<HTMLInputElement>();
  return (
    <form onSubmit={(event) => onReason(reasonOf(event))}>
      <Stack gap="sm">
        <TextInput name="reason" label={t('blockReason')} required ref={field} autoComplete="off" />
        <Buttons pending={pending} onBack={onBack} label={t('action.block')} />
      </Stack>
    </form>
  );
}

interface ButtonsProps {
  readonly pending: boolean;
  readonly onBack: (() => void) | undefined;
  readonly label: string;
}

function Buttons({ pending, onBack, label }: ButtonsProps): JSX.Element {
  const { t } = useTranslation('common');
  return (
    <Group>
      <Button type="submit" loading={pending}>
        {label}
      </Button>
      {onBack && (
        <Button variant="default" onClick={onBack}>
          {t('back')}
        </Button>
      )}
    </Group>
  );
}
