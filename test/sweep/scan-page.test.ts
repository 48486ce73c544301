import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Deadline } from '../../lib/deadline.ts';
import { scanPage } from '../../lib/sweep/scan-page.ts';
import { APAC, DR, EMEA } from '../support/cloud.ts';
import { allowing, noHurry } from '../support/deadline.ts';
import { safety } from '../support/safety.ts';
import { type Differences, numbered, startSweeping } from '../support/sweeping.ts';
import { useOnce } from '../support/use.ts';

const sweeping = useOnce(startSweeping, ({ cloud, recorded }) => {
  cloud.clearFaults();
  cloud.journal.clear();
  recorded.clear();
});
beforeAll(() => sweeping.far.cloud.addOrganization('somebody'));

const sweep = { id: 's1', startedAt: '2026-11-24T03:00:00.000Z' };
let lastOrganization = 0;
/** An organization of its own, with these repositories. */
function plant(repositories: readonly string[], targets = [DR]): string {
  lastOrganization += 1;
  const namespace = `acme-${lastOrganization}`;
  sweeping.plant(namespace, repositories, targets);
  return namespace;
}

function scan(
  namespace: string,
  {
    differences = {},
    deadline = noHurry,
    offset = 0,
    after,
  }: Partial<{ differences: Differences; deadline: Deadline; offset: number; after: string }> = {},
) {
  const place = { account: 'main', namespace, offset, ...(after !== undefined && { after }) };
  return scanPage(sweep, place, deadline, sweeping.context(differences));
}

const withTargets: Differences = {
  config: { sweep: { mode: 'apply', maxPercent: 5, targetAccounts: ['far'] } },
};

describe('a page', () => {
  test('returns the tasks to delete, and counts the rest', async () => {
    const namespace = plant(['api', 'web'], [DR, APAC]);
    sweeping.cloud.cloud.addRepository(namespace, 'empty');
    await expect(scan(namespace, { differences: withTargets })).resolves.toEqual({
      page: {
        account: 'main',
        namespace,
        offset: 0,
        counts: {
          repositories: 3,
          denied: 0,
          unread: 0,
          tasks: 4,
          found: 2,
          suspected: 0,
          undecided: 0,
          unchecked: 2,
        },
      },
      findings: ['api', 'web'].map((repository) => ({
        account: 'main',
        namespace,
        repository,
        tasks: [{ target: DR, reasons: ['target organization is gone'] }],
      })),
    });
    expect(sweeping.recorded.of('found')).toMatchObject([
      { namespace, repository: 'api', target: 'cn-east-3/acme-dr', reasons: ['target organization is gone'] },
      { namespace, repository: 'web' },
    ]);
    expect(sweeping.recorded.of('scanned')).toMatchObject([
      { namespace, repositories: 3, tasks: 4, found: 2 },
    ]);
  });

  test('goes on behind the first repositories', async () => {
    const namespace = plant(['one', 'two', 'three']);
    await expect(scan(namespace, { offset: 2, after: 'three' })).resolves.toMatchObject({
      page: { offset: 2, counts: { repositories: 1 } },
    });
    expect(sweeping.cloud.journal.of('listSyncTasks')).toMatchObject([{ repository: 'two' }]);
  });

  test('goes on in the order of SWR where an earlier version has counted in it', async () => {
    const namespace = plant(['one', 'two', 'three']);
    await expect(scan(namespace, { offset: 2 })).resolves.toMatchObject({ page: { offset: 2 } });
    expect(sweeping.cloud.journal.of('listSyncTasks')).toMatchObject([{ repository: 'three' }]);
  });

  test('of an organization without repositories is empty', async () => {
    sweeping.cloud.cloud.addOrganization('nothing-here');
    const { page, findings } = await scan('nothing-here');
    expect(page).toMatchObject({ counts: { repositories: 0, tasks: 0 } });
    expect(page.next).toBeUndefined();
    expect(findings).toEqual([]);
  });

  test('asks for the tasks of no repository that safety.deny protects', async () => {
    const namespace = plant(['api', 'base/image']);
    const { page, findings } = await scan(namespace, {
      differences: {
        config: { safety: safety({ deny: [`${namespace}/base/**`], allowedTargets: ['x/y'] }) },
      },
    });
    expect(page.counts).toMatchObject({ repositories: 2, denied: 1, tasks: 1, found: 1 });
    expect(findings.map(({ repository }) => repository)).toEqual(['api']);
    expect(sweeping.cloud.journal.of('listSyncTasks')).toHaveLength(1);
  });

  test('counts what it can not decide: a task whose age SWR does not say', async () => {
    const namespace = plant([]);
    sweeping.cloud.cloud.addRepository(namespace, 'api');
    sweeping.cloud.cloud.addTask({ namespace, repository: 'api', ...DR, createdAt: '' });
    await expect(scan(namespace, { differences: withTargets })).resolves.toMatchObject({
      page: { counts: { tasks: 1, found: 0, undecided: 1 } },
    });
  });

  test('asks no source about repositories without older tasks', async () => {
    const namespace = plant(['with'], [DR, EMEA]);
    sweeping.cloud.cloud.addRepository(namespace, 'without');
    sweeping.cloud.cloud.addRepository(namespace, 'new');
    const newer = { ...DR, createdAt: '2026-11-24T03:00:00Z' };
    sweeping.cloud.cloud.addTask({ namespace, repository: 'new', ...newer });
    const before = sweeping.asked().length;
    const routes = [
      { from: 'github:acme/{repo}', to: `${namespace}/{repo}`, account: 'main', targets: [EMEA] },
      { from: 'github:other/{repo}', to: `${namespace}/{repo}`, account: 'main', targets: [APAC] },
    ];
    const { page } = await scan(namespace, { differences: { config: { routes } } });
    expect(page.counts).toMatchObject({ tasks: 3, suspected: 1 });
    expect(sweeping.asked().slice(before)).toEqual(['acme/with']);
  });
});

