import { Organizations } from '../../../local/huaweicloud/organizations.ts';
import { Tasks } from '../../../local/huaweicloud/tasks.ts';
import { DR } from './acme.ts';

const now = () => Date.parse('2026-11-24T03:00:00.000Z');

/** `org-0`, `org-1` and so on, each with so many repositories: `repo-0`, `repo-1` and so on. */
export function fillOrganizations(counts: readonly number[]): Organizations {
  const organizations = new Organizations(now);
  for (const [index, count] of counts.entries()) {
    organizations.add(`org-${index}`);
    for (let i = 0; i < count; i += 1) organizations.addRepository(`org-${index}`, `repo-${i}`);
  }
  return organizations;
}

/** Three tasks for each of so many repositories: `acme/repo-0`, `acme/repo-1` and so on. */
export function fillTasks(repositories: number): Tasks {
  const tasks = new Tasks(now);
  for (let i = 0; i < repositories; i += 1)
    for (const remoteNamespace of ['one', 'two', 'three'])
      tasks.put({ namespace: 'acme', repository: `repo-${i}`, ...DR, remoteNamespace }, 'acme');
  return tasks;
}
