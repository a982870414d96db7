import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Observation, Patient } from '@medplum/fhirtypes';
import { CONTENT_FOLDER } from '../../server/http/binary-files.ts';
import { DATABASE_FILE } from '../../server/store/store.ts';

/** What lies on the disk while no server runs. */
export interface Remains {
  readonly patients: ReadonlyMap<string, Patient>;
  readonly deleted: ReadonlySet<string>;
  /** How many Observations each key of a transaction has. */
  readonly parts: ReadonlyMap<string, number>;
  /** Of the resources whose bots had begun: at most once means that they are not begun again. */
  readonly begun: readonly string[];
  /** Of the resources whose bots wait. */
  readonly waiting: readonly string[];
  /** How often the bot has left its mark for each resource. */
  readonly marks: ReadonlyMap<string, number>;
  /** The content of each Binary that the database knows; undefined where its file is missing or of another size. */
  readonly contents: ReadonlyMap<string, string | undefined>;
  /** What SQLite finds wrong; `ok` if nothing. */
  readonly integrity: string;
}

/** Reads a data folder as the crash left it, with SQLite's own recovery and none of the server's. */
export function remainsOf(dataDir: string, keySystem: string): Remains {
  const db = new DatabaseSync(join(dataDir, DATABASE_FILE));
  try {
    const content = <T>(type: string): (T & { id: string })[] =>
      db
        .prepare('SELECT content FROM resource WHERE type = ? AND deleted = 0')
        .all(type)
        .map((row) => JSON.parse(row.content as string) as T & { id: string });
    const jobs = (started: number): string[] =>
      db
        .prepare('SELECT resourceId FROM subscription_job WHERE started = ?')
        .all(started)
        .map((row) => row.resourceId as string);
    const deleted = db.prepare("SELECT id FROM resource WHERE type = 'Patient' AND deleted = 1").all();
    return {
      patients: new Map(content<Patient>('Patient').map((patient) => [patient.id, patient])),
      deleted: new Set(deleted.map((row) => row.id as string)),
      parts: countBy(
        content<Observation>('Observation').map(
          ({ identifier }) => identifier?.find(({ system }) => system === keySystem)?.value ?? '',
        ),
      ),
      begun: jobs(1),
      waiting: jobs(0),
      marks: countBy(content<{ code: { text: string } }>('Basic').map(({ code }) => code.text)),
      contents: new Map(
        db
          .prepare('SELECT id, file, size FROM binary_file')
          .all()
          .map(({ id, file, size }) => [
            id as string,
            fileOf(join(dataDir, CONTENT_FOLDER, file as string), size as number),
          ]),
      ),
      integrity: String(db.prepare('PRAGMA quick_check').get()?.quick_check),
    };
  } finally {
    db.close();
  }
}

function fileOf(path: string, size: number): string | undefined {
  const content = existsSync(path) ? readFileSync(path) : undefined;
  return content?.byteLength === size ? content.toString() : undefined;
}

function countBy(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}