describe('a failure', () => {
  test('that passes is not noticed', async () => {
    const namespace = plant(['api', 'web']);
    sweeping.cloud.fault('listRepositories', { status: 503 });
    sweeping.cloud.fault('listSyncTasks', {
      status: 403,
      code: 'SVCSTG.SWR.4031032',
      headers: { 'Retry-After': '0' },
    });
    const { page } = await scan(namespace);
    expect(page.counts).toMatchObject({ repositories: 2, unread: 0, tasks: 2 });
    expect(sweeping.recorded.of('unread')).toEqual([]);
  });

  test.each([
    {
      why: 'it will fail the same way',
      fault: { status: 403, code: 'SVCSTG.SWR.4030170' },
      times: 1,
      calls: 1,
    },
    {
      why: 'it has failed three times',
      fault: { status: 503, headers: { 'Retry-After': '0' } },
      times: 3,
      calls: 3,
    },
  ])('leaves a repository unread where $why', async ({ fault, times, calls }) => {
    const namespace = plant(['api', 'web', 'docs']);
    sweeping.cloud.fault('listSyncTasks', { ...fault, message: 'not now' }, { times });
    const { page } = await scan(namespace, { differences: { concurrency: 1 } });
    expect(page.counts).toMatchObject({ repositories: 3, unread: 1, tasks: 2 });
    expect(sweeping.cloud.journal.of('listSyncTasks')).toHaveLength(2 + calls);
    expect(sweeping.recorded.of('unread')).toMatchObject([
      { level: 'warn', namespace, repository: 'api', message: expect.stringContaining('not now') },
    ]);
  });

  test('of half of the repositories leaves these unread', async () => {
    const namespace = plant(numbered(4));
    sweeping.cloud.fault('listSyncTasks', { status: 400 }, { times: 2 });
    await expect(scan(namespace)).resolves.toMatchObject({ page: { counts: { unread: 2, tasks: 2 } } });
  });

  test.each([
    { unread: 3, of: 4 },
    { unread: 1, of: 1 },
  ])('of $unread of $of repositories fails the page', async ({ unread, of }) => {
    const namespace = plant(numbered(of));
    sweeping.cloud.fault('listSyncTasks', { status: 400 }, { times: unread });
    const which = `${unread} of ${of} repositories of ${namespace} in account main from offset 0`;
    await expect(scan(namespace)).rejects.toMatchObject({
      message: expect.stringMatching(
        `^Could not list the tasks of ${which}\\. First failure: listing the tasks`,
      ),
      failure: { status: 400, retryable: false },
    });
  });

  test('to list the repositories fails the page', async () => {
    sweeping.cloud.fault('listRepositories', { status: 500, headers: { 'Retry-After': '0' } }, { times: 3 });
    await expect(scan(plant(['api']))).rejects.toMatchObject({ failure: { status: 500, retryable: true } });
  });
});

describe('with little time', () => {
  test('scanned repositories are kept, and the rest is for the next step', async () => {
    const namespace = plant(numbered(40));
    const { page } = await scan(namespace, { deadline: allowing(25) });
    const after = 'repository-0024';
    expect(page).toMatchObject({ counts: { repositories: 25, tasks: 25 }, next: 25, after });
    await expect(scan(namespace, { offset: 25, after })).resolves.toMatchObject({
      page: { counts: { repositories: 15 } },
    });
  });

  test('a page with which nothing could be begun is a failure', async () => {
    await expect(scan(plant(['api']), { deadline: allowing(0) })).rejects.toMatchObject({
      failure: { code: 'DEADLINE', retryable: true },
    });
  });
});

test.each([
  { concurrency: undefined, most: 16 },
  { concurrency: 3, most: 3 },
])('at most $most repositories are scanned at a time', async ({ concurrency, most }) => {
  const namespace = plant(numbered(most * 3));
  let underWay = 0;
  let seen = 0;
  const { accounts } = sweeping.context();
  const swr = accounts.clientOf('main');
  const counting = {
    names: accounts.names,
    clientOf: () => ({
      listOrganizations: swr.listOrganizations.bind(swr),
      listRepositories: swr.listRepositories.bind(swr),
      async listSyncTasks(...args: Parameters<typeof swr.listSyncTasks>) {
        underWay += 1;
        seen = Math.max(seen, underWay);
        try {
          return await swr.listSyncTasks(...args);
        } finally {
          underWay -= 1;
        }
      },
    }),
  };
  await scan(namespace, { differences: { accounts: counting, ...(concurrency && { concurrency }) } });
  expect(seen).toBe(most);
});
