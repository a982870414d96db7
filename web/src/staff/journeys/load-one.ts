import type { MedplumClient, WithId } from '@medplum/core';
import { getReferenceString } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import type { Resource } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { readDefinition } from '../../../../bots/journeys/definition.ts';
import type { JourneyDefinition } from '../../../../bots/journeys/definition.ts';
import { TASK_CODE } from '../../../../bots/runtime/contract.ts';
import { useLive } from '../../fhir/live.ts';
import { among, readTogether, searchUrl } from '../../fhir/together.ts';
import { stepTitles } from './definitions.ts';
import { assemble, definitionIdOf } from './live.ts';
import type { LiveJourney } from './live.ts';
import { OPEN_TICKETS } from './load.ts';
import { titlesOf } from './wording.ts';
import type { Titles } from './wording.ts';

/** A journey with all that ever became of it, and the version of the definition that it goes by. */
export interface WholeJourney extends LiveJourney {
  readonly definition?: JourneyDefinition;
  readonly titles: Titles;
}

/** One journey, kept up to date while the page is open; null for what is no journey, or not there. */
export function useJourney(id: string | undefined): UseQueryResult<WholeJourney | null> {
  const medplum = useMedplum();
  const live = useLive(id && `Task?based-on=CarePlan/${id}`, 'CarePlan');
  const sent = useLive(id && `Communication?based-on=CarePlan/${id}`, 'CarePlan');
  return useQuery({
    queryKey: ['CarePlan', 'journey', id],
    queryFn: () => loadJourney(medplum, id ?? '', new Date()),
    enabled: id !== undefined,
    ...live,
    ...sent,
  });
}

async function loadJourney(medplum: MedplumClient, id: string, now: Date): Promise<WholeJourney | null> {
  const [found] = await readTogether(medplum, [
    searchUrl('CarePlan', [
      ['_id', id],
      ['_include', 'CarePlan:subject'],
      ['_include', 'CarePlan:activity-reference'],
      ['_revinclude', 'Communication:based-on'],
    ]),
  ]);
  const resources = found?.resources ?? [];
  const plan = among(resources, 'CarePlan')[0];
  if (!plan) {
    return null;
  }
  const focus = [`CarePlan/${id}`, ...focusesOf(resources)];
  const [tickets, pinned] = await readTogether(medplum, [
    searchUrl('Task', {
      code: `${TASK_CODE}|ticket`,
      status: OPEN_TICKETS,
      focus: focus.join(','),
      _count: '100',
    }),
    plan.instantiatesUri?.[0] ?? `PlanDefinition/${definitionIdOf(plan) ?? 'none'}`,
  ]);
  const [journey] = assemble([...resources, ...(tickets?.resources ?? [])], now);
  if (!journey) {
    return null;
  }
  const source = among(pinned?.resources ?? [], 'PlanDefinition')[0];
  const titles = titlesOf(
    journey,
    stepTitles(source ? [source] : []).get(source?.id ?? '') ?? new Map<string, string>(),
  );
  return { ...journey, ...(source && { definition: readDefinition(source).definition }), titles };
}

/** What a ticket about a journey may be about. */
function focusesOf(resources: readonly WithId<Resource>[]): string[] {
  return resources
    .filter(({ resourceType }) =>
      ['Appointment', 'Task', 'CommunicationRequest', 'Communication'].includes(resourceType),
    )
    .flatMap((resource) => getReferenceString(resource) ?? []);
}
