import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import { parseAst } from 'vite';

/**
 * What a bot uses of `@medplum/core`, and no more. A bot runs in a fresh context every time, so whatever its bundle sets up
 * while it loads is paid for with every run; on a real server all of core is more than a tenth of a booking.
 */
export const coreForBots: Plugin = {
  name: 'core-for-bots',
  setup(build) {
    build.onLoad({ filter: /[\\/]@medplum[\\/]core[\\/]dist[\\/]esm[\\/]index\.mjs$/ }, async ({ path }) => ({
      contents: forBots(await readFile(path, 'utf8')),
      loader: 'js',
    }));
  },
};

type Statements = ReturnType<typeof parseAst>['body'];

/** A part of the code, from one position to another, and what stands there instead. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function forBots(code: string): string {
  const { body } = parseAst(code);
  const changes = [...pureValues(body, code), extensionValue(body)].sort((a, b) => a.start - b.start);
  const kept = changes.map(({ start, text }, index) => code.slice(changes[index - 1]?.end ?? 0, start) + text);
  return kept.join('') + code.slice(changes.at(-1)?.end ?? 0);
}

/** What is no value that has to be made. */
const NOT_MADE = ['ArrowFunctionExpression', 'FunctionExpression', 'Literal'];

/**
 * Core says of itself that loading it has no side effects, but it is one file, and esbuild keeps every value of its top
 * level that it cannot prove to have none: classes that extend others, parsers, schemas. Each value is made by a function
 * that is marked as pure, so that what a bot does not use goes.
 */
function pureValues(statements: Statements, code: string): Change[] {
  return statements
    .filter((statement) => statement.type === 'VariableDeclaration')
    .flatMap(({ declarations }) => declarations.map(({ init }) => init))
    .filter((value) => value !== null)
    .filter(({ type }) => !NOT_MADE.includes(type))
    .map(({ start, end }) => ({ start, end, text: `/* @__PURE__ */ (() => (${code.slice(start, end)}))()` }));
}

/**
 * To find the one value of an Extension, core sets up the schema of all R4 data types, for which alone it may be `value[x]`.
 * It is found by its name here. (Extensions of a primitive value are left out: no bot reads any.)
 */
function extensionValue(statements: Statements): Change {
  const name = localName(statements, 'getExtensionValue');
  const found = statements.find((one) => one.type === 'FunctionDeclaration' && one.id?.name === name);
  if (found?.type !== 'FunctionDeclaration' || !found.body) {
    throw new Error('@medplum/core has no function getExtensionValue in the shape that its bundle for bots rests on.');
  }
  const text = `{
    const extension = ${localName(statements, 'getExtension')}(...arguments);
    const name = extension && Object.keys(extension).find((key) => key.startsWith('value'));
    return name && extension[name];
  }`;
  return { start: found.body.start, end: found.body.end, text };
}

/** What something that core exports is called inside. */
function localName(statements: Statements, exported: string): string | undefined {
  const specifiers = statements
    .filter((statement) => statement.type === 'ExportNamedDeclaration')
    .flatMap((statement) => statement.specifiers);
  const found = specifiers.find((one) => one.exported.type === 'Identifier' && one.exported.name === exported);
  return found?.local.type === 'Identifier' ? found.local.name : undefined;
}
