import { beforeEach, describe, expect, test } from '@jest/globals';
import { APAC, DR } from '../support/cloud.ts';
import { useOperating } from '../support/operating.ts';

const operating = useOperating();
/** One of its own for each test. */
let shop: string;
let tests = 0;
beforeEach(async () => {
  tests += 1;
  shop = `shop-${tests}`;
  operating.cloud.cloud.addRepository(shop, 'api');
  addTasks('api');
  await operating.deleteTasks(`delivery-${tests}`, shop, 'api');
  operating.cloud.journal.clear();
});

function addTasks(repository: string): void {
  const { cloud } = operating.cloud;
  cloud.addTask({ namespace: shop, repository, ...DR, syncAuto: true, override: true });
  cloud.addTask({ namespace: shop, repository, ...APAC, syncAuto: false, override: true });
}

/** The tasks that are there, and how they copy. */
function there() {
  const rows = operating.cloud.cloud.tasks(shop);
  return rows
    .map(
      ({ repoName, remoteNamespace, syncAuto, override }) =>
        `${repoName} ${remoteNamespace} ${syncAuto} ${override}`,
    )
    .toSorted((one, other) => one.localeCompare(other));
}

const asBefore = ['api acme-apac false true', 'api acme-dr true true'];
const outcomes = (result: unknown): unknown[] =>
  Object(result).tasks.map((task: { outcome: string }) => task.outcome);

describe('tasks are created again as they were', () => {
  test.each([
    { why: 'of a repository', args: () => `${shop}/api` },
    { why: 'of an organization', args: () => shop },
    { why: 'of a delivery', args: () => `--delivery delivery-${tests}` },
    { why: 'of a window, in one organization', args: () => `${shop} --since 1h` },
  ])('$why', async ({ args }) => {
    const result = await operating.json(`restore ${args()} --yes`);
    expect(result).toMatchObject({
      stage: 'test',
      dryRun: false,
      tasks: [
        {
          outcome: 'restored',
          account: 'main',
          namespace: shop,
          repository: 'api',
          target: APAC,
          syncAuto: false,
          override: true,
          delivery: `delivery-${tests}`,
        },
        { outcome: 'restored', target: DR, syncAuto: true, override: true },
      ],
    });
    expect(there()).toEqual(asBefore);
    const entries = await operating.taskEntries(shop, 'api');
    expect(entries.map(({ restoredAt }) => typeof restoredAt)).toEqual(['string', 'string']);
  });

  test('of a window, in every organization', async () => {
    // What other tests have left may not be restorable.
    const { stdout } = await operating.run('restore --since 1h --yes --json');
    const restored = expect.objectContaining({ namespace: shop, outcome: 'restored' });
    expect(JSON.parse(stdout)).toMatchObject({ tasks: expect.arrayContaining([restored]) });
    expect(there()).toEqual(asBefore);
  });

  test('as the last deletion of several has found them', async () => {
    const { cloud } = operating.cloud;
    cloud.addTask({ namespace: shop, repository: 'api', ...DR, syncAuto: false, override: false });
    await operating.deleteTasks(`later-${tests}`, shop, 'api');
    await operating.json(`restore ${shop}/api --yes`);
    expect(there()).toEqual(['api acme-apac false true', 'api acme-dr false false']);
  });
});

test('a table says what is done', async () => {
  const { status, stdout, stderr } = await operating.run(`restore ${shop}/api --yes`);
  const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
  expect(lines).toEqual([
    ['OUTCOME', 'ACCOUNT', 'REPOSITORY', 'TARGET', 'AUTO', 'OVERRIDE', 'DELETED (UTC)', 'NOTE'],
    [
      'restored',
      'main',
      `${shop}/api`,
      'ap-southeast-1/acme-apac',
      'no',
      'yes',
      expect.any(String),
      'manual, so SWR may not list it',
    ],
    ['restored', 'main', `${shop}/api`, 'cn-east-3/acme-dr', 'yes', 'yes', expect.any(String)],
    [''],
  ]);
  expect([status, stderr]).toEqual([0, '2 restored.\n']);
});

