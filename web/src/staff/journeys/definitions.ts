import type { WithId } from '@medplum/core';
import { getExtensionValue } from '@medplum/core';
import type { PlanDefinition } from '@medplum/fhirtypes';
import type { UseQueryResult } from '@tanstack/react-query';
import { readDefinition } from '../../../../bots/journeys/definition.ts';
import { DEFAULT_JOURNEY } from '../../../../bots/journeys/names.ts';
import { useSearch } from '../../fhir/queries.ts';
import { addStage, withEvents, withStage } from './edit.ts';

const WORKFLOW = 'http://terminology.hl7.org/CodeSystem/plan-definition-type|workflow-definition';

/** The clinic's journeys, those that are drafts or retired too; by title. */
export function useDefinitions(): UseQueryResult<WithId<PlanDefinition>[]> {
  return useSearch('PlanDefinition', { type: WORKFLOW, _count: '200', _sort: 'title' });
}

export const titleOf = ({ title, name, id }: PlanDefinition): string => title ?? name ?? id ?? '';

export const isDefault = (definition: PlanDefinition): boolean =>
  getExtensionValue(definition, DEFAULT_JOURNEY) === true;

/** What the steps of definitions are called, by the definition's id and `stage/step`. */
export function stepTitles(definitions: readonly PlanDefinition[]): Map<string, Map<string, string>> {
  return new Map(
    definitions.map((source) => [
      source.id ?? '',
      new Map(
        readDefinition(source).definition.stages.flatMap(({ code, steps }) =>
          steps.flatMap((step) => (step.title ? [[`${code}/${step.id}`, step.title] as const] : [])),
        ),
      ),
    ]),
  );
}

/** A definition to begin with: a draft with one stage, which a booking enters. */
export function newDefinition(title: string, stage: string, uuid: string): PlanDefinition {
  const [system = '', code = ''] = WORKFLOW.split('|');
  const made = addStage({ resourceType: 'PlanDefinition', status: 'draft', title }, stage);
  return {
    ...withStage(made, 0, (first) => withEvents(first, ['appointment-booked'])),
    url: `urn:uuid:${uuid}`,
    type: { coding: [{ system, code, display: 'Workflow Definition' }] },
  };
}
