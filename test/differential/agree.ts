import { deepEquals } from '@medplum/core';
import type { Answer } from './story.ts';

/** Is an answer as expected? A refusal may name the parameter (` @parameter`) where the expected one does not. */
export function agrees(expected: Answer, actual: Answer): boolean {
  return deepEquals(inOrder(expected), inOrder(reduced(expected, actual)));
}

function reduced(expected: unknown, actual: unknown): unknown {
  if (typeof expected === 'string' && typeof actual === 'string') {
    return expected.includes(' @') ? actual : actual.replace(/^((\S+: )?(error|warning) \S+) @.*$/, '$1');
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return actual.map((item, index) => reduced(expected[index], item));
  }
  if (isObject(expected) && isObject(actual)) {
    return Object.fromEntries(Object.entries(actual).map(([key, item]) => [key, reduced(expected[key], item)]));
  }
  return actual;
}

/** As JSON, so that key order and missing values do not count. */
function inOrder(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
