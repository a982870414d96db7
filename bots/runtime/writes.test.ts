import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { temporary } from './writes.ts';

describe('temporary', () => {
  test('is a UUID, always the same for the same key', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(temporary(a)).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(temporary(a) === temporary(b)).toBe(a === b);
      }),
    );
  });
});
