/** What every run has in common; `scripts/mutate.ts` says which files and which tests. */
export default {
  testRunner: 'jest',
  jest: { configFile: 'jest.config.mjs' },
  // Modules in a sandbox of their own are never let go: a process that is kept for long runs out of memory.
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  maxTestRunnerReuse: 100,
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // On a machine with other work a test may take longer than usual, and a time-out counts as noticed.
  timeoutMS: 15_000,
  // Node strips the types itself, so there is no tsconfig.json to be adapted.
  tsconfigFile: 'none',
  ignorePatterns: ['/bench', '/coverage', '/dist', '/dist-cli'],
  reporters: ['progress-append-only'],
  logLevel: 'warn',
  warnings: { slow: false },
};
