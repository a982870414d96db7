import { globSync, statSync } from 'node:fs';
import { build } from 'vite';
import { inRoot } from './paths.ts';

/** Where the built pages are. */
export const webDist = inRoot('web', 'dist');

/** Builds the pages, unless they are there already and nothing that they are made of is newer. */
export async function buildWebIfStale(progress: (text: string) => void = () => undefined): Promise<void> {
  if (!isStale()) {
    return;
  }
  progress('Building the pages');
  // A test runner says `test` here, which would build React's slow and talkative variant.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    await build({ root: inRoot('web'), configFile: inRoot('web', 'vite.config.ts'), logLevel: 'warn' });
  } finally {
    if (NODE_ENV === undefined) {
      delete process.env.NODE_ENV;
    } else {
      process.env.NODE_ENV = NODE_ENV;
    }
  }
}

function isStale(): boolean {
  const [built] = modified(inRoot('web', 'dist', 'index.html'));
  const sources = [
    'web/index.html',
    'web/vite.config.ts',
    'web/{src,public}/**/*',
    'bots/**/*.ts',
    'package-lock.json',
  ];
  return built === undefined || sources.flatMap((pattern) => modified(inRoot(pattern))).some((time) => time > built);
}

const modified = (pattern: string): number[] => globSync(pattern).map((file) => statSync(file).mtimeMs);
