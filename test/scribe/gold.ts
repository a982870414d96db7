/**
 * Reads the clinicians' notes to score against: ACI-BENCH as it is published, with coded problems where there are any.
 *
 * ACI-BENCH: Yim et al., "ACI-BENCH: a Novel Ambient Clinical Intelligence Dataset for Benchmarking Automatic Visit Note
 * Generation", Nature Scientific Data 2023, CC BY 4.0.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readCsv } from '../../scripts/scribe/csv.ts';
import { readLabels } from '../../scripts/scribe/labels.ts';
import type { GoldVisit } from './score.ts';

/** `FOLDER/NAME.csv`, with `NAME_metadata.csv` and `icd10-NAME.jsonl` beside it where they exist. */
export function readGold(folder: string, name: string): GoldVisit[] {
  const metadata = join(folder, `${name}_metadata.csv`);
  const labels = join(folder, `icd10-${name}.jsonl`);
  const complaints = new Map(
    (existsSync(metadata) ? readCsv(metadata) : []).map((row) => [
      row.encounter_id,
      [row.cc ?? '', ...(row['2nd_complaints'] ?? '').split(';')],
    ]),
  );
  const coded = existsSync(labels) ? readLabels(labels) : undefined;
  return readCsv(join(folder, `${name}.csv`)).map((row) => {
    const id = row.encounter_id ?? '';
    const problems = coded?.get(id);
    return {
      id,
      dialogue: row.dialogue ?? '',
      note: row.note ?? '',
      complaints: complaints.get(id) ?? [],
      ...(problems && { problems }),
    };
  });
}
