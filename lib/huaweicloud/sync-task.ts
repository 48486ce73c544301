import * as v from 'valibot';

/** Where a task copies to. */
export interface Target {
  readonly remoteRegionId: string;
  readonly remoteNamespace: string;
}

const syncTaskSchema = v.looseObject({
  remoteRegionId: v.pipe(v.string(), v.nonEmpty()),
  remoteNamespace: v.pipe(v.string(), v.nonEmpty()),
  createdAt: v.optional(v.string()),
  syncAuto: v.optional(v.boolean()),
  override: v.optional(v.boolean()),
});

/** An automatic image synchronization task, as `GET sync_repo` shows it: everything it says is kept. */
export type SyncTask = v.InferOutput<typeof syncTaskSchema>;

/** Reads the answer of `GET sync_repo`; undefined if it is something else. */
export function parseSyncTasks(body: string): SyncTask[] | undefined {
  try {
    return v.parse(v.array(syncTaskSchema), JSON.parse(body));
  } catch {
    return undefined;
  }
}

/** Reads one task that was kept as JSON; undefined if it is something else. */
export function parseSyncTask(json: string): SyncTask | undefined {
  return parseSyncTasks(`[${json}]`)?.[0];
}

/** A target in one word, as it is written in routes and logs. */
export function nameOf({ remoteRegionId, remoteNamespace }: Target): string {
  return `${remoteRegionId}/${remoteNamespace}`;
}
