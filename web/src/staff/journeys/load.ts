import type { MedplumClient, WithId } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import type { CarePlan, PlanDefinition, Resource } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { STEP_TASK } from '../../../../bots/journeys/names.ts';
import { MESSAGE_CATEGORY, OUTGOING } from '../../../../bots/messages/names.ts';
import { TASK_CODE } from '../../../../bots/runtime/contract.ts';
import { useLive } from '../../fhir/live.ts';
import { among, readTogether, searchUrl } from '../../fhir/together.ts';
import { assemble, definitionIdOf, stuckFirst } from './live.ts';
import type { LiveJourney } from './live.ts';
import { LATE_MS, STAFF_MS } from './stuck.ts';

/** Which live journeys are looked for; all of them if nothing is said. */
export interface Wanted {
  readonly definition?: WithId<PlanDefinition>;
  /** `Patient/123` */
  readonly patient?: string;
}

/** Live journeys, stuck ones first. */
export interface Live {
  readonly journeys: readonly LiveJourney[];
  /** How many there are, all of them; `journeys` has what is stuck and what moved last. */
  readonly total: number;
}

/** So many that moved last are looked at; what is stuck comes on top of that. */
const PAGE = 100;
/** So many signs of a journey that is stuck are looked for, of each kind. */
const SIGNS = 200;
/** What is asked about so many journeys stays within a page of 1,000. */
const CHUNK = 40;

const OPEN_TASKS = 'draft,requested,received,accepted,ready,in-progress,on-hold';
export const OPEN_TICKETS = 'requested,received,accepted,ready,in-progress,on-hold';
const LIVE = 'active,on-hold';

/** The live journeys, kept up to date while the page is open. */
export function useLiveJourneys(wanted: Wanted | undefined): UseQueryResult<Live> {
  const medplum = useMedplum();
  // A move changes the Tasks of the stages; a new step changes the CarePlan.
  const tasks = useLive('Task?intent=order', 'CarePlan');
  const plans = useLive('CarePlan?intent=plan', 'Task');
  return useQuery({
    queryKey: ['CarePlan', 'live', wanted?.definition?.id, wanted?.patient],
    queryFn: () => loadLive(medplum, wanted ?? {}, new Date()),
    enabled: wanted !== undefined,
    ...tasks,
    ...plans,
  });
}

/** What moved last and what shows signs of being stuck, in two or three requests. */
async function loadLive(medplum: MedplumClient, { definition, patient }: Wanted, now: Date): Promise<Live> {
  const filter = {
    status: LIVE,
    ...(patient && { subject: patient }),
    ...(definition?.url && { 'instantiates-canonical': definition.url }),
  };
  const [recent, ...signs] = await readTogether(medplum, [
    searchUrl('CarePlan', {
      ...filter,
      _count: String(PAGE),
      _sort: '-_lastUpdated',
      _total: 'accurate',
      _include: 'CarePlan:subject',
    }),
    ...signUrls(now),
  ]);
  const shown = signs.flatMap(({ resources }) => resources);
  const known = new Set(among(recent?.resources ?? [], 'CarePlan').map(({ id }) => `CarePlan/${id}`));
  const behind = referencesOf(shown).filter((reference) => !known.has(reference));
  const ofType = (type: string): string[] => behind.filter((reference) => reference.startsWith(`${type}/`));
  const rest = { _count: '1000', _include: 'CarePlan:subject' };
  const more = await readTogether(medplum, [
    ...chunks(ofType('CarePlan')).map((some) =>
      searchUrl('CarePlan', { ...filter, ...rest, _id: some.map((plan) => plan.split('/')[1]).join(',') }),
    ),
    ...chunks(ofType('Appointment')).map((some) =>
      searchUrl('CarePlan', { ...filter, ...rest, 'activity-reference': some.join(',') }),
    ),
  ]);
  const found = [...(recent?.resources ?? []), ...more.flatMap(({ resources }) => resources)];
  const plans = among(found, 'CarePlan').filter((plan) => !definition || definitionIdOf(plan) === definition.id);
  const around = await readTogether(medplum, aroundUrls(plans));
  const resources = [...plans, ...among(found, 'Patient'), ...shown, ...around.flatMap((one) => one.resources)];
  const journeys = stuckFirst(assemble(resources, now));
  return { journeys, total: Math.max(recent?.total ?? 0, journeys.length) };
}

/** What may show that a journey is stuck. Whether it does is decided on the journey as a whole. */
function signUrls(now: Date): string[] {
  const ago = (ms: number): string => `le${new Date(now.getTime() - ms).toISOString()}`;
  const count = { _count: String(SIGNS) };
  const step = `${TASK_CODE}|${STEP_TASK}`;
  const category = `${MESSAGE_CATEGORY}|${OUTGOING}`;
  return [
    searchUrl('Task', {
      ...count,
      code: `${TASK_CODE}|ticket`,
      status: OPEN_TICKETS,
      _sort: '-_lastUpdated',
      _include: 'Task:focus',
    }),
    searchUrl('Task', { ...count, code: step, status: OPEN_TICKETS, 'due-date': ago(STAFF_MS) }),
    searchUrl('Task', { ...count, code: step, status: 'draft', 'due-date': ago(LATE_MS) }),
    searchUrl('CommunicationRequest', { ...count, category, status: 'active', occurrence: ago(LATE_MS) }),
    searchUrl('Communication', { ...count, category, status: 'not-done,unknown', _sort: '-_lastUpdated' }),
  ];
}

/** What these are based on, or about. */
function referencesOf(shown: readonly WithId<Resource>[]): string[] {
  const references = shown.flatMap((resource) => [
    ...('basedOn' in resource && Array.isArray(resource.basedOn) ? resource.basedOn : []),
    ...(resource.resourceType === 'Task' && resource.focus ? [resource.focus] : []),
  ]) as { readonly reference?: string }[];
  return [...new Set(references.flatMap(({ reference }) => reference ?? []))];
}

/** The stages, the open steps and the appointments of journeys. */
function aroundUrls(plans: readonly WithId<CarePlan>[]): string[] {
  return chunks(plans).flatMap((some) => {
    const basedOn = some.map(({ id }) => `CarePlan/${id}`).join(',');
    const visits = some.flatMap(({ activity }) =>
      (activity ?? []).flatMap(({ reference }) => /^Appointment\/(.+)$/.exec(reference?.reference ?? '')?.[1] ?? []),
    );
    return [
      searchUrl('Task', { 'based-on': basedOn, status: OPEN_TASKS, _count: '1000' }),
      searchUrl('CommunicationRequest', { 'based-on': basedOn, status: 'active', _count: '1000' }),
      ...(visits.length > 0 ? [searchUrl('Appointment', { _id: visits.join(','), _count: '1000' })] : []),
    ];
  });
}

function chunks<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / CHUNK) }, (_chunk, index) =>
    all.slice(index * CHUNK, (index + 1) * CHUNK),
  );
}
