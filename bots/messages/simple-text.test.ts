import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { getExtensions } from '@medplum/core';
import type { ActivityDefinition } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { MESSAGE_TEMPLATE } from './names.ts';
import { textProblems } from './render.ts';
import { isSimple } from './simple-text.ts';
import { readVariant } from './template.ts';
import { VARIABLES } from './variable-names.ts';

const folder = new URL('../../resources/templates/', import.meta.url);

describe('A simple text', () => {
  test('is every one that the layer brings', () => {
    const texts = readdirSync(folder)
      .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as ActivityDefinition)
      .flatMap((template) => getExtensions(template, MESSAGE_TEMPLATE).map(readVariant))
      .flatMap((variant) => [variant?.body ?? '{{', variant?.subject ?? '']);
    expect(texts.length).toBeGreaterThan(50);
    expect(texts.filter((text) => !isSimple(text, VARIABLES))).toEqual([]);
  });

  // Fragments of every kind, so that some make simple texts and some almost.
  const fragment = fc.constantFrom(
    ...['On ', '{', '}', '{{', '}}', '%}', '{%', '-', '|', '"', ' ', '\n'],
    ...['{{ patient.name }}', '{{-location.name -}}', '{{ patient }}', '{{ nobody }}', '{{ patient.name | upcase }}'],
    ...['{{ location.name | default: "us" }}', '{{ location.name | default: "%}" }}', '{{{ patient.name }}'],
    ...['{% if location %}', '{% if location.name %}', '{%- if nothing -%}', '{% if true %}', '{% iflocation %}'],
    ...['{% else %}', '{% endif %}', '{%-endif-%}', '{% elsif patient.name %}', '{% comment %}', '{% raw %}'],
  );
  const text = fc.array(fragment, { maxLength: 8 }).map((fragments) => fragments.join(''));
  const section = fc.tuple(text, text).map(([before, inside]) => `${before}{% if location %}${inside}{% endif %}`);

  test('has nothing wrong, as Liquid says too', () => {
    let simple = 0;
    fc.assert(
      fc.property(fc.oneof(text, section), (written) => {
        if (isSimple(written, VARIABLES)) {
          simple += 1;
          // What comes first makes no simple text of it, so it is looked at as a whole.
          expect(textProblems(`{% assign a = 1 %}${written}`, VARIABLES)).toEqual([]);
        }
      }),
      { numRuns: 20_000 },
    );
    expect(simple).toBeGreaterThan(1_000);
  });

  test.each([
    ['{% if location %}'.repeat(2_000)],
    ['{% if location %}{{ patient.name }}'.repeat(2_000)],
    [`${'{% if location %}x{% endif %}'.repeat(2_000)}{`.repeat(2).concat('{{')],
    ['{{ patient.name '.repeat(2_000)],
  ])('is told from others in steps that grow with its length', (written) => {
    // What does not would not come back at all.
    expect(isSimple(written, VARIABLES)).toBe(false);
  });
});
