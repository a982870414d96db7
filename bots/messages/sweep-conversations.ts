import { TASK_CODE } from '../runtime/contract.ts';
import { cron } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { searchAll } from '../runtime/load.ts';
import { timeIsLeft } from '../runtime/time-left.ts';
import { OPEN_TICKET } from '../runtime/ticket.ts';
import { ATTENDING_ACCESS, attendThread, isUntaken, takeUp, threadIds } from './attending.ts';
import { CONVERSATION } from './conversation.ts';
import { INCOMING, MESSAGE_CATEGORY, OUTGOING } from './names.ts';

const MINUTE_MS = 60_000;
/** Deliveries since then may still come. */
const AFTER_MS = MINUTE_MS;
/** How far back changes are looked for of which nobody was told: many runs. */
const REACH_MS = 60 * MINUTE_MS;
/** What other programs' patients wrote into no thread is not looked at for ever. */
const UNTAKEN_REACH_MS = 3 * 24 * 60 * MINUTE_MS;
/** No conversation is begun after this time. */
const RUN_MS = 25_000;

export default cron({
  name: 'messages/sweep-conversations',
  description:
    'Finds messages of patients, answers and closed tickets of which the bot that looks after them was not told.',
  schedule: '*/5 * * * *',
  access: ATTENDING_ACCESS,
  timeout: 60,
  handle: sweepConversations,
});

async function sweepConversations(run: Run): Promise<void> {
  const hasTime = timeIsLeft(RUN_MS);
  const changed = (reach: number): [string, string][] => [
    ['_lastUpdated', `ge${new Date(run.now.getTime() - reach).toISOString()}`],
    ['_lastUpdated', `le${new Date(run.now.getTime() - AFTER_MS).toISOString()}`],
  ];
  const written = await searchAll(run.fhir, 'Communication', [
    ['status', 'completed'],
    ['part-of:missing', 'true'],
    ['sender:missing', 'false'],
    ['category:not', `${MESSAGE_CATEGORY}|${OUTGOING}`],
    ...changed(UNTAKEN_REACH_MS),
  ]);
  const taken: string[] = [];
  await each(written.filter(isUntaken), async (message) => {
    const thread = hasTime() ? await takeUp(run, message) : undefined;
    taken.push(...(thread ? [thread] : []));
  });
  const code = `${TASK_CODE}|${CONVERSATION}`;
  const arrived = await searchAll(run.fhir, 'Communication', [
    ['category', `${MESSAGE_CATEGORY}|${INCOMING}`],
    ...changed(REACH_MS),
  ]);
  const open = await searchAll(run.fhir, 'Task', { code, status: OPEN_TICKET.join(',') });
  const shut = await searchAll(run.fhir, 'Task', [
    ['code', code],
    ['status', 'completed,cancelled'],
    ...changed(REACH_MS),
  ]);
  const about = [...arrived.flatMap(({ partOf = [] }) => partOf), ...[...open, ...shut].map(({ focus }) => focus)];
  const threads = [...new Set([...taken, ...threadIds(about)])];
  await each(
    threads.map((id) => ({ resourceType: 'Communication', id })),
    async ({ id }) => (hasTime() ? attendThread(run, id) : undefined),
  );
}
