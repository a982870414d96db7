import type { ActivityDefinition, Questionnaire } from '@medplum/fhirtypes';
import type { ComboboxItemGroup } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSearch } from '../../fhir/queries.ts';

/** What steps can be made of. */
export interface Sources {
  /** By kind, for a choice. */
  readonly options: ComboboxItemGroup[];
  /** Their urls; undefined until they are known. */
  readonly canonicals: ReadonlySet<string> | undefined;
}

/** The active templates, tasks and questionnaires of the clinic. */
export function useSources(): Sources {
  const { t } = useTranslation('definitions');
  const query = { status: 'active', _count: '1000', _sort: 'title' };
  const activities = useSearch('ActivityDefinition', query, { staleTime: 60_000 }).data;
  const questionnaires = useSearch('Questionnaire', query, { staleTime: 60_000 }).data;
  const items = (some: readonly (ActivityDefinition | Questionnaire)[]): { value: string; label: string }[] =>
    some.flatMap(({ url, title, name }) => (url ? [{ value: url, label: title ?? name ?? url }] : []));
  const isMessage = ({ kind }: ActivityDefinition): boolean => kind === 'CommunicationRequest';
  const groups = [
    { group: t('messages'), items: items((activities ?? []).filter(isMessage)) },
    { group: t('tasks'), items: items((activities ?? []).filter((activity) => !isMessage(activity))) },
    { group: t('questionnaires'), items: items(questionnaires ?? []) },
  ];
  // A url that stands there twice is offered once.
  const seen = new Set<string>();
  const options = groups.map(({ group, items: some }) => ({
    group,
    items: some.filter(({ value }) => !seen.has(value) && seen.add(value)),
  }));
  return { options, canonicals: activities && questionnaires ? seen : undefined };
}
