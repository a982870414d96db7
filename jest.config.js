/** Node strips the types itself, so there is nothing to transform; `npm run types` checks them. */
export default {
  testEnvironment: 'node',
  transform: {},
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/.careline/', '/test/live/'],
  // A deadline for what hangs: how fast something is, is for the bench to say.
  testTimeout: 120_000,
  globalSetup: './test/before-all.ts',
  // The modules of a finished file stay in the process that ran it: a process that has grown makes way for a new one.
  // In jest's own process (which is what two cores get without a number) there would be no such limit. Three, because
  // tests wait a third of their time: for a browser, a server's process, a disk.
  maxWorkers: 3,
  workerIdleMemoryLimit: '1.5GB',
};
