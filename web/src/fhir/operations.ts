import { useMedplum } from '@medplum/react-hooks';
import type { ResourceType } from '@medplum/fhirtypes';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import type { UseMutationResult } from '@tanstack/react-query';
import { createElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorText } from '../parts/error.tsx';
import { useChanged } from './queries.ts';

interface Options {
  /** Types of what it changes: what shows them is loaded again, whether it worked or not. */
  readonly changes: readonly ResourceType[];
  /** Where the page shows the error itself. */
  readonly quiet?: boolean;
  /** Called as soon as it is done, before what it changed is loaded again: what it was done with may be gone by then. */
  readonly onDone?: () => void;
}

/**
 * An operation of the contract, such as `Slot/$book`, called with plain JSON. What goes wrong is told in words.
 * @example const book = useOperation<Appointment, { slot: string; patient: string }>('Slot/$book', { changes: ['Slot'] });
 */
export function useOperation<T, B extends object = object>(
  operation: `${ResourceType}/$${string}`,
  options: Options,
): UseMutationResult<T, unknown, B> {
  const medplum = useMedplum();
  return useAction((body: B) => medplum.post<T>(medplum.fhirUrl(...operation.split('/')), body), options);
}

/** Something that somebody does: told in words where it fails, and what it changed is loaded again. */
export function useAction<T, B = void>(
  act: (body: B) => Promise<T>,
  { changes, quiet = false, onDone }: Options,
): UseMutationResult<T, unknown, B> {
  const changed = useChanged();
  const { t } = useTranslation('common');
  return useMutation<T, unknown, B>({
    mutationFn: act,
    onSuccess: onDone,
    onError: (thrown) => {
      if (!quiet) {
        notifications.show({
          color: 'red',
          title: t('error.title'),
          message: createElement(ErrorText, { error: thrown }),
          autoClose: 10_000,
        });
      }
    },
    onSettled: () => changed(...changes),
  });
}
