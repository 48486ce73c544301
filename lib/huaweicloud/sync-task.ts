import * as v from 'valibot';
import type { Failure } from '../failure.ts';
import { readJson } from '../json.ts';
import { INVALID_NAME, validateTarget } from './names.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,12})?(?:Z|[+-]\d\d:\d\d)$/;

const syncTaskSchema = v.looseObject({
  remoteRegionId: v.pipe(v.string(), v.nonEmpty()),
  remoteNamespace: v.pipe(v.string(), v.nonEmpty()),
  /** Missing where it is no time: it is compared, and a part of keys. */
  createdAt: v.optional(
    v.pipe(
      v.string(),
      v.transform((text) => (TIME.test(text) ? text : undefined)),
    ),
  ),
  syncAuto: v.optional(v.boolean()),
  override: v.optional(v.boolean()),
});

/** SWR documents that it lists 100 tasks of a repository at most. Shorter lists may be cut off too, but not one as short as this. */
const LONG_LIST = 10;

/** An automatic image synchronization task, as `GET sync_repo` shows it: everything it says is kept. */
export type SyncTask = v.InferOutput<typeof syncTaskSchema>;

/** Reads the answer of `GET sync_repo`; undefined if it is something else. */
export function parseSyncTasks(body: string): SyncTask[] | undefined {
  const parsed = v.safeParse(v.array(syncTaskSchema), readJson(body), { abortEarly: true });
  return parsed.success ? parsed.output : undefined;
}

/** Reads one task that was kept as JSON; undefined if it is something else. */
export function parseSyncTask(json: string): SyncTask | undefined {
  return parseSyncTasks(`[${json}]`)?.[0];
}

/** True if a repository may have more tasks than SWR has listed, which has no pages of them. */
export function mayHaveMore(tasks: readonly SyncTask[]): boolean {
  return tasks.length >= LONG_LIST;
}

/**
 * Sorts out the tasks that can't be called.
 *
 * @param repository with its organization, for a person.
 * @returns the others, and the failure of those.
 */
export function checkTargets(
  listed: readonly SyncTask[],
  repository: string,
): { readonly tasks: readonly SyncTask[]; readonly failure?: Failure } {
  const tasks = listed.filter((task) => validateTarget(task) === undefined);
  const issue = listed.map(validateTarget).find((each) => each !== undefined);
  if (issue === undefined) return { tasks };
  const message = `${listed.length - tasks.length} of ${listed.length} tasks of ${repository} have an invalid target: ${issue}`;
  return { tasks, failure: { code: INVALID_NAME, message, retryable: false } };
}
