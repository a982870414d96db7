/**
 * `npm run bench -- scribe --data FOLDER --split NAME --out FILE`: drafts a note for every visit of a split, writes them
 * as one JSON object a line, and prints how they compare with the clinicians' notes.
 */

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Draft, draft, noteText } from '../../bots/scribe/scribe.ts';
import { readGold } from '../scribe/gold.ts';
import { report } from '../scribe/report.ts';
import { type DraftedVisit, score } from '../scribe/score.ts';

/** Makes a draft of a transcript: the rules in this process, or the deployed operation. */
export type Annotate = (transcript: string) => Draft | Promise<Draft>;

const USAGE = `bench scribe --data FOLDER --split NAME --out FILE
  data   folder with NAME.csv (encounter_id, dialogue, note); NAME_metadata.csv and icd10-NAME.jsonl are used if there
  split  the NAME: train, valid, …
  out    one JSON object a line: encounter_id, note, problems, orders`;

export async function bench(args: string[], annotate: Annotate = draft): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { data: { type: 'string' }, split: { type: 'string' }, out: { type: 'string' } },
  });
  const { data, split, out } = values;
  if (!data || !split || !out) throw new Error(USAGE);
  const visits = readGold(data, split);
  const drafts = new Map<string, DraftedVisit & Pick<Draft, 'problems' | 'orders'>>();
  for (const { id, dialogue } of visits) {
    const made = await annotate(dialogue);
    drafts.set(id, { note: noteText(made), problems: made.problems, orders: made.orders });
  }
  const lines = [...drafts].map(([encounter_id, drafted]) => JSON.stringify({ encounter_id, ...drafted }));
  writeFileSync(out, `${lines.join('\n')}\n`);
  console.log(report(score(visits, drafts)));
}
