import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { badRequest, contentTooLarge, OperationOutcomeError } from '@medplum/core';
import { MAX_CONTENT_BYTES } from './body.ts';

/** The folder in the data folder that content is kept in. */
export const CONTENT_FOLDER = 'binary';

/** Content that was kept, under a name that nothing else ever gets. */
export interface ContentFile {
  readonly name: string;
  readonly size: number;
}

/** Where the content of Binary resources is kept. What has a name never changes. */
export interface ContentFiles {
  /** Keeps content; it is durable when this resolves. Throws an OperationOutcome for what is too large or ends early. */
  keep(source: Readable | Uint8Array): Promise<ContentFile>;
  open(name: string): Readable;
  remove(name: string): Promise<void>;
  names(): Promise<string[]>;
}

/** Files beside the database. */
export class DiskFiles implements ContentFiles {
  private readonly folder: string;

  constructor(dataDir: string) {
    this.folder = join(dataDir, CONTENT_FOLDER);
  }

  async keep(source: Readable | Uint8Array): Promise<ContentFile> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const name = randomUUID();
    const counter = limited();
    try {
      await pipeline(
        readable(source),
        counter,
        createWriteStream(join(this.folder, name), { flags: 'wx', mode: 0o600, flush: true }),
      );
      await syncFolder(this.folder);
    } catch (err) {
      await this.remove(name);
      throw explained(err);
    }
    return { name, size: counter.size };
  }

  open(name: string): Readable {
    return createReadStream(join(this.folder, name));
  }

  remove(name: string): Promise<void> {
    return rm(join(this.folder, name), { force: true });
  }

  async names(): Promise<string[]> {
    try {
      return await readdir(this.folder);
    } catch (err) {
      if ((err as NodeJS.ErrnoException).code === 'ENOENT') {
        return [];
      }
      throw err;
    }
  }
}

/** For a server that keeps everything in memory. */
export class MemoryFiles implements ContentFiles {
  private readonly files = new Map<string, Buffer>();

  async keep(source: Readable | Uint8Array): Promise<ContentFile> {
    try {
      const content = await buffer(readable(source).pipe(limited()));
      const name = randomUUID();
      this.files.set(name, content);
      return { name, size: content.byteLength };
    } catch (err) {
      throw explained(err);
    }
  }

  open(name: string): Readable {
    return readable(this.files.get(name) ?? new Uint8Array());
  }

  async remove(name: string): Promise<void> {
    this.files.delete(name);
  }

  async names(): Promise<string[]> {
    return [...this.files.keys()];
  }
}

function readable(source: Readable | Uint8Array): Readable {
  // As one chunk: an iterable of bytes would be read byte by byte.
  return source instanceof Uint8Array ? Readable.from([source]) : source;
}

/** Counts what goes through, and lets through no more than content may have. */
function limited(): Transform & { size: number } {
  const counter = Object.assign(
    new Transform({
      transform(chunk: Uint8Array, _encoding, done) {
        counter.size += chunk.byteLength;
        const tooLarge = counter.size > MAX_CONTENT_BYTES;
        done(tooLarge ? new OperationOutcomeError(contentTooLarge('Content too large')) : null, chunk);
      },
    }),
    { size: 0 },
  );
  return counter;
}

/** A new name in a folder is durable once the folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A client that goes away, or sends what its Content-Encoding does not say, is no failure of the server. */
function explained(err: unknown): unknown {
  const code = (err as NodeJS.ErrnoException).code ?? '';
  const isClients = ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET'].includes(code) || code.startsWith('Z_');
  return isClients ? new OperationOutcomeError(badRequest('The content could not be read to its end')) : err;
}
