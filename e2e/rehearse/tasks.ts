import type { Emulator } from '../../local/huaweicloud/emulator.ts';

/** The organization that everything is sent about. */
export const NAMESPACE = 'acme-images';

/** All tasks there are in SWR, in a word each. */
export function listTasks(emulator: Emulator, repository?: string): string[] {
  const tasks =
    repository === undefined ? emulator.cloud.tasks() : emulator.cloud.tasks(NAMESPACE, repository);
  return tasks.map(
    ({ namespace, repoName, remoteRegionId, remoteNamespace }) =>
      `${namespace}/${repoName} to ${remoteRegionId}/${remoteNamespace}`,
  );
}
