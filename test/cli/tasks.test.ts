import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { DR, EMEA, manyTargets } from '../support/cloud.ts';
import { useOperating } from '../support/operating.ts';

const operating = useOperating();
beforeAll(async () => {
  const { cloud } = operating.cloud;
  cloud.addRepository('acme', 'web');
  cloud.addTask({
    namespace: 'acme',
    repository: 'web',
    ...EMEA,
    override: true,
    createdAt: '2026-05-18T13:40:02.118407Z',
  });
  cloud.addRepository('shop', 'cart');
  cloud.addTask({
    namespace: 'shop',
    repository: 'cart',
    ...DR,
    syncAuto: true,
    createdAt: '2026-09-30T06:01:55.9Z',
  });
  cloud.addRepository('shop', 'quiet');
});
afterEach(() => {
  operating.cloud.clearFaults();
  operating.cloud.journal.clear();
  operating.cloud.cloud.removeOrganization('large');
});

describe('a table', () => {
  test.each([
    {
      why: 'every organization',
      command: 'tasks',
      rows: [
        'acme/payments/api  ap-southeast-1/acme-apac  yes   no        2026-03-02 08:15:27',
        'acme/payments/api  cn-east-3/acme-dr         yes   no        2026-03-02 08:15:27',
        'acme/web           eu-west-101/acme-emea     no    yes       2026-05-18 13:40:02',
        'shop/cart          cn-east-3/acme-dr         yes   no        2026-09-30 06:01:55',
      ],
      says: '4 tasks in account main (cn-north-4).',
    },
    {
      why: 'one organization',
      command: 'tasks shop',
      rows: ['shop/cart   cn-east-3/acme-dr  yes   no        2026-09-30 06:01:55'],
      says: '1 task of shop in account main (cn-north-4).',
    },
    {
      why: 'one repository',
      command: 'tasks acme/web',
      rows: ['acme/web    eu-west-101/acme-emea  no    yes       2026-05-18 13:40:02'],
      says: '1 task of acme/web in account main (cn-north-4).',
    },
    {
      why: 'another account',
      command: 'tasks acme/web --account other',
      rows: ['acme/web    eu-west-101/acme-emea  no    yes       2026-05-18 13:40:02'],
      says: '1 task of acme/web in account other (cn-north-4).',
    },
  ])('has the tasks of $why', async ({ command, rows, says }) => {
    const { status, stdout, stderr } = await operating.run(command);
    expect({ status, stderr }).toEqual({ status: 0, stderr: `${says}\n` });
    const [head, ...lines] = stdout.trimEnd().split('\n');
    expect(head?.split(/  +/)).toEqual(['REPOSITORY', 'TARGET', 'AUTO', 'OVERRIDE', 'CREATED (UTC)']);
    expect(lines).toEqual(rows);
  });

  test('is left out where there are no tasks', async () => {
    await expect(operating.run('tasks shop/quiet')).resolves.toEqual({
      status: 0,
      stdout: '',
      stderr: '0 tasks of shop/quiet in account main (cn-north-4).\n',
    });
  });
});

test('the document has every task', async () => {
  await expect(operating.json('tasks shop')).resolves.toEqual({
    stage: 'test',
    account: 'main',
    complete: true,
    tasks: [
      {
        namespace: 'shop',
        repository: 'cart',
        target: DR,
        syncAuto: true,
        override: false,
        createdAt: '2026-09-30T06:01:55.9Z',
      },
    ],
    failures: [],
  });
});

test('logs in once, and lists 16 repositories at a time', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `r${index}`);
  for (const name of names) operating.cloud.cloud.addRepository('large', name);
  operating.cloud.fault('listSyncTasks', { delayMs: 100 }, { times: 40 });
  const listing = operating.run('tasks large');
  await operating.cloud.journal.waitFor(
    (entries) => entries.filter(({ operation }) => operation === 'listSyncTasks').length === 16,
  );
  await expect(listing).resolves.toMatchObject({ status: 0 });
  expect(operating.cloud.journal.of('createToken')).toHaveLength(1);
  expect(operating.cloud.journal.of('listSyncTasks')).toHaveLength(40);
});

test('retries after transient failures', async () => {
  operating.cloud.fault(
    'listSyncTasks',
    { code: 'SVCSTG.SWR.4031032', headers: { 'Retry-After': '0' } },
    { times: 2 },
  );
  await expect(operating.run('tasks acme/web')).resolves.toMatchObject({
    status: 0,
    stderr: '1 task of acme/web in account main (cn-north-4).\n',
  });
  expect(operating.cloud.journal.of('listSyncTasks')).toHaveLength(3);
});

test('shows the others where one repository can not be listed, with exit status 1', async () => {
  operating.cloud.fault('listSyncTasks', { code: 'SVCSTG.SWR.4030170', message: 'no right' });
  const { status, stdout, stderr } = await operating.run('tasks acme --json');
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    complete: true,
    failures: [{ namespace: 'acme', repository: 'payments/api', code: 'SVCSTG.SWR.4030170', status: 403 }],
    tasks: [{ repository: 'web' }],
  });
  expect(stderr).toMatch(
    /^Failed: acme\/payments\/api: listing the tasks of acme\/payments\/api: 403 .*no right\n1 task of acme/,
  );
});

test('says why where not even the organizations can be listed', async () => {
  operating.cloud.fault('listNamespaces', { code: 'SVCSTG.SWR.4030170', message: 'no right' });
  await expect(operating.run('tasks')).resolves.toEqual({
    status: 1,
    stdout: '',
    stderr: 'listing the organizations: 403 SVCSTG.SWR.4030170 no right\n',
  });
});

test('says that SWR may have more tasks than it lists', async () => {
  operating.cloud.cloud.addRepository('large', 'busy');
  for (const target of manyTargets(101))
    operating.cloud.cloud.addTask({ namespace: 'large', repository: 'busy', ...target });
  const { stderr } = await operating.run('tasks large/busy');
  expect(stderr).toContain(
    'large/busy may have more: SWR lists 100 tasks of a repository at the most.\n100 tasks',
  );
});

test('logs with --verbose only, and never a secret', async () => {
  const { stdout, stderr } = await operating.run('tasks acme/web --verbose');
  expect(stderr).toContain('"event":"token"');
  expect(stdout + stderr).not.toMatch(/pa55word|MII/);
});
