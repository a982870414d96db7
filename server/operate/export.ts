import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Binary, Meta, Resource } from '@medplum/fhirtypes';
import { CONTENT_FOLDER } from '../http/binary-files.ts';
import { DATABASE_FILE } from '../store/store.ts';
import { BackupError, tableExists } from './backup.ts';

/** What belongs to the server and not to the clinic: who may sign in, and with which secret. */
const LEFT_OUT = [
  ...['Project', 'ProjectMembership', 'User', 'UserSecurityRequest', 'Login', 'JsonWebKey', 'DomainConfiguration'],
  ...['ClientApplication', 'AsyncJob', 'BulkDataExport', 'SmartAppLaunch'],
];

/**
 * Writes the clinic's present resources as NDJSON, a file for each type, as they are at one moment, while a server may
 * serve from the data folder. The content of a Binary stands in its `data`. Only the owner may read the files.
 * @param folder - Is made; must be empty if it is there.
 * @returns How many resources of each type there are.
 * @throws BackupError if there is nothing to export, or the folder is in use.
 */
export function exportProject(dataDir: string, folder: string): Record<string, number> {
  const source = join(dataDir, DATABASE_FILE);
  if (!existsSync(source)) {
    throw new BackupError(`There is no database in ${dataDir}.`);
  }
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new BackupError(`${folder} is not empty: name a new folder.`);
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(source, { readOnly: true, timeout: 5000 });
  try {
    // One transaction sees one moment, however long it reads.
    db.exec('BEGIN');
    const counts: Record<string, number> = {};
    for (const type of typesIn(db)) {
      counts[type] = writeType(db, join(dataDir, CONTENT_FOLDER), type, join(folder, `${type}.ndjson`));
    }
    const manifest = { exported: new Date().toISOString(), counts };
    writeFileSync(join(folder, 'export.json'), `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o600 });
    return counts;
  } finally {
    db.close();
  }
}

const HOME = 'project = (SELECT id FROM home_project) AND deleted = 0';

function typesIn(db: DatabaseSync): string[] {
  const rows = db.prepare(`SELECT DISTINCT type FROM resource WHERE ${HOME} ORDER BY type`).all();
  return rows.map(({ type }) => type as string).filter((type) => !LEFT_OUT.includes(type));
}

function writeType(db: DatabaseSync, contentFolder: string, type: string, file: string): number {
  const contentOf = contentReader(db, contentFolder);
  const output = openSync(file, 'wx', 0o600);
  let count = 0;
  try {
    for (const row of db
      .prepare(`SELECT content, version FROM resource WHERE type = ? AND ${HOME} ORDER BY rid`)
      .iterate(type)) {
      const resource = portable(JSON.parse(row.content as string) as Resource);
      if (resource.resourceType === 'Binary') {
        addContent(resource, contentOf(resource, row.version as string));
      }
      writeSync(output, `${JSON.stringify(resource)}\n`);
      count++;
    }
  } finally {
    closeSync(output);
  }
  return count;
}

/** Reads the content of a Binary: its file, or what an earlier version kept in the database. */
function contentReader(db: DatabaseSync, folder: string): (binary: Binary, version: string) => Uint8Array | undefined {
  const file = tableExists(db, 'binary_file')
    ? db.prepare('SELECT file FROM binary_file WHERE id = ? AND version = ?')
    : undefined;
  const old = db.prepare('SELECT bytes FROM binary_content WHERE id = ?');
  return ({ id = '', data }, version) => {
    if (data !== undefined) {
      return undefined;
    }
    const row = file?.get(id, version);
    return row ? readFileSync(join(folder, row.file as string)) : (old.get(id)?.bytes as Uint8Array | undefined);
  };
}

/** Without what a server says of a resource for itself. */
function portable(resource: Resource): Resource {
  const meta: Meta = { ...resource.meta };
  delete meta.project;
  delete meta.author;
  delete meta.compartment;
  return { ...resource, meta };
}

function addContent(binary: Binary, bytes: Uint8Array | undefined): void {
  if (bytes) {
    binary.data = Buffer.from(bytes).toString('base64');
  }
}
