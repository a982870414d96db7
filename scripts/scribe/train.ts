/**
 * Trains the scribe's tables: `node scripts/scribe/train.ts --data FOLDER`.
 *
 * FOLDER holds `aci-bench/train.csv` and `mts-dialog/train.csv` as published. Nothing but the training splits is read.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { LinearModel } from '../../bots/scribe/offline/linear.ts';
import { readCsv, type Row } from './csv.ts';
import { readLabels } from './labels.ts';
import { trainBoundaries } from './train-boundaries.ts';
import { trainProblems } from './train-problems.ts';
import { trainSections } from './train-sections.ts';
import { trainSpeakers } from './train-speakers.ts';

const MODELS = join(import.meta.dirname, '../../bots/scribe/offline/model');
/** ACI-BENCH speaks as visits do; MTS-Dialog is larger but tidier. */
const ACI_WEIGHT = 2;

/** A table that was trained in this run is read by the next one: boundaries first, then the rest with `--only`. */
const { values } = parseArgs({ options: { data: { type: 'string' }, only: { type: 'string' } } });
if (!values.data) {
  console.error('usage: node scripts/scribe/train.ts --data FOLDER [--only speakers|boundaries|sections|problems]');
  process.exit(2);
}

const aci = readCsv(join(values.data, 'aci-bench/train.csv'));
const mts = readCsv(join(values.data, 'mts-dialog/train.csv'));
const dialogues = (rows: readonly Row[]): string[] => rows.map((row) => row.dialogue ?? '');

const wanted = (name: string): boolean => !values.only || values.only === name;

mkdirSync(MODELS, { recursive: true });
const conversations = [...Array.from({ length: ACI_WEIGHT }, () => dialogues(aci)).flat(), ...dialogues(mts)];
// In this order: what the later tables see is cut by the earlier ones.
if (wanted('speakers')) {
  const turns = [...dialogues(aci), ...dialogues(mts)];
  save(
    'speakers',
    trainSpeakers(
      turns,
      turns.map((_, index) => (index < aci.length ? ACI_WEIGHT : 1)),
    ),
  );
}
if (wanted('boundaries')) {
  save('boundaries', trainBoundaries(conversations));
}
if (wanted('sections')) {
  save('sections', trainSections(aci.map((row) => ({ dialogue: row.dialogue ?? '', note: row.note ?? '' }))));
}
if (wanted('problems')) {
  const problems = readLabels(join(values.data, 'aci-bench/icd10-train.jsonl'));
  const { coded, addressed } = trainProblems(
    aci.map((row) => ({ dialogue: row.dialogue ?? '', problems: problems.get(row.encounter_id ?? '') ?? [] })),
  );
  save('problems', coded);
  save('addressed', addressed);
}

function save(name: string, model: LinearModel): void {
  const file = join(MODELS, `${name}.json`);
  writeFileSync(file, layOut(model));
  console.log(`${file}: ${Object.keys(model.weights).length} features`);
}

/** One feature a line, as prettier lays it out: a retrained table can be read as a difference. */
function layOut(model: LinearModel): string {
  const list = (values: readonly (number | string)[]): string =>
    `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
  const rows = Object.entries(model.weights).map(
    ([name, weight]) => `    ${JSON.stringify(name)}: ${typeof weight === 'number' ? weight : list(weight)}`,
  );
  return `{
  "scale": ${model.scale},
  "classes": ${list(model.classes)},
  "bias": ${list(model.bias)},
  "weights": {
${rows.join(',\n')}
  }
}
`;
}
