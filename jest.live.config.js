import base from './jest.config.js';

/** The end-to-end flows against the server that MEDPLUM_BASE_URL names. */
export default {
  ...base,
  testMatch: ['**/test/live/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
};
