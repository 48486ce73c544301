import { MAX_BUNDLE_BYTES } from '../scripts/bundle.ts';

/** Limits of this service's figures, as docs/performance.md and the decision records state them. */
export const limits = {
  bundle: { figure: 'bundle, minified', most: MAX_BUNDLE_BYTES / 1024, unit: 'KB' },
  cleanToBare: { figure: 'import and first deletion / (c) bare handler', most: 1.3, unit: 'x' },
  cleanToSdks: { figure: 'import and first deletion / (a) both SDKs', most: 0.25, unit: 'x' },
  receiveToBare: { figure: 'import and first 202 / (c) bare handler', most: 1.5, unit: 'x' },
  second: { figure: 'second invocation, above (c) bare handler', most: 2, unit: 'ms' },
  // Distribution waits one second for an answer, and Harbor three.
  warmP99: { figure: 'p99 of warm invocations, above (c) bare handler', most: 5, unit: 'ms' },
  queueToIdeal: { figure: 'time / ideal for the calls made', most: 1.3, unit: 'x' },
  cpu: { figure: 'CPU time of a warm request, above (c) bare handler', most: 1, unit: 'ms' },
  // Less than 24 bytes for each of 90,000 requests.
  heap: { figure: 'growth of the heap', most: 2, unit: 'MB' },
  // Compiled code and pages of the system vary. Still less than 60 bytes for each of 90,000 requests.
  process: { figure: 'growth of the process without its young generation', most: 5, unit: 'MB' },
  sweepToIdeal: { figure: 'time / ideal for the calls made', most: 1.2, unit: 'x' },
  sweepMemory: { figure: 'memory above the start, at its highest', most: 40, unit: 'MB' },
  // Pages of an organization are never quite full.
  sweepCalls: { figure: 'calls per repository / those with 1,000 repositories', most: 1.01, unit: 'x' },
};
