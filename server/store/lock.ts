import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';

const SQLITE_BUSY = 5;

/** Thrown when another process has the data folder open. */
export class DataFolderInUseError extends Error {
  constructor(dataDir: string) {
    super(`The data folder ${dataDir} is in use by another Careline server.`);
    this.name = 'DataFolderInUseError';
  }
}

/**
 * Takes a data folder for this process. The lock is one that the operating system holds, on a file of its own: it ends
 * with the process however that ends, so nobody ever has to remove a stale one.
 * @returns A function that gives the folder back.
 */
export function lockDataFolder(dataDir: string): () => void {
  const database = new DatabaseSync(join(dataDir, 'lock'));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    if ((cause as { errcode?: number }).errcode === SQLITE_BUSY) {
      throw new DataFolderInUseError(dataDir);
    }
    throw cause;
  }
  return () => database.close();
}
