import { beforeEach, describe, expect, test } from '@jest/globals';
import { APAC, DR, EMEA, manyTargets } from '../support/cloud.ts';
import { useOperating } from '../support/operating.ts';

const operating = useOperating();
/** One of its own for each test. */
let shop: string;
let tests = 0;
beforeEach(() => {
  const { cloud, journal } = operating.cloud;
  tests += 1;
  shop = `shop-${tests}`;
  for (const repository of ['api', 'web']) {
    cloud.addRepository(shop, repository);
    for (const target of [DR, APAC])
      cloud.addTask({ namespace: shop, repository, ...target, createdAt: '2026-03-02T08:15:27.53183Z' });
  }
  journal.clear();
});

const left = (repository?: string) => operating.cloud.cloud.tasks(shop, repository).length;

describe('a repository', () => {
  test('loses all its tasks, on the record', async () => {
    const { status, stdout, stderr } = await operating.run(`clean ${shop}/api --yes`);
    expect(status).toBe(0);
    const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(lines).toEqual([
      ['OUTCOME', 'REPOSITORY', 'TARGET', 'CREATED (UTC)', 'NOTE'],
      ['deleted', `${shop}/api`, 'ap-southeast-1/acme-apac', '2026-03-02 08:15:27'],
      ['deleted', `${shop}/api`, 'cn-east-3/acme-dr', '2026-03-02 08:15:27'],
      [''],
    ]);
    const [, id] = /swr-sync restore --delivery (swr-sync-[0-9a-f-]{36}) --stage test\n$/.exec(stderr) ?? [];
    expect([left('api'), left('web')]).toEqual([0, 2]);
    const entries = await operating.taskEntries(shop, 'api');
    expect(entries).toMatchObject([
      { id, source: 'swr-sync', outcome: 'deleted' },
      { id, source: 'swr-sync', outcome: 'deleted' },
    ]);
  });

  test('is published on the event bus', async () => {
    await operating.json(`clean ${shop}/api --yes`);
    const announced = operating.eventBridge.requests.filter(({ body }) => body.includes(shop));
    expect(announced).toMatchObject([{ headers: { 'x-amz-target': 'AWSEvents.PutEvents' } }]);
    expect(announced[0]?.body.match(/Sync Task Deleted/g)).toHaveLength(2);
  });

  test('is cleaned a second time without an error and a deletion', async () => {
    await operating.run(`clean ${shop}/api --yes`);
    operating.cloud.journal.clear();
    await expect(operating.run(`clean ${shop}/api --yes`)).resolves.toEqual({
      status: 0,
      stdout: '',
      stderr: 'No task to delete.\n',
    });
    expect(operating.cloud.journal.of('deleteSyncTask')).toEqual([]);
  });

  test('loses only what is named', async () => {
    const result = await operating.json(`clean ${shop}/api --target cn-east-3/acme-dr --yes`);
    expect(result).toMatchObject({
      stage: 'test',
      account: 'main',
      dryRun: false,
      delivery: expect.stringMatching(/^swr-sync-/),
      tasks: [{ outcome: 'deleted', namespace: shop, repository: 'api', target: DR }],
    });
    expect(operating.cloud.cloud.tasks(shop, 'api')).toMatchObject([APAC]);
  });

  test('loses a task that SWR does not list where it is named', async () => {
    operating.cloud.cloud.addTask({ namespace: shop, repository: 'api', ...EMEA, hidden: true });
    const { stdout, status } = await operating.run(
      `clean ${shop}/api --target eu-west-101/acme-emea --dry-run`,
    );
    expect(stdout).toMatch(/^would be deleted .*eu-west-101\/acme-emea +- +SWR does not list it$/m);
    expect(status).toBe(0);
    await operating.json(`clean ${shop}/api --target eu-west-101/acme-emea --yes`);
    expect(left('api')).toBe(2);
  });

  test('keeps what was created later than it is said to have gone', async () => {
    const result = await operating.json(`clean ${shop}/api --occurred-at 2026-01-01 --yes`);
    expect(result).toMatchObject({
      tasks: [
        { outcome: 'kept', reason: 'newer than the event', target: APAC },
        { outcome: 'kept', reason: 'newer than the event', target: DR },
      ],
    });
    expect(left('api')).toBe(2);
  });

  test('keeps what a rule protects', async () => {
    const { cloud } = operating.cloud;
    cloud.addRepository('platform', 'base');
    cloud.addTask({ namespace: 'platform', repository: 'base', ...DR });
    const { status, stdout } = await operating.run('clean platform/base --yes');
    expect([status, stdout]).toEqual([0, expect.stringContaining('denied by platform/**')]);
    expect(cloud.tasks('platform')).toHaveLength(1);
  });
});

