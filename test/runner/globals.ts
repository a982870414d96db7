/** What tests import from `@jest/globals`. */

import type * as Globals from '@jest/globals';

type Used = 'afterAll' | 'afterEach' | 'beforeAll' | 'beforeEach' | 'describe' | 'expect' | 'jest' | 'test';

export const { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } =
  globalThis as unknown as Pick<typeof Globals, Used>;
