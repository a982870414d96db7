/** Every code that the scribe may give says what confirms it. */

import { describe, expect, test } from '@jest/globals';
import icd10cm from '../../../resources/terminology/icd10cm.json' with { type: 'json' };
import loinc from '../../../resources/terminology/loinc.json' with { type: 'json' };
import rxnorm from '../../../resources/terminology/rxnorm.json' with { type: 'json' };
import { PROBLEMS, sided } from './terminology.ts';

interface Concept {
  readonly code: string;
  readonly display: string;
  readonly property?: readonly { readonly code: string; readonly valueCode?: string }[];
}

describe.each([
  ['ICD-10-CM', icd10cm, /^[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?$/],
  ['RxNorm', rxnorm, /^\d+$/],
  ['LOINC', loinc, /^\d+-\d$/],
] as const)('%s', (_name, system, shape) => {
  const concepts: readonly Concept[] = system.concept;

  test('codes have the shape of their system, and none stands twice', () => {
    for (const { code, display } of concepts) {
      expect(code).toMatch(shape);
      expect(display).not.toBe('');
    }
    expect(new Set(concepts.map(({ code }) => code)).size).toBe(concepts.length);
    expect(system.count).toBe(concepts.length);
  });

  test('every row is confirmed by a source that the file describes', () => {
    const described = system.property.find(({ code }) => code === 'confirmed-by')?.description ?? '';
    for (const { property = [] } of concepts) {
      const sources = property.filter(({ code }) => code === 'confirmed-by').map(({ valueCode }) => valueCode);
      expect(sources.length).toBeGreaterThan(0);
      for (const source of sources) expect(described).toContain(`${source}:`);
    }
  });
});

test('lay words find their code, on the side that was said', () => {
  const [found] = PROBLEMS.find(['high', 'blood', 'pressure']);
  expect(found?.value.code).toBe('I10');
  const [knee] = PROBLEMS.find(['knee', 'pain']);
  expect(knee && sided(knee.value, 'left').code).toBe('M25.562');
  expect(knee && sided(knee.value, undefined).code).toBe('M25.569');
});
