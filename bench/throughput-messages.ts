import * as v from 'valibot';

/** What the emulator waits before it answers, where time is measured. */
export const LATENCY_MS = 50;
/** What the event source hands over at once, as in `serverless.yml`. */
export const BATCH = 10;

export const TARGETS = ['acme-dr', 'acme-mirror', 'acme-archive'].map((remoteNamespace) => ({
  remoteRegionId: 'cn-east-3',
  remoteNamespace,
}));

/** To a worker: something to work off, or nothing, to be told what it keeps in memory. */
export interface WorkerOrder {
  readonly event?: unknown;
}

export const invokedSchema = v.object({
  answer: v.object({ batchItemFailures: v.array(v.object({ itemIdentifier: v.string() })) }),
  /** What the process has used, in user and system time, from the invocation to its answer. */
  cpuMs: v.number(),
});
export type Invoked = v.InferOutput<typeof invokedSchema>;

/** With the garbage collected. */
export const memorySchema = v.object({
  heapBytes: v.number(),
  rssBytes: v.number(),
  /** What V8 holds ready for new objects, whether there are any or not. It enlarges it in leaps, when it sees fit. */
  youngBytes: v.number(),
});
export type Memory = v.InferOutput<typeof memorySchema>;
