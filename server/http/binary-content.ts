import type { Store } from '../store/store.ts';

/** What a Binary holds. */
export interface StoredContent {
  contentType: string;
  bytes: Uint8Array;
}

/** The content of Binary resources, kept apart from them: a resource is searched and listed, its content is not. */
export class BinaryContent {
  private readonly store: Store;

  private constructor(store: Store) {
    this.store = store;
  }

  static async open(store: Store): Promise<BinaryContent> {
    await store.transaction((db) =>
      db.exec(
        'CREATE TABLE IF NOT EXISTS binary_content (id TEXT PRIMARY KEY, type TEXT NOT NULL, bytes BLOB NOT NULL)',
      ),
    );
    return new BinaryContent(store);
  }

  /** Keeps the content of a Binary; call it in the transaction that writes the resource. */
  async write(id: string, { contentType, bytes }: StoredContent): Promise<void> {
    await this.store.transaction((db) =>
      db.run('INSERT OR REPLACE INTO binary_content (id, type, bytes) VALUES (?, ?, ?)', id, contentType, bytes),
    );
  }

  /** The content of a Binary; undefined if there is none. Whether it may be read is the caller's question. */
  async read(id: string): Promise<StoredContent | undefined> {
    const row = await this.store.read((db) =>
      db.get<{ type: string; bytes: Uint8Array }>('SELECT type, bytes FROM binary_content WHERE id = ?', id),
    );
    return row && { contentType: row.type, bytes: row.bytes };
  }
}
