import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { build } from 'esbuild';
import type { CodeSystem } from '@medplum/fhirtypes';
import type { Plugin } from 'esbuild';
import type { Bot } from './bots.ts';
import { coreForBots } from './core-for-bots.ts';
import { inRoot, root } from './paths.ts';

/** What `$deploy` takes with a server's default settings, as a JSON body. */
export const MAX_BUNDLE_BYTES = 1024 * 1024;

/**
 * Bundles every bot into one CommonJS file of its own, as a Medplum server runs it. What a bot uses of `@medplum/core` is
 * bundled too: the server would lend its own copy, which may be older and lack a function.
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
    plugins: [entries(bots), tables, coreForBots],
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

/** Files of data that are larger than this go into a bundle deflated. */
const LARGE_BYTES = 20_000;

/**
 * Large tables (code systems, weights) as what they inflate to when the bot loads, a few milliseconds: a bundle has to stay
 * small, and these would be most of it. Of a code system a bot needs codes, displays and words; what confirms a row is for
 * people, and stays on the server.
 */
const tables: Plugin = {
  name: 'tables',
  setup(build) {
    build.onLoad({ filter: /[\\/](?:resources|bots)[\\/].+\.json$/ }, async ({ path }) => {
      const data = JSON.parse(await readFile(path, 'utf8')) as object;
      const json = JSON.stringify('concept' in data ? lean(data as CodeSystem) : data);
      if (json.length < LARGE_BYTES) {
        return { contents: json, loader: 'json' };
      }
      const deflated = deflateRawSync(json, { level: 9 }).toString('base64');
      const inflated = `inflateRawSync(Buffer.from('${deflated}', 'base64')).toString()`;
      const contents = [
        `import { Buffer } from 'node:buffer';`,
        `import { inflateRawSync } from 'node:zlib';`,
        `export default JSON.parse(${inflated});`,
      ];
      return { contents: contents.join('\n'), loader: 'js' };
    });
  },
};

const lean = ({ url, concept }: CodeSystem): Pick<CodeSystem, 'url' | 'concept'> => ({
  url,
  concept: concept?.map(({ property, ...row }) => {
    const kept = property?.filter(({ code }) => code !== 'confirmed-by') ?? [];
    return { ...row, ...(kept.length > 0 && { property: kept }) };
  }),
});

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
