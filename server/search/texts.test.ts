import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { withoutMeta } from './texts.ts';

const HIDDEN = new Set(['author', 'project']);

const textOf = (meta: object, rest: object = {}): string =>
  JSON.stringify({ resourceType: 'Patient', id: 'a-1', meta, ...rest });

test('a text loses the hidden elements of meta, and nothing else', () => {
  const metas = fc.dictionary(fc.constantFrom('author', 'project', 'tag', 'versionId', 'extension'), fc.jsonValue());
  fc.assert(
    fc.property(metas, fc.dictionary(fc.constantFrom('name', 'contained'), fc.jsonValue()), (meta, rest) => {
      fc.pre(Object.keys(meta).length > 0);
      const shown = Object.fromEntries(Object.entries(meta).filter(([name]) => !HIDDEN.has(name)));
      expect(withoutMeta(textOf(meta, rest), HIDDEN)).toBe(textOf(shown, rest));
    }),
  );
});

test('brackets, quotes and backslashes in texts are no structure', () => {
  const tag = [{ display: '"]},{\\"author":"x' }];
  expect(withoutMeta(textOf({ tag, author: { reference: '}"' }, versionId: '1' }), HIDDEN)).toBe(
    textOf({ tag, versionId: '1' }),
  );
});

test('a text that does not begin as stored ones do is left to be parsed', () => {
  expect(withoutMeta(JSON.stringify({ id: 'a', resourceType: 'Patient', meta: {} }), HIDDEN)).toBeUndefined();
});
