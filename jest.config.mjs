export default {
  // Node strips the types itself, so there is nothing to transform.
  transform: {},
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  coverageProvider: 'v8',
  collectCoverageFrom: ['functions/**/*.ts', 'lib/**/*.ts'],
  coverageThreshold: { global: { lines: 95, branches: 95 } },
};
