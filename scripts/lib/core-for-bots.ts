import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import ts from 'typescript';

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

/** A part of the code, from one position to another, and what stands there instead. */
interface Change {
  readonly pos: number;
  readonly end: number;
  readonly text: string;
}

function forBots(code: string): string {
  const file = ts.createSourceFile('index.mjs', code, ts.ScriptTarget.Latest);
  const changes = [...pureValues(file), extensionValue(file)].sort((a, b) => a.pos - b.pos);
  const kept = changes.map(({ pos, text }, index) => code.slice(changes[index - 1]?.end ?? 0, pos) + text);
  return kept.join('') + code.slice(changes.at(-1)?.end ?? 0);
}

/**
 * Core says of itself that loading it has no side effects, but it is one file, and esbuild keeps every value of its top
 * level that it cannot prove to have none: classes that extend others, parsers, schemas. Each value is made by a function
 * that is marked as pure, so that what a bot does not use goes.
 */
function pureValues(file: ts.SourceFile): Change[] {
  return file.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations.map(({ initializer }) => initializer))
    .filter((value) => value !== undefined)
    .filter((value) => !ts.isFunctionLike(value) && !ts.isLiteralExpression(value))
    .map(({ pos, end }) => ({ pos, end, text: `/* @__PURE__ */ (() => (${file.text.slice(pos, end)}))()` }));
}

/**
 * To find the one value of an Extension, core sets up the schema of all R4 data types, for which alone it may be `value[x]`.
 * It is found by its name here. (Extensions of a primitive value are left out: no bot reads any.)
 */
function extensionValue(file: ts.SourceFile): Change {
  const body = functionNamed(file, localName(file, 'getExtensionValue'))?.body;
  if (!body) {
    throw new Error('@medplum/core has no function getExtensionValue in the shape that its bundle for bots rests on.');
  }
  const text = `{
    const extension = ${localName(file, 'getExtension')}(...arguments);
    const name = extension && Object.keys(extension).find((key) => key.startsWith('value'));
    return name && extension[name];
  }`;
  return { pos: body.pos, end: body.end, text };
}

/** What something that core exports is called inside. */
function localName(file: ts.SourceFile, exported: string): string | undefined {
  return file.statements
    .filter(ts.isExportDeclaration)
    .flatMap(({ exportClause }) => (exportClause && ts.isNamedExports(exportClause) ? [...exportClause.elements] : []))
    .find(({ name }) => name.text === exported)?.propertyName?.text;
}

const functionNamed = (file: ts.SourceFile, name: string | undefined): ts.FunctionDeclaration | undefined =>
  file.statements.filter(ts.isFunctionDeclaration).find((statement) => statement.name?.text === name);
