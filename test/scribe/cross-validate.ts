/**
 * How well the scribe does on visits that its tables have not seen: `npm run cross-validate -- --data FOLDER`.
 *
 * The training visits are dealt into folds; the tables are trained on all folds but one, and that one is drafted and scored
 * with them. FOLDER holds `aci-bench/train.csv` and what lies beside it. Rules and lay words are the same for every fold, so
 * what was learned by reading the visits is not measured by this.
 */

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { composeNote } from '../../bots/scribe/offline/compose.ts';
import { isProposed, weighProblems } from '../../bots/scribe/offline/problems.ts';
import { read } from '../../bots/scribe/offline/reading.ts';
import { place } from '../../bots/scribe/offline/sections.ts';
import { readLabels } from '../../scripts/scribe/labels.ts';
import { trainProblems } from '../../scripts/scribe/train-problems.ts';
import { trainSections } from '../../scripts/scribe/train-sections.ts';
import { readGold } from './gold.ts';
import { report } from './report.ts';
import { score } from './score.ts';
import type { DraftedVisit } from './score.ts';

const { values } = parseArgs({ options: { data: { type: 'string' }, folds: { type: 'string', default: '5' } } });
if (!values.data) {
  console.error('npm run cross-validate -- --data FOLDER [--folds 5]');
  process.exit(2);
}
const folder = join(values.data, 'aci-bench');
const folds = Number(values.folds);
const visits = readGold(folder, 'train');
const labels = readLabels(join(folder, 'icd10-train.jsonl'));

const drafts = new Map<string, DraftedVisit>();
for (let fold = 0; fold < folds; fold++) {
  const seen = visits.filter((_, index) => index % folds !== fold);
  const sections = trainSections(seen);
  const problems = trainProblems(seen.map(({ id, dialogue }) => ({ dialogue, problems: labels.get(id) ?? [] })));
  for (const { id, dialogue } of visits.filter((_, index) => index % folds === fold)) {
    const reading = read(dialogue);
    const found = weighProblems(reading, problems);
    const note = composeNote(reading, place(reading, sections), found)
      .map(({ text }) => text)
      .filter(Boolean);
    drafts.set(id, { note: note.join('\n\n'), problems: found.filter(isProposed) });
  }
}
console.log(report(score(visits, drafts)));
