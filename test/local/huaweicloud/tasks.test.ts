import { expect, test } from '@jest/globals';
import { startEmulator } from '../../../local/huaweicloud/emulator.ts';
import { DR } from './acme.ts';
import { fillTasks } from './fill-cloud.ts';

test('are in the order in which they were created, whatever is asked for', async () => {
  const emulator = await startEmulator();
  const add = (namespace: string, repository: string, remoteNamespace: string) =>
    emulator.cloud.addTask({ namespace, repository, ...DR, remoteNamespace });
  const names = (namespace?: string, repository?: string) =>
    emulator.cloud
      .tasks(namespace, repository)
      .map((task) => `${task.id} ${task.namespace}/${task.repoName}`);
  try {
    add('a', 'x', 'one');
    add('b', 'x', 'one');
    add('a', 'y', 'one');
    add('a', 'x', 'two');
    // Is there already, and stays where it is.
    add('a', 'x', 'one');
    expect(names()).toEqual(['1 a/x', '2 b/x', '3 a/y', '4 a/x']);
    expect(names('a')).toEqual(['1 a/x', '3 a/y', '4 a/x']);
    expect(names('a', 'x')).toEqual(['1 a/x', '4 a/x']);
    expect(names(undefined, 'x')).toEqual(['1 a/x', '2 b/x', '4 a/x']);
    expect(names('a', 'z')).toEqual([]);
    expect(names('c')).toEqual([]);
  } finally {
    await emulator.close();
  }
});

test('are removed once, and come last when they are created anew', () => {
  const cloud = fillTasks(1);
  const task = { namespace: 'acme', repository: 'repo-0', ...DR, remoteNamespace: 'one' };
  expect([cloud.removeTask(task), cloud.removeTask(task)]).toEqual([true, false]);
  cloud.addTask(task);
  expect(cloud.tasks().map(({ id, remoteNamespace }) => `${id} ${remoteNamespace}`)).toEqual([
    '2 two',
    '3 three',
    '4 one',
  ]);
});

test('may be none for a repository that had some', () => {
  const cloud = fillTasks(2);
  for (const row of cloud.tasks('acme', 'repo-0')) cloud.removeTask({ ...row, repository: row.repoName });
  expect(cloud.tasks('acme', 'repo-0')).toEqual([]);
  expect(cloud.tasks('acme')).toHaveLength(3);
});
