import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { inRoot } from '../../scripts/lib/paths.ts';

type Texts = { readonly [key: string]: string | Texts };

const texts = (language: string, file: string): Texts =>
  JSON.parse(readFileSync(inRoot('web', 'src', 'i18n', language, file), 'utf8')) as Texts;

/** `a.b` for every text, with the variables that it has. */
function keysOf(tree: Texts, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [`${prefix}${key} ${(value.match(/\{\{\w+\}\}/g) ?? []).toSorted().join('')}`.trim()]
      : keysOf(value, `${prefix}${key}.`),
  );
}

const files = readdirSync(inRoot('web', 'src', 'i18n', 'en')).filter((name) => name.endsWith('.json'));

describe('the languages of the pages', () => {
  test.each(files)('%s has the same texts, with the same variables, in English and in German', (file) => {
    expect(keysOf(texts('de', file)).toSorted()).toEqual(keysOf(texts('en', file)).toSorted());
  });

  test('every file of texts is loaded', () => {
    for (const language of ['en', 'de']) {
      const index = readFileSync(inRoot('web', 'src', 'i18n', language, 'index.ts'), 'utf8');
      expect(files.filter((file) => !index.includes(`./${file}`))).toEqual([]);
    }
  });
});
