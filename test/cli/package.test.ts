import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ROOT } from '../../command-line/options.ts';
import { buildCli } from '../../scripts/build-cli.ts';
import { APAC, DR, REGION } from '../support/cloud.ts';
import { useOperating } from '../support/operating.ts';
import { waitUntil } from '../support/wait-until.ts';

const operating = useOperating();
/** As `npm pack` makes it, and far from the sources. */
let folder: string;
const LAUNCHER = 'cli/swr-sync.mjs';

beforeAll(async () => {
  folder = join(operating.folder, 'package');
  await cp(join(ROOT, LAUNCHER), join(folder, LAUNCHER));
  await buildCli(join(folder, 'dist-cli'));
  await operating.writeConfig('test', {
    safety: { maxTasksPerRequest: 100 },
    sweep: { mode: 'apply', maxPercent: 100, targetAccounts: ['main'] },
  });
});

function runSync(args: readonly string[], cwd = folder) {
  const { STAGE: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', env });
  return { status, stdout, stderr };
}

/** Starts the package against the stage of the tests. */
function startProcess(args: readonly string[]) {
  const { folder: cwd, environment: env } = operating;
  const child = spawn(process.execPath, [join(folder, LAUNCHER), ...args], { cwd, env });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([stdout, stderr]) => ({ status: child.exitCode, stdout, stderr }),
  );
  return { child, ended };
}

describe('the launcher', () => {
  /** A module that says which one it is. */
  const saying = (word: string) => `export const main = () => console.log('${word}');`;

  test('runs the sources of a clone, even beside an older bundle', async () => {
    const clone = join(operating.folder, 'clone');
    await cp(join(ROOT, LAUNCHER), join(clone, LAUNCHER));
    await mkdir(join(clone, 'dist-cli'));
    await writeFile(join(clone, 'dist-cli/swr-sync.mjs'), saying('bundle'));
    expect(runSync([LAUNCHER], clone)).toMatchObject({ stdout: 'bundle\n' });
    await writeFile(join(clone, 'cli/main.ts'), saying('sources'));
    expect(runSync([LAUNCHER], clone)).toMatchObject({ stdout: 'sources\n' });
    await rm(clone, { recursive: true });
  });

  test('names the version that it needs where Node.js is older', () => {
    const older = "Object.defineProperty(process.versions, 'node', { value: '22.11.0' })";
    const url = `data:text/javascript,${encodeURIComponent(older)}`;
    expect(runSync(['--import', url, LAUNCHER, 'tasks'])).toEqual({
      status: 2,
      stdout: '',
      stderr: 'swr-sync needs Node.js 24 or newer; this is 22.11.0.\n',
    });
  });
});

test.each([
  { why: 'a clone', where: () => ROOT },
  { why: 'a package, without any other package', where: () => folder },
])('explains itself from $why', ({ where }) => {
  const { status, stdout, stderr } = runSync([LAUNCHER, '--help'], where());
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const commands = ['tasks', 'clean', 'sweep', 'history', 'restore', 'failed', 'doctor', 'route', 'send'];
  for (const word of [...commands, 'Exit status:']) expect(stdout).toContain(word);
});

test.each([
  { args: ['route', 'github:acme/api'], says: /^Not routed: no route for github:acme\/api$/m },
  {
    args: ['send', 'github', '--url', 'https://x.example', '--dry-run'],
    says: /^curl -i 'https:\/\/x.example/,
  },
])('knows every source in a package: $args', async ({ args, says }) => {
  const accounts = { main: { region: 'cn-north-4', credentials: 'env:X' } };
  await operating.writeConfig('packaged', {
    accounts,
    sources: { github: { type: 'github', secret: 'env:Y' } },
  });
  const tool = join(folder, LAUNCHER);
  const { stdout, stderr } = runSync([tool, ...args, '--stage', 'packaged'], operating.folder);
  expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(says), stderr: '' });
});

test('contains the licences of all packages in the bundle', async () => {
  const licenses = await readFile(join(folder, 'dist-cli/LICENSES.txt'), 'utf8');
  const names = [...licenses.matchAll(/^=== (\S+) \d/gm)].map(([, name]) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      'cli-progress',
      'cli-table3',
      'commander',
      'p-limit',
      'p-map',
      'valibot',
      'yaml',
    ]),
  );
  expect(licenses).toContain('Permission is hereby granted');
});

