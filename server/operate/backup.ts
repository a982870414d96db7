import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CONTENT_FOLDER } from '../http/binary-files.ts';
import { readCredentials, writeCredentials } from '../projects/credentials.ts';
import type { Credentials } from '../projects/credentials.ts';
import { lockDataFolder } from '../store/lock.ts';
import { DATABASE_FILE } from '../store/store.ts';

/** What a backup adds to the database that it is a copy of. */
const CREDENTIALS_TABLE = 'backup_credentials';
const CONTENT_TABLE = 'backup_content';

/** Content is copied in pieces of this size, however large a file is. */
const PIECE = 1024 * 1024;

/** A backup or a restore that cannot be made as it was asked for; nothing was changed. */
export class BackupError extends Error {}

/**
 * Copies everything that a data folder holds into one file, as it is at one moment, while a server serves from it. The
 * file is a SQLite database that only its owner may read: it has all patients in it, and the administrator's secret.
 * @throws BackupError if there is nothing to copy, or the file is there already.
 */
export async function backUp(dataDir: string, file: string): Promise<void> {
  const source = join(dataDir, DATABASE_FILE);
  if (!existsSync(source)) {
    throw new BackupError(`There is no database in ${dataDir}.`);
  }
  if (existsSync(file)) {
    throw new BackupError(`${file} exists already: give another name.`);
  }
  const credentials = await readCredentials(dataDir);
  mkdirSync(dirname(resolve(file)), { recursive: true });
  const draft = `${file}.part`;
  // SQLite writes into an empty file as into none, and so nobody else can ever open it.
  writeFileSync(draft, '', { mode: 0o600 });
  chmodSync(draft, 0o600);
  try {
    withDatabase(source, (db) => db.prepare('VACUUM INTO ?').run(draft));
    withDatabase(draft, (db) => {
      db.exec(`CREATE TABLE ${CREDENTIALS_TABLE} (content TEXT NOT NULL)`);
      db.prepare(`INSERT INTO ${CREDENTIALS_TABLE} VALUES (?)`).run(JSON.stringify(credentials ?? null));
      packContent(db, join(dataDir, CONTENT_FOLDER));
    });
    renameSync(draft, file);
  } catch (err) {
    rmSync(draft, { force: true });
    throw err;
  }
}

/**
 * Puts a backup into a data folder from which no server serves.
 * @param options.force - Replace what the folder holds.
 * @throws BackupError if the folder is not empty or the file is no sound backup.
 * @throws DataFolderInUseError while a server runs.
 */
export async function restore(file: string, dataDir: string, { force = false } = {}): Promise<void> {
  const target = join(dataDir, DATABASE_FILE);
  if (!existsSync(file)) {
    throw new BackupError(`There is no file ${file}.`);
  }
  if (existsSync(target) && !force) {
    throw new BackupError(`${dataDir} holds data already. With --force it is replaced, and gone.`);
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const unlock = lockDataFolder(dataDir);
  const draft = `${target}.part`;
  try {
    copyFileSync(file, draft);
    chmodSync(draft, 0o600);
    // Names of content are never used twice: the next start removes those that only the old database knew.
    const credentials = unpack(draft, file, join(dataDir, CONTENT_FOLDER));
    // The log of the old database must never meet the new one.
    for (const part of ['', '-wal', '-shm']) {
      rmSync(`${target}${part}`, { force: true });
    }
    renameSync(draft, target);
    if (credentials) {
      await writeCredentials(dataDir, credentials);
    }
  } finally {
    rmSync(draft, { force: true });
    unlock();
  }
}

/** Checks a copy of a backup, and takes out of it what is not the database's. */
function unpack(draft: string, file: string, contentFolder: string): Credentials | null {
  try {
    return withDatabase(draft, (db) => {
      const { integrity_check: state } = db.prepare('PRAGMA integrity_check').get() as { integrity_check: string };
      if (state !== 'ok') {
        throw new Error(state);
      }
      const { content } = db.prepare(`SELECT content FROM ${CREDENTIALS_TABLE}`).get() as { content: string };
      unpackContent(db, contentFolder);
      db.exec(`DROP TABLE ${CREDENTIALS_TABLE}; DROP TABLE IF EXISTS ${CONTENT_TABLE}`);
      if (tableExists(db, 'login')) {
        // A sign-in that was ended since then must not live again: everybody signs in anew.
        db.exec('DELETE FROM login');
      }
      db.exec('VACUUM');
      return JSON.parse(content) as Credentials | null;
    });
  } catch (cause) {
    throw new BackupError(`${file} is no backup of Careline, or it is damaged.`, { cause });
  }
}

/** Copies the files that the database names. They never change, so they belong to the moment of the copy. */
function packContent(db: DatabaseSync, folder: string): void {
  db.exec(`CREATE TABLE ${CONTENT_TABLE} (file TEXT NOT NULL, piece INTEGER NOT NULL, bytes BLOB NOT NULL)`);
  const insert = db.prepare(`INSERT INTO ${CONTENT_TABLE} VALUES (?, ?, ?)`);
  const buffer = Buffer.alloc(PIECE);
  db.exec('BEGIN');
  for (const name of contentNames(db)) {
    const input = openSync(join(folder, name), 'r');
    try {
      for (let piece = 0; ; piece++) {
        const length = readSync(input, buffer);
        if (length === 0 && piece > 0) {
          break;
        }
        insert.run(name, piece, buffer.subarray(0, length));
      }
    } finally {
      closeSync(input);
    }
  }
  db.exec('COMMIT');
}

function contentNames(db: DatabaseSync): string[] {
  return tableExists(db, 'binary_file')
    ? db
        .prepare('SELECT DISTINCT file FROM binary_file')
        .all()
        .map(({ file }) => file as string)
    : [];
}

/** A backup of an earlier version has its content in the database. */
function unpackContent(db: DatabaseSync, folder: string): void {
  if (!tableExists(db, CONTENT_TABLE)) {
    return;
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of contentNames(db)) {
    const output = openSync(join(folder, name), 'w', 0o600);
    try {
      const pieces = db.prepare(`SELECT bytes FROM ${CONTENT_TABLE} WHERE file = ? ORDER BY piece`);
      for (const { bytes } of pieces.iterate(name)) {
        writeSync(output, bytes as Uint8Array);
      }
      fsyncSync(output);
    } finally {
      closeSync(output);
    }
  }
}

/** Has a database this table? Those that an earlier version wrote lack some. */
export function tableExists(db: DatabaseSync, name: string): boolean {
  return db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(name) !== undefined;
}

function withDatabase<T>(file: string, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(file, { timeout: 5000 });
  try {
    return work(db);
  } finally {
    db.close();
  }
}
