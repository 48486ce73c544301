import * as v from 'valibot';

export const NAMESPACE = 'acme-images';

/** The one target of every repository: what is measured is a first deletion, and not how many fit side by side. */
export const TARGET = { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' };

/** To the backend; each is answered by a report. */
export type Order =
  /** Forget all calls, and add these repositories, each with its task. */
  { readonly type: 'plant'; readonly repositories: readonly string[] } | { readonly type: 'report' };

export const startedSchema = v.object({
  awsUrl: v.string(),
  huaweiCloudUrl: v.string(),
  region: v.string(),
});
export type Started = v.InferOutput<typeof startedSchema>;

export const reportSchema = v.object({
  /** How often each operation of either cloud was called. */
  calls: v.record(v.string(), v.number()),
  tasksLeft: v.number(),
});
export type Report = v.InferOutput<typeof reportSchema>;