test('ends at once with a second Ctrl-C, for which the one that npm passes on is not taken', async () => {
  const { cloud } = operating;
  cloud.fault('listSyncTasks', { hang: true });
  const { child, ended } = startProcess(['tasks', 'acme/payments/api']);
  await cloud.journal.waitFor(() => cloud.journal.of('listSyncTasks').length === 1);
  const startedAt = performance.now();
  child.kill('SIGINT');
  child.kill('SIGINT');
  await waitUntil('it has ended', () => {
    child.kill('SIGINT');
    return child.exitCode !== null;
  });
  const tookMs = performance.now() - startedAt;
  const stderr = 'Stopping: calls in flight are finished first. Press Ctrl-C again to end at once.\n';
  await expect(ended).resolves.toEqual({ status: 130, stdout: '', stderr });
  // Well after the first ones, and well before the call times out.
  expect([tookMs > 250, tookMs < 5000]).toEqual([true, true]);
});

describe('killed and run again, it ends as if it had not been', () => {
  const NAMES = Array.from({ length: 12 }, (_, index) => `r${index}`);
  const addTasks = (namespace: string, target: typeof DR) => {
    for (const repository of NAMES) {
      operating.cloud.cloud.addRepository(namespace, repository);
      operating.cloud.cloud.addTask({ namespace, repository, ...target });
    }
  };
  const left = (namespace: string) => operating.cloud.cloud.tasks(namespace).length;
  const outcomesOf = (result: unknown) =>
    new Set(Object(result).tasks.map(({ outcome }: { outcome: string }) => outcome));

  test('a restoration', async () => {
    for (const target of [DR, APAC]) addTasks('shop', target);
    for (const name of NAMES) await operating.deleteTasks('many', 'shop', name);
    // Some are created and recorded; of the others some are created, and the answer never comes.
    operating.cloud.fault('createSyncTask', { hang: true, afterwards: true }, { nth: 5, times: 1000 });
    const { child, ended } = startProcess(['restore', '--delivery', 'many', '--yes']);
    await operating.cloud.journal.waitFor(() => {
      const created = operating.cloud.journal.of('createSyncTask');
      return created.filter(({ status }) => status === 200).length === 4 && created.length === 12;
    });
    child.kill('SIGKILL');
    await expect(ended).resolves.toMatchObject({ status: null });

    operating.cloud.clearFaults();
    const result = await operating.json('restore --delivery many --yes');
    expect(outcomesOf(result)).toEqual(new Set(['already there', 'restored']));
    expect(left('shop')).toBe(2 * NAMES.length);
    const restored = { restoredAt: expect.any(String) };
    for (const name of NAMES)
      await expect(operating.taskEntries('shop', name)).resolves.toMatchObject([restored, restored]);
  });

  test.each([
    { why: 'lists', operation: 'listSyncTasks', at: 10 },
    { why: 'deletes', operation: 'deleteSyncTask', at: 2 },
  ] as const)('a sweep, while it $why', async ({ operation, at }) => {
    addTasks('gone', { remoteRegionId: REGION, remoteNamespace: 'acme-gone' });
    operating.cloud.fault(operation, { hang: true }, { nth: at, times: 100 });
    const { child, ended } = startProcess(['sweep', '--yes']);
    await operating.cloud.journal.waitFor(() => operating.cloud.journal.of(operation).length >= at);
    child.kill('SIGKILL');
    const { status, stderr } = await ended;
    expect(status).toBeNull();
    const [id = ''] = /swr-sync-[0-9a-f-]{36}/.exec(stderr) ?? [];
    expect(left('gone')).toBeGreaterThan(0);

    operating.cloud.clearFaults();
    const result = await operating.json(`sweep --resume ${id} --yes`);
    expect(result).toMatchObject({
      sweep: id,
      complete: true,
      report: { state: 'applied', counts: { found: NAMES.length } },
    });
    expect(left('gone')).toBe(0);
    operating.cloud.cloud.removeOrganization('gone');
  });
});
