import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import type { WithId } from '@medplum/core';
import type { Binary } from '@medplum/fhirtypes';
import type { Change, WriteObserver } from '../context.ts';
import type { Store } from '../store/store.ts';
import type { ContentFile, ContentFiles } from './binary-files.ts';
import { streamOf } from './messages.ts';
import type { Streamed } from './messages.ts';

const SCHEMA = `
  -- Content that earlier versions kept in the database; nothing is added to it any more.
  CREATE TABLE IF NOT EXISTS binary_content (id TEXT PRIMARY KEY, type TEXT NOT NULL, bytes BLOB NOT NULL);
  -- The file that holds the content of a version of a Binary.
  CREATE TABLE IF NOT EXISTS binary_file (
    id TEXT NOT NULL, version TEXT NOT NULL, file TEXT NOT NULL, size INTEGER NOT NULL,
    PRIMARY KEY (id, version)
  ) WITHOUT ROWID;
`;

type Versioned = Pick<WithId<Binary>, 'id' | 'meta'>;

/**
 * The content of Binary resources. A file is durable before the row that names it is written, and is never changed or
 * removed while the server runs: a row never names what is not there, and a copy of the database can be completed with
 * its files afterwards. What no row names is removed at the next start.
 */
export class BinaryContent implements WriteObserver {
  private readonly store: Store;
  private readonly files: ContentFiles;

  private constructor(store: Store, files: ContentFiles) {
    this.store = store;
    this.files = files;
  }

  static async open(store: Store, files: ContentFiles): Promise<BinaryContent> {
    await store.transaction((db) => db.exec(SCHEMA));
    const content = new BinaryContent(store, files);
    await content.sweep();
    return content;
  }

  /** Keeps content that no Binary has yet; `attach` gives it to one. */
  keep(source: Readable | Uint8Array): Promise<ContentFile> {
    return this.files.keep(source);
  }

  /** Makes content that was kept that of a version; call it in the transaction that writes the resource. */
  async attach({ id, meta }: Versioned, { name, size }: ContentFile): Promise<void> {
    const version = meta?.versionId as string;
    await this.store.transaction((db) =>
      db.run(
        'INSERT OR REPLACE INTO binary_file (id, version, file, size) VALUES (?, ?, ?, ?)',
        id,
        version,
        name,
        size,
      ),
    );
  }

  /** Removes content that no Binary got. */
  discard({ name }: ContentFile): Promise<void> {
    return this.files.remove(name);
  }

  /** The content of a version; undefined if there is none. Whether it may be read is the caller's question. */
  async read(binary: WithId<Binary>): Promise<Streamed | undefined> {
    if (binary.data !== undefined) {
      return streamOf(Buffer.from(binary.data, 'base64'));
    }
    return this.stored(binary.id, binary.meta?.versionId ?? '');
  }

  /** The latest content of a Binary as text. */
  async readText(id: string): Promise<string | undefined> {
    const row = await this.store.read((db) =>
      db.get<{ version: string }>(
        `SELECT f.version FROM binary_file f JOIN resource r ON r.id = f.id AND r.version = f.version WHERE f.id = ?`,
        id,
      ),
    );
    const stored = await this.stored(id, row?.version ?? '');
    return stored && (await buffer(stored.open())).toString('utf8');
  }

  /** A new version without content of its own has that of the one before. */
  async onWrite({ resource, previous, interaction }: Change): Promise<void> {
    if (resource.resourceType === 'Binary' && interaction === 'update') {
      await this.store.transaction((db) =>
        db.run(
          `INSERT OR IGNORE INTO binary_file (id, version, file, size)
             SELECT id, ?, file, size FROM binary_file WHERE id = ? AND version = ?`,
          resource.meta?.versionId as string,
          resource.id,
          previous?.meta?.versionId ?? '',
        ),
      );
    }
  }

  onCommit(): void {}

  private async stored(id: string, version: string): Promise<Streamed | undefined> {
    return this.store.read((db) => {
      const row = db.get<{ file: string; size: number }>(
        'SELECT file, size FROM binary_file WHERE id = ? AND version = ?',
        id,
        version,
      );
      if (row) {
        return { size: row.size, open: () => this.files.open(row.file) };
      }
      const old = db.get<{ bytes: Uint8Array }>('SELECT bytes FROM binary_content WHERE id = ?', id);
      return old && streamOf(old.bytes);
    });
  }

  /** Forgets content whose Binary is gone with its history, and removes the files that no row names. */
  private async sweep(): Promise<void> {
    const named = await this.store.transaction((db) => {
      db.run(`DELETE FROM binary_file WHERE NOT EXISTS (SELECT 1 FROM resource r WHERE r.id = binary_file.id)`);
      return new Set(db.all<{ file: string }>('SELECT file FROM binary_file').map(({ file }) => file));
    });
    for (const name of await this.files.names()) {
      if (!named.has(name)) {
        await this.files.remove(name);
      }
    }
  }
}
