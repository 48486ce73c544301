import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Table } from '../../lib/aws/table.ts';
import { DynamoSweepLedger } from '../../lib/ledger/sweep-ledger.ts';
import { type Emulator, startEmulator } from '../../local/huaweicloud/emulator.ts';
import { acmeAccount } from '../support/acme-config.ts';
import { APAC, DR, USER } from '../support/cloud.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';
import { useOperating } from '../support/operating.ts';

const OLD = '2026-03-02T08:15:27.53183Z';
/** No organization of the target's region has this name. */
const GONE = { ...DR, remoteNamespace: 'acme-gone' };

const operating = useOperating();
let far: Emulator;
beforeAll(async () => {
  far = await startEmulator({
    seed: { region: DR.remoteRegionId, users: [USER], organizations: [{ name: 'acme-dr' }] },
  });
});
beforeEach(async () => {
  operating.cloud.cloud.removeOrganization('acme');
  plant('shop', 5, [DR, APAC]);
  await configure();
  operating.cloud.journal.clear();
});
afterEach(() => {
  operating.cloud.clearFaults();
  for (const name of ['shop', 'gone', 'quiet', 'platform']) operating.cloud.cloud.removeOrganization(name);
});
afterAll(() => Promise.all([operating.close(), far.close()]));

function configure(sweep: object = { mode: 'apply' }, safety: object = {}): Promise<void> {
  return operating.writeConfig('test', {
    accounts: {
      main: acmeAccount(operating.cloud.url),
      far: acmeAccount(far.url, { region: DR.remoteRegionId }),
    },
    safety: { deny: ['platform/**'], maxTasksPerRequest: 100, ...safety },
    sweep: { maxPercent: 50, targetAccounts: ['far'], ...sweep },
  });
}

function plant(namespace: string, count: number, targets: readonly (typeof DR)[]): void {
  for (let index = 0; index < count; index += 1) {
    const repository = `r${index}`;
    operating.cloud.cloud.addRepository(namespace, repository);
    for (const target of targets) {
      // Each test begins with the same ones.
      operating.cloud.cloud.addTask({ namespace, repository, ...target, createdAt: OLD });
    }
  }
}

const tasksTo = ({ remoteNamespace }: typeof DR) =>
  ['shop', 'gone'].flatMap((namespace) =>
    operating.cloud.cloud.tasks(namespace).filter((row) => row.remoteNamespace === remoteNamespace),
  ).length;

describe('a sweep', () => {
  test('deletes what has lost its target, and nothing else', async () => {
    plant('gone', 3, [GONE]);
    const result = await operating.json('sweep --yes');
    expect(result).toMatchObject({
      stage: 'test',
      sweep: expect.stringMatching(/^swr-sync-[0-9a-f-]{36}$/),
      complete: true,
      report: {
        state: 'applied',
        mode: 'apply',
        organizations: 3,
        counts: { repositories: 8, tasks: 13, found: 3 },
      },
      tasks: ['r0', 'r1', 'r2'].map((repository) => ({
        outcome: 'deleted',
        account: 'main',
        namespace: 'gone',
        repository,
        target: 'cn-east-3/acme-gone',
        reasons: ['target organization is gone'],
      })),
    });
    expect([tasksTo(GONE), tasksTo(DR), tasksTo(APAC)]).toEqual([0, 5, 5]);
    const [latest] = await operating.taskEntries('gone', 'r0');
    expect(latest).toMatchObject({ outcome: 'deleted', source: 'sweep' });
  });

  test('prints what it has listed and decided', async () => {
    plant('gone', 1, [GONE]);
    plant('platform', 2, [GONE]);
    const { status, stdout, stderr } = await operating.run('sweep --yes');
    expect(status).toBe(0);
    const [id] = /swr-sync-[0-9a-f-]{36}/.exec(stderr) ?? [];
    expect(stderr).toBe(`Sweep ${id}. To resume it after an interruption: --resume ${id}\n`);
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['OUTCOME', 'ACCOUNT', 'REPOSITORY', 'TARGET', 'REASON', 'NOTE'],
      ['deleted', 'main', 'gone/r0', 'cn-east-3/acme-gone', 'target organization is gone'],
      [''],
      ['sweep', id],
      ['decided', 'applied (mode apply)'],
      ['listed', '11 tasks in 8 repositories of 4 organizations'],
      ['to delete', '1 task (9.09 % of them, sweep.maxPercent is 50)'],
      ['suspected', '0 tasks: deleted if a later sweep confirms it'],
      ['undecided', '0 tasks: a check gave no answer'],
      ['unchecked', '5 tasks: no sweep.targetAccounts sees the target'],
      ['denied', '2 repositories skipped (safety.deny)'],
      ['unread', '0 repositories whose tasks could not be listed'],
      [''],
    ]);
  });

  test('can be of one account', async () => {
    const result = await operating.json('sweep --account far');
    expect(result).toMatchObject({ report: { organizations: 1, counts: { tasks: 0 } }, tasks: [] });
    expect(operating.cloud.journal.of('listSyncTasks')).toEqual([]);
  });

  test('needs no answer where there is nothing to delete', async () => {
    await expect(operating.run('sweep')).resolves.toMatchObject({ status: 0 });
  });

  test('prints failed deletions, with exit status 1', async () => {
    plant('gone', 2, [GONE]);
    operating.cloud.fault('deleteSyncTask', { code: 'SVCSTG.SWR.4030170', message: 'no right' });
    const { status, stdout } = await operating.run('sweep --yes --json');
    expect(status).toBe(1);
    expect(new Set(JSON.parse(stdout).tasks.map(({ outcome }: { outcome: string }) => outcome))).toEqual(
      new Set(['deleted', 'failed']),
    );
    operating.cloud.clearFaults();
    await operating.json('sweep --yes');
    expect(tasksTo(GONE)).toBe(0);
  });
});

