/** Node strips the types itself, so there is nothing to transform; `npm run types` checks them. */
export default {
  testEnvironment: 'node',
  transform: {},
  extensionsToTreatAsEsm: ['.ts'],
  runner: ['jest-light-runner', { runtime: 'child_process' }],
  setupFilesAfterEnv: ['./test/runner/setup.ts'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/.careline/', '/test/live/'],
  globalSetup: './test/before-all.ts',
  // Three, because tests wait a third of their time: for a browser, a server's process, a disk.
  maxWorkers: 3,
};
