import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { inRoot } from '../../scripts/lib/paths.ts';

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
}

describe('what a browser loads before a page is there', () => {
  const read = (file: string): Buffer => readFileSync(inRoot('web', 'dist', file));
  const manifest = JSON.parse(read('.vite/manifest.json').toString()) as Readonly<Record<string, Chunk>>;
  const names = Object.keys(manifest);

  /** The files of chunks and all that they import at once; what is loaded later on does not count. */
  const filesOf = (chunks: readonly string[]): Set<string> => {
    const files = new Set<string>();
    const load = (name: string): void => {
      const chunk = manifest[name];
      if (chunk && !files.has(chunk.file)) {
        files.add(chunk.file);
        chunk.imports?.forEach(load);
      }
    };
    chunks.forEach(load);
    return files;
  };
  const sizes = new Map<string, number>();
  const sizeOf = (file: string): number => {
    const size = sizes.get(file) ?? gzipSync(read(file)).length;
    sizes.set(file, size);
    return size;
  };
  const entries = names.filter((name) => manifest[name]?.isEntry);
  const texts = names
    .filter((name) => /^src\/i18n\/\w+\/index\.ts$/.test(name))
    .toSorted((a, b) => sizeOf(manifest[b]?.file ?? '') - sizeOf(manifest[a]?.file ?? ''));
  const pages = names.filter((name) => /^src\/.*-page\.tsx$/.test(name));

  test('every page is looked at', () => {
    expect(entries).toHaveLength(1);
    expect(texts.length).toBeGreaterThan(1);
    expect(pages.length).toBeGreaterThan(20);
  });

  test.each(pages)('%s: with the texts of the longest language less than 300 KB of script, gzipped', (page) => {
    const files = filesOf([...entries, ...texts.slice(0, 1), page]);
    expect([...files].reduce((sum, file) => sum + sizeOf(file), 0)).toBeLessThan(300_000);
  });
});
