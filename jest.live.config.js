import base from './jest.config.js';

/** The end-to-end flows against the server that MEDPLUM_BASE_URL names. */
export default {
  ...base,
  testMatch: ['**/test/live/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
  maxWorkers: 1,
};
