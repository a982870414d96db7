import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import type { Bot } from './bots.ts';
import { inRoot, root } from './paths.ts';

/** What `$deploy` takes with a server's default settings, as a JSON body. */
export const MAX_BUNDLE_BYTES = 1024 * 1024;

/**
 * Bundles every bot into one CommonJS file of its own, as a Medplum server runs it. What a bot uses of `@medplum/core` is
 * bundled too (about 60 KB): the server would lend its own copy, which may be older and lack a function.
 * @returns The code of each, by name.
 */
export async function bundleBots(bots: readonly Bot[]): Promise<Map<string, string>> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: bots.map(({ name }) => ({ in: `bot:${name}`, out: name })),
    outdir: 'dist',
    bundle: true,
    write: false,
    minify: true,
    legalComments: 'none',
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    // Medplum's client reads these constants of the WHATWG standard while it loads, and a bot's context has no WebSocket.
    define: { 'WebSocket.OPEN': '1', 'WebSocket.CLOSING': '2', 'WebSocket.CLOSED': '3' },
    // Medplum wraps the code in a script of its own: it reads the variable `exports`, and goes on behind the last line.
    footer: { js: 'Object.assign(exports, module.exports);' },
    plugins: [entries(bots)],
  });
  const codeOf = new Map<string, string>();
  for (const { name } of bots) {
    const code = result.outputFiles.find((file) => file.path === inRoot('dist', `${name}.js`))?.text;
    if (!code) {
      throw new Error(`No bundle was made of ${name}.`);
    }
    if (Buffer.byteLength(JSON.stringify({ code, filename: `${name}.js` })) >= MAX_BUNDLE_BYTES) {
      throw new Error(`The bundle of ${name} is larger than a Medplum server takes (1 MB).`);
    }
    codeOf.set(name, code);
  }
  return codeOf;
}

/** Writes the bundles to where `medplum.config.json` says, for `medplum bot deploy`. */
export async function writeBundles(bots: readonly Bot[], codeOf: ReadonlyMap<string, string>): Promise<void> {
  for (const { name, dist } of bots) {
    await mkdir(dirname(inRoot(dist)), { recursive: true });
    await writeFile(inRoot(dist), codeOf.get(name) ?? '');
  }
}

/** The entry of each bundle: the bot's definition, made into the function that the server calls. */
function entries(bots: readonly Bot[]): Plugin {
  return {
    name: 'bot-entries',
    setup(build) {
      build.onResolve({ filter: /^bot:/ }, ({ path }) => ({ path: path.slice('bot:'.length), namespace: 'bot' }));
      build.onLoad({ filter: /.*/, namespace: 'bot' }, ({ path }) => {
        const source = bots.find(({ name }) => name === path)?.source;
        return {
          resolveDir: root,
          contents: [
            `import definition from './${source}';`,
            `import { handlerOf } from './bots/runtime/handler.ts';`,
            'export const handler = handlerOf(definition);',
          ].join('\n'),
        };
      });
    },
  };
}
