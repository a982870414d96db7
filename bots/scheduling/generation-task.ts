import type { MedplumClient, WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Period, Schedule, Task } from '@medplum/fhirtypes';
import { sid, TASK_CODE } from '../runtime/contract.ts';
import { settle } from '../runtime/settle.ts';
import { change, createOnce, unchanged, update } from '../runtime/writes.ts';
import type { Interval } from './wall-clock.ts';

/**
 * The one Task of a Schedule that says which windows are still to be filled. Every unit of a generation writes it in
 * its transaction: a run that is cut off goes on where it stopped, and of two runs only one makes a slot.
 */
export const GENERATION_SID = sid('slot-generation');
export const GENERATION_CODE = 'generate-slots';

/**
 * Notes that a window is to be filled.
 * @returns The Task, in progress.
 */
export async function noteWindow(
  fhir: MedplumClient,
  schedule: WithId<Schedule>,
  window: Interval,
  now: Date,
): Promise<WithId<Task>> {
  const search = searchOf(schedule);
  const note = periodOf(window);
  const task = await settle<WithId<Task> | undefined, Task>({
    fhir,
    load: () => fhir.searchOne('Task', search),
    decide: (task) => {
      if (!task) {
        const write = createOnce<Task>(newTask(schedule, note, now), search);
        return { writes: [write], result: write };
      }
      const windows = windowsOf(task);
      return task.status === 'in-progress' && windows.some((noted) => isSame(noted, note))
        ? unchanged(task)
        : change(withWindows(task, [...windows.filter((noted) => !isSame(noted, note)), note], now));
    },
  });
  return task as WithId<Task>;
}

const searchOf = ({ id }: WithId<Schedule>): string => `identifier=${GENERATION_SID}|${id}`;

/** Where a Schedule's Task is found: a relative url. */
export const taskUrl = (schedule: WithId<Schedule>): string => `Task?${searchOf(schedule)}`;

/** Notes that the slots of a Schedule have followed it up to this version, or are about to: its Task says what is left. */
export async function noteFollowed(fhir: MedplumClient, schedule: WithId<Schedule>): Promise<void> {
  await settle<WithId<Task> | undefined, undefined>({
    fhir,
    load: () => fhir.searchOne('Task', searchOf(schedule)),
    decide: (task) => {
      const isNoted = !task || isFollowed(schedule, [task]);
      const basedOn = [{ reference: versionOf(schedule) }];
      return { writes: isNoted ? [] : [update<WithId<Task>>({ ...task, basedOn })], result: undefined };
    },
  });
}

/** Notes that a Schedule was deleted and its slots are gone, unless some are left: then its Task goes on. */
export async function noteDeleted(fhir: MedplumClient, schedule: WithId<Schedule>): Promise<void> {
  await settle<WithId<Task> | undefined, Task | undefined>({
    fhir,
    load: () => fhir.searchOne('Task', searchOf(schedule)),
    decide: (task) => (task?.status === 'completed' ? change({ ...task, status: 'cancelled' }) : unchanged(task)),
  });
}

/** Whether the slots have followed a Schedule up to the version that it has. */
export const isFollowed = (schedule: WithId<Schedule>, tasks: readonly Task[]): boolean =>
  tasks.some(({ basedOn = [] }) => basedOn.some(({ reference }) => reference === versionOf(schedule)));

const versionOf = ({ id, meta }: WithId<Schedule>): string => `Schedule/${id}/_history/${meta?.versionId}`;

/** The Task after a window has been filled up to a point; completed when nothing is left of any window. */
export function advanced(task: WithId<Task>, window: Interval, filledTo: Date, now: Date): WithId<Task> {
  const others = windowsOf(task).filter((noted) => !isPartOf(noted, window));
  const left = filledTo < window.end ? [periodOf({ start: filledTo, end: window.end })] : [];
  return withWindows(task, [...others, ...left], now);
}

/** The windows that a Task says are still to be filled. */
export function intervalsOf(task: Task): Interval[] {
  return windowsOf(task).map(({ start = '', end = '' }) => ({ start: new Date(start), end: new Date(end) }));
}

function newTask(schedule: WithId<Schedule>, note: Period, now: Date): Task {
  return {
    resourceType: 'Task',
    identifier: [{ system: GENERATION_SID, value: schedule.id }],
    status: 'in-progress',
    intent: 'order',
    code: { coding: [{ system: TASK_CODE, code: GENERATION_CODE, display: 'Generate slots' }] },
    focus: createReference(schedule),
    authoredOn: now.toISOString(),
    lastModified: now.toISOString(),
    input: [inputOf(note)],
  };
}

function withWindows(task: WithId<Task>, windows: readonly Period[], now: Date): WithId<Task> {
  return {
    ...task,
    status: windows.length === 0 ? 'completed' : 'in-progress',
    lastModified: now.toISOString(),
    input: windows.length === 0 ? undefined : windows.map(inputOf),
  };
}

const inputOf = (note: Period) => ({ type: { text: 'window' }, valuePeriod: note });

const windowsOf = (task: Task): Period[] => (task.input ?? []).flatMap(({ valuePeriod }) => valuePeriod ?? []);

const periodOf = ({ start, end }: Interval): Period => ({ start: start.toISOString(), end: end.toISOString() });

const isSame = (a: Period, b: Period): boolean => a.start === b.start && a.end === b.end;

const isPartOf = ({ start = '', end = '' }: Period, window: Interval): boolean =>
  new Date(start) >= window.start && new Date(end) <= window.end;
