import { join } from 'node:path';

// Processes that tests start compile each module once, and not once per process.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/node');

export default {
  // Node strips the types itself, so there is nothing to transform.
  transform: {},
  extensionsToTreatAsEsm: ['.ts'],
  // The suites mostly wait: four share two cores well.
  maxWorkers: 4,
  // Some talk to processes of their own, which a busy machine starts slowly.
  testTimeout: 30_000,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  coverageProvider: 'v8',
  collectCoverageFrom: [
    'functions/**/*.ts',
    'lib/**/*.ts',
    // Nothing but types, which Node strips: no line of them can run.
    '!lib/config/config.ts',
    '!lib/sources/source.ts',
    '!lib/sweep/ledger.ts',
  ],
  coverageThreshold: { global: { lines: 100, branches: 95 } },
};
