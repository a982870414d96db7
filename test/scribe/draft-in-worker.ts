/** Drafts one transcript in a thread of its own, whose memory its creator bounds; answers with what can be checked of it. */

import { parentPort, workerData } from 'node:worker_threads';
import { draft } from '../../bots/scribe/scribe.ts';

const text = workerData as string;
const made = draft(text);
const evidence = [
  ...made.sections.flatMap(({ sentences }) => sentences),
  ...made.problems,
  ...made.orders,
  ...made.observations,
].flatMap((one) => one.evidence);
parentPort?.postMessage({
  evidence: evidence.length,
  wrong: evidence.filter(({ text: said, start, end }) => text.slice(start, end) !== said).length,
});