describe('nothing is deleted', () => {
  test.each([
    { why: 'by a dry run', args: '--dry-run', mode: 'apply' },
    { why: 'in a stage whose sweeps are dry runs', args: '--yes', mode: 'dry-run' },
  ])('$why, which shows what would be', async ({ args, mode }) => {
    await configure({ mode });
    plant('gone', 2, [GONE]);
    const result = await operating.json(`sweep ${args}`);
    expect(result).toMatchObject({
      report: { state: 'dry run', counts: { found: 2 } },
      tasks: [{ outcome: 'would be deleted' }, { outcome: 'would be deleted' }],
    });
    expect(tasksTo(GONE)).toBe(2);
    await operating.json('clean gone --organization --yes');
  });

  test('above sweep.maxPercent, with exit status 1', async () => {
    await configure({ mode: 'apply', maxPercent: 5 });
    plant('gone', 10, [GONE]);
    const { status, stdout, stderr } = await operating.run('sweep --json');
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('Rejected: more tasks than sweep.maxPercent allows. Nothing was deleted.\n'),
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      report: { state: 'rejected' },
      tasks: Array.from({ length: 10 }, () => ({ outcome: 'kept' })),
    });
    expect(tasksTo(GONE)).toBe(10);
    await operating.json('clean gone --organization --yes');
  });

  test('without a terminal to ask on, and the sweep can be resumed', async () => {
    plant('gone', 2, [GONE]);
    const { status, stdout, stderr } = await operating.run('sweep');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /Delete 2 tasks\? There is no terminal to ask on: repeat with --yes to confirm\.\n$/,
    );
    expect(tasksTo(GONE)).toBe(2);
    const [id = ''] = /swr-sync-[0-9a-f-]{36}/.exec(stderr) ?? [];
    operating.cloud.journal.clear();
    const result = await operating.json(`sweep --resume ${id} --yes`);
    expect(result).toMatchObject({ sweep: id, report: { state: 'applied', counts: { found: 2 } } });
    expect(tasksTo(GONE)).toBe(0);
    const again = await operating.json(`sweep --resume ${id} --yes`);
    expect(again).toMatchObject({ tasks: [{ outcome: 'done before' }, { outcome: 'done before' }] });
  });

  test('of an unknown sweep', async () => {
    await expect(operating.run('sweep --resume nothing --yes')).resolves.toEqual({
      status: 2,
      stdout: '',
      stderr: 'The ledger has no sweep nothing.\n',
    });
  });
});

describe('ended by Ctrl-C and resumed, it ends as if it had not been', () => {
  test.each([
    { why: 'while it lists', operation: 'listSyncTasks', at: 16 },
    { why: 'while it deletes', operation: 'deleteSyncTask', at: 2 },
  ] as const)('$why', async ({ operation, at }) => {
    plant('gone', 6, [GONE]);
    // More than a sweep lists at a time.
    plant('quiet', 15, []);
    operating.cloud.fault(operation, { delayMs: 200 }, { times: 100 });
    const { interrupt, ended } = operating.start('sweep --yes');
    await operating.cloud.journal.waitFor(() => operating.cloud.journal.of(operation).length === at);
    interrupt();
    const { status, stderr } = await ended;
    expect(status).toBe(130);
    const [id = ''] = /swr-sync-[0-9a-f-]{36}/.exec(stderr) ?? [];
    expect(tasksTo(GONE)).toBeGreaterThan(0);

    operating.cloud.clearFaults();
    const result = await operating.json(`sweep --resume ${id} --yes`);
    expect(result).toMatchObject({
      sweep: id,
      complete: true,
      report: { state: 'applied', counts: { tasks: 16, found: 6 } },
    });
    expect([tasksTo(GONE), tasksTo(DR), tasksTo(APAC)]).toEqual([0, 5, 5]);
  });
});

describe('a source repository that is gone', () => {
  let forge: LoopbackServer;
  beforeEach(async () => {
    forge = await startLoopbackServer((response, { path }) =>
      respond(response, path === '/user' ? 200 : 404, {}),
    );
    await operating.writeConfig('test', {
      sources: {
        github: { type: 'github', secret: 'env:X', api: { url: forge.url, credentials: 'env:TOKEN' } },
      },
      routes: [{ from: 'github:acme/{repo}', to: 'gone/{repo}' }],
      sweep: { mode: 'apply', maxPercent: 50 },
    });
  });
  afterEach(() => forge.close());

  test('is held back without a canary, with the next step', async () => {
    plant('gone', 1, [DR]);
    const ledger = new DynamoSweepLedger({
      table: new Table(operating.names.ledgerTable),
      retentionDays: 90,
    });
    const place = { account: 'main', namespace: 'gone', repository: 'r0' };
    const suspicion = { ...place, source: 'github', sourceRepository: 'acme/r0' };
    await ledger.suspect(suspicion, 'before', '2026-01-01T00:00:00Z');
    const { status, stdout } = await operating.run('sweep', { TOKEN: 'token' });
    expect(status).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual(
      expect.arrayContaining([
        [
          'held back',
          'main',
          'gone/r0',
          'cn-east-3/acme-dr',
          'source repository is gone',
          'no other private repository of the owner of github:acme/r0 was seen: configure sources.github.api.canary',
        ],
        ['to delete', '0 tasks (0 % of them, sweep.maxPercent is 50)'],
        ['undecided', '1 task: a check gave no answer'],
        [
          'held back',
          '1 task of these: the sweep saw no other private repository of the owner of their source; configure api.canary (docs/sources.md)',
        ],
      ]),
    );
    expect(tasksTo(DR)).toBe(6);
  });
});
