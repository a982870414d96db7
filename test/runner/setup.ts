/**
 * Tests run in Node as it is, several files in one process, and not in a virtual machine for each: what takes long is to
 * load the definitions of FHIR and the server, and a process does that once. `@jest/globals` means Jest's own runner, so
 * its name leads to what this one has.
 */

import { registerHooks } from 'node:module';
import { addEventHandler } from 'jest-circus';
import { within } from './within.ts';

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals'
      ? { url: new URL('./globals.ts', import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
});

/** How long a test or a hook may take, in milliseconds: a deadline for what hangs. How fast something is, the bench says. */
const DEADLINE_MS = 300_000;

addEventHandler((event, { currentDescribeBlock }) => {
  const added =
    event.name === 'add_test'
      ? currentDescribeBlock.children.at(-1)
      : event.name === 'add_hook'
        ? currentDescribeBlock.hooks.at(-1)
        : undefined;
  if (added && 'fn' in added) {
    // Ours take no callback.
    added.fn = within(added.fn as () => unknown, added.timeout ?? DEADLINE_MS);
  }
});
