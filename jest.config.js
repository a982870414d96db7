/** Node strips the types itself, so there is nothing to transform; `npm run types` checks them. */
export default {
  testEnvironment: 'node',
  transform: {},
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/.careline/', '/test/live/'],
  testTimeout: 30_000,
};