test('a dry run shows what would be, and creates nothing', async () => {
  const result = await operating.json(`restore ${shop}/api --dry-run`);
  expect(result).toMatchObject({
    dryRun: true,
    tasks: [
      { outcome: 'would be restored', target: APAC },
      { outcome: 'would be restored', target: DR },
    ],
  });
  expect(there()).toEqual([]);
  const entries = await operating.taskEntries(shop, 'api');
  expect(entries.map(({ restoredAt }) => restoredAt)).toEqual([undefined, undefined]);
});

describe('a second time', () => {
  test('is a success, and changes nothing', async () => {
    await operating.json(`restore ${shop}/api --yes`);
    operating.cloud.journal.clear();
    const result = await operating.json(`restore ${shop}/api --yes`);
    expect(outcomes(result)).toEqual(['already there', 'already there']);
    expect(operating.cloud.journal.of('createSyncTask')).toEqual([]);
  });

  test('leaves alone what is missing again, unless it is wanted', async () => {
    await operating.json(`restore ${shop}/api --yes`);
    await operating.deleteTasks(`later-${tests}`, shop, 'api');
    const first = `restore --delivery delivery-${tests} --yes`;
    const skipped = await operating.json(first);
    expect(outcomes(skipped)).toEqual(['restored before', 'restored before']);
    expect(there()).toEqual([]);
    const result = await operating.json(`${first} --again`);
    expect(outcomes(result)).toEqual(['restored', 'restored']);
    expect(there()).toEqual(asBefore);
  });
});

describe('failures are printed, with exit status 1', () => {
  test('where the repository is gone', async () => {
    operating.cloud.cloud.removeRepository(shop, 'api');
    const { status, stdout, stderr } = await operating.run(`restore ${shop}/api --yes`);
    expect([status, stderr]).toEqual([1, '2 failed.\n']);
    expect(stdout).toContain(
      `SWR has no repository ${shop}/api, so it can have no task cn-east-3/acme-dr: push an image to it first`,
    );
  });

  test('where SWR refuses one, and all others are restored', async () => {
    operating.cloud.fault('createSyncTask', { code: 'SVCSTG.SWR.4030170', message: 'no right' });
    const { status, stdout } = await operating.run(`restore ${shop}/api --yes --json`);
    expect(status).toBe(1);
    expect(new Set(outcomes(JSON.parse(stdout)))).toEqual(new Set(['failed', 'restored']));
    expect(there()).toHaveLength(1);
  });
});

test('reports a task that SWR has and does not list, and succeeds', async () => {
  const { cloud } = operating.cloud;
  cloud.addTask({ namespace: shop, repository: 'api', ...APAC });
  Object.assign(cloud, { strictCreate: true, listing: { hideManual: true } });
  try {
    const { status, stdout, stderr } = await operating.run(`restore ${shop}/api --yes`);
    expect([status, stderr]).toEqual([0, '1 there but not listed, 1 restored.\n']);
    expect(stdout).toMatch(/^there but not listed .* SWR says that it exists; its settings are unknown$/m);
  } finally {
    Object.assign(cloud, { strictCreate: false, listing: {} });
  }
});

test('does not retry the creation of a task for an unknown region', async () => {
  const { cloud } = operating.cloud;
  cloud.regions = [APAC.remoteRegionId];
  try {
    const { status, stdout } = await operating.run(`restore ${shop}/api --yes`);
    expect([status, operating.cloud.journal.of('createSyncTask').length]).toEqual([1, 2]);
    expect(stdout).toContain('SWR may not know the region cn-east-3');
  } finally {
    cloud.regions = undefined;
  }
});

test('retries after transient failures', async () => {
  operating.cloud.fault(
    'createSyncTask',
    { code: 'SVCSTG.SWR.4090023', headers: { 'Retry-After': '0' } },
    { times: 3 },
  );
  await operating.json(`restore ${shop}/api --yes`);
  expect(there()).toEqual(asBefore);
});
