import { Cloud } from '../../../local/huaweicloud/cloud.ts';
import { DR } from './acme.ts';

const emptyCloud = () =>
  new Cloud('cn-north-4', () => Date.parse('2026-11-24T03:00:00.000Z'), { lifetimeMs: 1, bytes: 64 });

/** `org-0`, `org-1` and so on, each with so many repositories: `repo-0`, `repo-1` and so on. */
export function fillOrganizations(counts: readonly number[]): Cloud {
  const cloud = emptyCloud();
  for (const [index, count] of counts.entries()) {
    cloud.addOrganization(`org-${index}`);
    for (let i = 0; i < count; i += 1) cloud.addRepository(`org-${index}`, `repo-${i}`);
  }
  return cloud;
}

/** Three tasks for each of so many repositories: `acme/repo-0`, `acme/repo-1` and so on. */
export function fillTasks(repositories: number): Cloud {
  const cloud = emptyCloud();
  for (let i = 0; i < repositories; i += 1)
    for (const remoteNamespace of ['one', 'two', 'three'])
      cloud.addTask({ namespace: 'acme', repository: `repo-${i}`, ...DR, remoteNamespace });
  return cloud;
}
