import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { posix } from 'node:path';

const folders = readdirSync('lib', { withFileTypes: true }).filter((entry) => entry.isDirectory());
/** `PART=sources npm run mutate`: a folder of lib with the tests that mirror it; `.` for the files directly in lib. */
const part = process.env.PART ?? `{${folders.map(({ name }) => name).join(',')}}`;
const files = part === '.' ? '*' : '**/*';
// Every mutant meets each property: a few values show a change that a table has missed.
process.env.PROPERTY_RUNS ??= '20';

export default {
  mutate: [posix.join('lib', part, `${files}.ts`)],
  thresholds: { high: 95, low: 90, break: 88 },
  testRunner: 'jest',
  jest: {
    configFile: 'jest.config.mjs',
    // The fewer tests, the faster: each mutant loads the files anew.
    config: { testMatch: [posix.join('<rootDir>/test', part, `${files}.test.ts`)] },
  },
  // Modules in a sandbox of their own are never released: a process that is kept for long runs out of memory.
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  maxTestRunnerReuse: 100,
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // On a machine with other work a test may take longer than usual, and a time-out counts as detected.
  timeoutMS: 15_000,
  // Node strips the types itself, so there is no tsconfig.json to adapt.
  tsconfigFile: 'none',
  ignorePatterns: ['/bench', '/coverage', '/dist', '/dist-cli'],
  // Not in the project, where other tools would find every file twice.
  tempDirName: `${tmpdir()}/mutants`,
  reporters: ['progress-append-only', 'clear-text'],
  clearTextReporter: { logTests: false, reportTests: false, allowEmojis: false },
  logLevel: 'warn',
  warnings: { slow: false },
};
