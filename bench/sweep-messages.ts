import * as v from 'valibot';

/** What every answer of the emulator takes, as it is told to wait. */
export const LATENCY_MS = 20;
export const CONCURRENCY = 16;
export const REGION = 'cn-north-4';
export const FAR_REGION = 'cn-east-3';

/** Where the clouds of a sweep are, which play in a process of their own. */
export const cloudsSchema = v.object({
  url: v.string(),
  farUrl: v.string(),
  /** Of the user that both know. */
  secret: v.string(),
  dynamoDbUrl: v.string(),
  table: v.string(),
});
export type Clouds = v.InferOutput<typeof cloudsSchema>;

/** How many calls the clouds have answered since they were asked last. */
export const callsSchema = v.object({ calls: v.number() });

/** What the process that sweeps tells of itself. */
export const sweptSchema = v.object({
  seconds: v.number(),
  /** What the processor did for it; the rest is waiting. */
  cpuSeconds: v.number(),
  /** The median of single calls, one after the other, to the same clouds. */
  latencyMs: v.number(),
  repositories: v.number(),
  tasks: v.number(),
  found: v.number(),
  /** Of the whole process, above what it was when the sweep began, at its highest. */
  rssBytes: v.number(),
  /** Of the heap above what it was, when half of the repositories were done and the garbage collected. */
  halfwayHeapBytes: v.number(),
  /** The same, when the sweep was over. */
  keptHeapBytes: v.number(),
});
export type Swept = v.InferOutput<typeof sweptSchema>;