describe('an organization', () => {
  test('loses the tasks of every repository that it lists', async () => {
    const result = await operating.json(`clean ${shop} --organization --yes`);
    const deleted = { outcome: 'deleted', namespace: shop };
    expect(result).toMatchObject({ tasks: [deleted, deleted, deleted, deleted] });
    expect(left()).toBe(0);
    await expect(operating.taskEntries(shop, 'web')).resolves.toMatchObject([
      { outcome: 'deleted' },
      { outcome: 'deleted' },
    ]);
  });

  test('loses only the named targets, where a repository has them', async () => {
    operating.cloud.cloud.addTask({ namespace: shop, repository: 'web', ...EMEA });
    const result = await operating.json(`clean ${shop} --organization --target eu-west-101/acme-emea --yes`);
    expect(result).toMatchObject({ tasks: [{ outcome: 'deleted', repository: 'web', target: EMEA }] });
    expect(left()).toBe(4);
  });
});

describe('nothing is deleted', () => {
  test('in a dry run, which shows what would be', async () => {
    const result = await operating.json(`clean ${shop}/api --dry-run`);
    expect(result).toMatchObject({
      dryRun: true,
      tasks: [
        { outcome: 'would be deleted', target: APAC, createdAt: '2026-03-02T08:15:27.53183Z' },
        { outcome: 'would be deleted', target: DR },
      ],
    });
    expect(left('api')).toBe(2);
  });

  test('in a stage that is in dry-run', async () => {
    await operating.writeConfig('dry', { safety: { mode: 'dry-run' } });
    const { status, stderr } = await operating.run(`clean ${shop}/api --stage dry --yes`);
    expect([status, stderr]).toEqual([
      0,
      'Stage dry is in dry-run (safety.mode): nothing is deleted.\n2 would be deleted.\n',
    ]);
    expect(left('api')).toBe(2);
  });

  test('where it would be more than a request may', async () => {
    for (const target of manyTargets(19))
      operating.cloud.cloud.addTask({ namespace: shop, repository: 'web', ...target });
    const { status, stderr } = await operating.run(`clean ${shop} --organization --yes`);
    expect([status, stderr]).toEqual([
      2,
      'Nothing was deleted: 23 tasks found, but safety.maxTasksPerRequest is 20. Clean by repository or --target.\n',
    ]);
    expect(left()).toBe(23);
    for (let i = 0; i < 2; i += 1)
      await operating.run(`clean ${shop}/web --target cn-east-3/mirror-${i} --yes`);
    expect(left()).toBe(21);
    operating.cloud.cloud.removeRepository(shop, 'web');
  });

  // The ledger is tried again for some seconds.
  test('that is not on the record', async () => {
    const endpoint = { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' };
    const { status, stdout } = await operating.run(`clean ${shop}/api --yes --json`, endpoint);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ tasks: [{ outcome: 'failed', code: 'LEDGER_UNAVAILABLE' }] });
    expect(left('api')).toBe(2);
  }, 20_000);

  test('with a rejected password, which is tried once', async () => {
    const wrong = {
      HUAWEI_CLOUD_CREDENTIALS: JSON.stringify({ domain: 'acme-account', user: 'robot', password: 'wr0ng' }),
    };
    const { status, stdout } = await operating.run(`clean ${shop}/api --yes`, wrong);
    expect([status, stdout]).toEqual([1, expect.stringContaining('The username or password is wrong')]);
    expect(operating.cloud.journal.of('createToken')).toHaveLength(1);
  });
});

describe('failures', () => {
  test('that are transient are retried, and each task is deleted once', async () => {
    operating.cloud.fault('deleteSyncTask', {
      status: 429,
      code: 'APIGW.0308',
      headers: { 'Retry-After': '0' },
    });
    const result = await operating.json(`clean ${shop}/api --yes`);
    expect(result).toMatchObject({ tasks: [{ outcome: 'deleted' }, { outcome: 'deleted' }] });
    expect(operating.cloud.journal.of('deleteSyncTask')).toHaveLength(3);
  });

  test('that are permanent are printed, with exit status 1, and all other tasks are deleted', async () => {
    operating.cloud.fault('deleteSyncTask', { code: 'SVCSTG.SWR.4030170', message: 'no right' });
    const { status, stdout, stderr } = await operating.run(`clean ${shop}/api --yes`);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^failed .*no right$/m);
    expect(stderr).toMatch(/^1 deleted, 1 failed\.$|^1 failed, 1 deleted\.$/m);
    expect(left('api')).toBe(1);
  });
});
