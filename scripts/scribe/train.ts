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
import { trainBoundaries } from './train-boundaries.ts';
import { trainSections } from './train-sections.ts';

const MODELS = join(import.meta.dirname, '../../bots/scribe/offline/model');
/** ACI-BENCH speaks as visits do; MTS-Dialog is larger but tidier. */
const ACI_WEIGHT = 2;

const { values } = parseArgs({ options: { data: { type: 'string' }, only: { type: 'string' } } });
if (!values.data) {
  console.error('usage: node scripts/scribe/train.ts --data FOLDER [--only boundaries|sections]');
  process.exit(2);
}

const aci = readCsv(join(values.data, 'aci-bench/train.csv'));
const mts = readCsv(join(values.data, 'mts-dialog/train.csv'));
const dialogues = (rows: readonly Row[]): string[] => rows.map((row) => row.dialogue ?? '');

mkdirSync(MODELS, { recursive: true });
if (values.only !== 'sections') {
  const conversations = [...Array.from({ length: ACI_WEIGHT }, () => dialogues(aci)).flat(), ...dialogues(mts)];
  save('boundaries', trainBoundaries(conversations));
}
if (values.only !== 'boundaries') {
  save('sections', trainSections(aci.map((row) => ({ dialogue: row.dialogue ?? '', note: row.note ?? '' }))));
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
