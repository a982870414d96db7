import { describe, expect, test } from '@jest/globals';
import { getDataType, getExtensionValue } from '@medplum/core';
import type * as core from '@medplum/core';
import type { Extension } from '@medplum/fhirtypes';
import { build } from 'esbuild';
import fc from 'fast-check';
import { coreForBots } from './core-for-bots.ts';
import { root } from './paths.ts';

/** The code of a bundle that uses this of core. */
async function bundleOf(names: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: `export { ${names} } from '@medplum/core';`, resolveDir: root },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    plugins: [coreForBots],
  });
  return outputFiles[0]?.text ?? '';
}

const load = async <T>(code: string): Promise<T> =>
  (await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)) as T;

describe('what a bot uses of core', () => {
  test('brings nothing along that it does not need', async () => {
    // All of core is 280,000.
    expect((await bundleOf('createReference, isDefined')).length).toBeLessThan(5_000);
    expect((await bundleOf('getExtensionValue, getExtensions')).length).toBeLessThan(5_000);
    expect((await bundleOf('OperationOutcomeError, isNotFound, conflict')).length).toBeLessThan(5_000);
  });

  test('still does what it does in core', async () => {
    const lean = await load<Pick<typeof core, 'evalFhirPath' | 'OperationOutcomeError' | 'badRequest'>>(
      await bundleOf('evalFhirPath, OperationOutcomeError, badRequest'),
    );
    const patient = { resourceType: 'Patient', name: [{ given: ['Ada'] }], multipleBirthInteger: 2 };
    expect(lean.evalFhirPath("name.given.first() = 'Ada' and multipleBirth > 1", patient)).toEqual([true]);
    expect(new lean.OperationOutcomeError(lean.badRequest('no')).message).toBe('no');
  });
});

describe('the value of an extension', () => {
  const types = getDataType('Extension').elements['value[x]']?.type ?? [];
  const value = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.boolean(),
    fc.double({ noNaN: true }),
    fc.record({ reference: fc.string({ minLength: 1 }) }),
  );
  const extension = fc
    .record({ url: fc.constantFrom('a', 'b', 'c'), type: fc.constantFrom(...types), value, nested: fc.boolean() })
    .map(({ url, type, value, nested }): Extension => {
      const one = { url, [`value${type.code.charAt(0).toUpperCase()}${type.code.slice(1)}`]: value };
      return nested ? { url, extension: [one] } : one;
    });

  test('is found as core finds it, for every type', async () => {
    const lean = await load<{ getExtensionValue: typeof getExtensionValue }>(await bundleOf('getExtensionValue'));
    expect(types.length).toBeGreaterThan(40);
    const url = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 2 });
    fc.assert(
      fc.property(fc.array(extension, { maxLength: 4 }), url, (extensions, urls) => {
        const resource = { resourceType: 'Basic', extension: extensions };
        expect(lean.getExtensionValue(resource, ...urls)).toEqual(getExtensionValue(resource, ...urls));
      }),
      { numRuns: 2_000 },
    );
    expect(lean.getExtensionValue(undefined, 'a')).toEqual(getExtensionValue(undefined, 'a'));
    expect(lean.getExtensionValue({ resourceType: 'Basic' }, 'a')).toBeUndefined();
  });
});
