import type { WithId } from '@medplum/core';
import { getReferenceString, isDefined } from '@medplum/core';
import type { PlanDefinition } from '@medplum/fhirtypes';
import type { Access, Run } from '../runtime/definition.ts';
import { ofType, readTogether, searchAll } from '../runtime/load.ts';
import { beginForAppointment, beginForPatient, BEGIN_ACCESS } from './begin.ts';
import { checkDefinition } from './check.ts';
import { readDefinition } from './definition.ts';
import type { JourneyDefinition } from './definition.ts';
import { causeKey } from './journey.ts';
import { CAUSE_SID } from './names.ts';
import { REPORT_ACCESS, reportDefinition, WORKFLOW } from './report.ts';
import { CAUSES, isCause, starts, startsByEvent, subjectOf } from './shown.ts';
import type { Cause } from './shown.ts';

export const EVENT_ACCESS: Access = { ...BEGIN_ACCESS, ...REPORT_ACCESS, Condition: 'read' };

type Starter = JourneyDefinition & { readonly source: WithId<PlanDefinition> };

/** The active definitions whose first stage names an event that starts journeys by itself. */
export async function loadStarters({ fhir }: Pick<Run, 'fhir'>): Promise<Starter[]> {
  const sources = await searchAll(fhir, 'PlanDefinition', { type: WORKFLOW, status: 'active' });
  return sources.map((source) => ({ ...readDefinition(source).definition, source })).filter(startsByEvent);
}

/** Starts the journeys that a resource causes, each once: the CarePlan names its cause. */
export async function startBecauseOf(run: Run, written: WithId<Cause>, starters: readonly Starter[]): Promise<void> {
  const candidates = starters.filter((definition) => starts(definition, written));
  if (candidates.length === 0) {
    return;
  }
  const reference = getReferenceString(written);
  const keys = candidates.map(({ source }) => encodeURIComponent(`${CAUSE_SID}|${causeKey(written, source)}`));
  // A delivery may be late: what counts is the resource as it is now.
  const [current = [], plans = []] = await readTogether(run.fhir, [
    reference,
    `CarePlan?identifier=${keys.join(',')}&_count=1000`,
  ]);
  const [cause] = current.filter(isCause);
  for (const { source, ...definition } of candidates) {
    const key = cause && causeKey(cause, source);
    const isStarted = ofType(plans, 'CarePlan').some(({ identifier }) =>
      identifier?.some(({ system, value }) => system === CAUSE_SID && value === key),
    );
    if (cause && !isStarted && starts({ ...definition, source }, cause)) {
      await startOne(run, source, cause);
    }
  }
}

async function startOne(run: Run, source: WithId<PlanDefinition>, cause: WithId<Cause>): Promise<void> {
  const { definition, problems } = await checkDefinition(run, source);
  if (problems.length > 0) {
    await reportDefinition(run, source.id);
    return;
  }
  if (cause.resourceType === 'Appointment') {
    await beginForAppointment(run, definition, cause.id, false);
    return;
  }
  const subject = subjectOf(cause);
  const [patient] = subject?.startsWith('Patient/')
    ? ofType((await readTogether(run.fhir, [subject])).flat(), 'Patient')
    : [];
  if (patient) {
    await beginForPatient(run, definition, patient, undefined, cause);
  }
}

/** How far back an event is looked for whose delivery was lost: many runs of the sweep. */
const REACH_MS = 60 * 60_000;
const TOGETHER = 20;

/**
 * Starts what lost deliveries did not. An event counts from the first version that shows it: a note that is added to
 * an old diagnosis is not a new one, and a definition starts nothing for what was there before it.
 * @param until - Deliveries since then may still come.
 */
export async function sweepEvents(run: Run, until: Date): Promise<void> {
  const starters = await loadStarters(run);
  const since = new Date(run.now.getTime() - REACH_MS);
  for (const type of starters.length > 0 ? CAUSES : []) {
    const changed = await searchAll(run.fhir, type, [
      ['_lastUpdated', `ge${since.toISOString()}`],
      ['_lastUpdated', `le${until.toISOString()}`],
    ]);
    const candidates = changed.filter((cause) => starters.some((definition) => starts(definition, cause)));
    for (let start = 0; start < candidates.length; start += TOGETHER) {
      await startLost(run, candidates.slice(start, start + TOGETHER), starters, since);
    }
  }
}

async function startLost(
  run: Run,
  causes: readonly WithId<Cause>[],
  starters: readonly Starter[],
  since: Date,
): Promise<void> {
  const histories = await readTogether(
    run.fhir,
    causes.map((cause) => `${getReferenceString(cause)}/_history?_count=100`),
  );
  for (const [index, cause] of causes.entries()) {
    const versions = (histories[index] ?? []).filter(isDefined).filter(isCause);
    const lost = starters.filter((definition) => {
      const shown = versions
        .filter((version) => starts(definition, version))
        .map(({ meta }) => new Date(meta?.lastUpdated ?? 0).getTime());
      const first = Math.min(...shown);
      return first >= since.getTime() && first >= Date.parse(definition.source.meta?.lastUpdated ?? '');
    });
    await startBecauseOf(run, cause, lost);
  }
}
