import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type Operating, startOperating } from '../support/operating.ts';

let operating: Operating;
beforeAll(async () => {
  operating = await startOperating();
  const { cloud } = operating;
  const accounts = { main: { region: 'cn-north-4', credentials: 'env:HUAWEI_CLOUD_CREDENTIALS' } };
  await operating.writeConfig('elsewhere', { accounts });
  await operating.writeConfig('local', { accounts });
  await operating.writeConfig('faulty', { accounts: {} });
  cloud.cloud.addRepository('acme', 'web');
  cloud.cloud.addTask({
    namespace: 'acme',
    repository: 'web',
    remoteRegionId: 'cn-east-3',
    remoteNamespace: 'dr',
  });
  await operating.deleteTasks('delivery-1', 'acme', 'web');
  operating.cloud.journal.clear();
  await operating.ledger.open({ version: 1, id: 'delivery-2', namespace: 'acme', repository: 'nothing' });
  for (const message of ['one', 'two', 'three', 'four']) {
    operating.sqs.sendMessage(operating.names.deadLetterQueue, message);
  }
});
afterEach(() => operating.cloud.journal.clear());
afterAll(() => operating.close());

interface Row {
  readonly why: string;
  readonly args: readonly string[];
  readonly says: RegExp;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

const rows: readonly Row[] = [
  // What every command may be told
  {
    why: 'no stage',
    args: ['tasks'],
    environment: { STAGE: undefined },
    says: /^--stage NAME is missing; there is a configuration for: /,
  },
  {
    why: 'an unknown stage',
    args: ['tasks', '--stage', 'nowhere'],
    says: /^There is no config\/nowhere\.yml; there is a configuration for: .*elsewhere, faulty.*test$/,
  },
  { why: 'a path as a stage', args: ['tasks', '--stage', '../test'], says: /^\.\.\/test can not be a stage/ },
  {
    why: 'a configuration that is not there',
    args: ['tasks', '--config', 'none.yml'],
    says: /^There is no file none\.yml/,
  },
  {
    why: 'an unknown account',
    args: ['tasks', '--account', 'nobody'],
    says: /^Stage test has no account nobody; it has: main, other/,
  },
  {
    why: 'no credentials of Huawei Cloud',
    args: ['tasks'],
    environment: { HUAWEI_CLOUD_CREDENTIALS: undefined },
    says: /^Unusable secret for account main \(env:HUAWEI_CLOUD_CREDENTIALS\): the environment has no such variable/,
  },
  {
    why: 'credentials of Huawei Cloud that are none',
    args: ['tasks'],
    environment: { HUAWEI_CLOUD_CREDENTIALS: 'pa55word' },
    says: /^Unusable secret for account main \(.*\): .*not JSON$/,
  },
  {
    why: 'no credentials of AWS',
    args: ['history'],
    environment: { AWS_ACCESS_KEY_ID: undefined },
    says: /^There are no AWS credentials \(.*\): set AWS_PROFILE, or /,
  },
  {
    why: 'a stage that is not deployed',
    args: ['failed', 'list', '--stage', 'elsewhere'],
    says: /^There is no queue swr-sync-cleanup-elsewhere-dead-letters in us-east-1: is stage elsewhere deployed there\?/,
  },
  {
    why: 'a local stack that is not running',
    args: ['tasks', '--stage', 'local'],
    says: /^The local stack is not running: start it with "npm start"/,
  },
  {
    why: 'an unknown account to be examined',
    args: ['doctor', '--account', 'nobody'],
    says: /^Stage test has no account nobody/,
  },
  // The command line
  { why: 'an unknown command', args: ['taks'], says: /^unknown command 'taks' \(Did you mean tasks\?\)/ },
  {
    why: 'an unknown option',
    args: ['tasks', '--jsn'],
    says: /^unknown option '--jsn' \(Did you mean --json\?\)/,
  },
  { why: 'an option of another command', args: ['tasks', '--yes'], says: /^unknown option '--yes'/ },
  {
    why: 'an argument too few',
    args: ['clean'],
    says: /^missing required argument 'NAMESPACE\[\/REPOSITORY\]'/,
  },
  { why: 'an argument too many', args: ['tasks', 'acme', 'web'], says: /^too many arguments/ },
  // Names
  {
    why: 'a name that SWR can not have',
    args: ['tasks', 'Acme/web'],
    says: /^"Acme" is not an SWR organization: .*Expected NAMESPACE or NAMESPACE\/REPOSITORY\.$/,
  },
  { why: 'a repository that was forgotten', args: ['tasks', 'acme/'], says: /^"" is not an SWR repository/ },
  {
    why: 'an unknown organization',
    args: ['tasks', 'nobody'],
    says: /^There is no organization nobody, .*it sees: acme$/,
  },
  // clean
  {
    why: 'an organization that may be a forgotten repository',
    args: ['clean', 'acme', '--yes'],
    says: /^acme is an organization: name NAMESPACE\/REPOSITORY, or say --organization/,
  },
  {
    why: 'a repository that may be meant as an organization',
    args: ['clean', 'acme/payments/api', '--organization', '--yes'],
    says: /^acme\/payments\/api is a repository/,
  },
  {
    why: 'an organization that has no repositories',
    args: ['clean', 'nobody', '--organization', '--yes'],
    says: /^SWR lists no repository of nobody\./,
  },
  {
    why: 'no target',
    args: ['clean', 'acme/payments/api', '--target', 'acme-dr', '--yes'],
    says: /^acme-dr is no target: expected REGION\/ORGANIZATION/,
  },
  {
    why: 'no time',
    args: ['clean', 'acme/payments/api', '--occurred-at', 'yesterday', '--yes'],
    says: /^yesterday is no time: expected one such as/,
  },
  {
    why: 'nobody to ask before tasks are deleted',
    args: ['clean', 'acme/payments/api'],
    says: /^Delete 2 tasks of acme\/payments\/api in account main \(cn-north-4\)\? There is no terminal to ask on: repeat it with --yes/,
  },
  // history
  {
    why: 'a window that matches nothing',
    args: ['history', '--since', '2020-01-01', '--until', '2020-01-02'],
    says: /^The ledger has nothing from 2020-01-01T00:00:00\.000Z to 2020-01-02T00:00:00\.000Z\./,
  },
  {
    why: 'a window that ends before it begins',
    args: ['history', '--since', '1h', '--until', '2h'],
    says: /^The window ends before it begins/,
  },
  {
    why: 'a time without its zone',
    args: ['history', '--since', '2026-11-24T03:00'],
    says: /^2026-11-24T03:00 is no time/,
  },
  {
    why: 'an unknown delivery',
    args: ['history', '--delivery', 'nothing'],
    says: /^The ledger has nothing of delivery nothing from /,
  },
  {
    why: 'a repository to which nothing has happened',
    args: ['history', 'acme/quiet'],
    says: /^The ledger has nothing about acme\/quiet of account main from /,
  },
  // restore
  {
    why: 'nothing to restore is named',
    args: ['restore', '--yes'],
    says: /^What is to be restored\? Name a repository, a --delivery, or a window with --since\./,
  },
  {
    why: 'a window without deletions',
    args: ['restore', '--since', '2020-01-01', '--until', '2020-01-02', '--yes'],
    says: /^The ledger has nothing from/,
  },
  {
    why: 'a request that has deleted nothing',
    args: ['restore', '--delivery', 'delivery-2', '--yes'],
    says: /^The ledger has entries there, but nothing of them was deleted/,
  },
  {
    why: 'nobody to ask before tasks are created',
    args: ['restore', 'acme/web'],
    says: /^Create 1 task\? There is no terminal to ask on: repeat it with --yes/,
  },
  // failed
  {
    why: 'no message is named to be retried',
    args: ['failed', 'retry'],
    says: /^Either the ID of a message, or --all: what to retry\?/,
  },
  {
    why: 'one and all are named',
    args: ['failed', 'drop', 'abc', '--all'],
    says: /^Either the ID of a message, or --all: what to drop\?/,
  },
  {
    why: 'an unknown message',
    args: ['failed', 'show', 'xyz'],
    says: /^The dead-letter queue has no message xyz\./,
  },
  { why: 'an ambiguous message', args: ['failed', 'show', ''], says: /^"" can be any of [0-9a-f-]{36}, / },
  {
    why: 'nobody to ask before messages are dropped',
    args: ['failed', 'drop', '--all'],
    says: /^Drop 4 messages\? There is no terminal to ask on: repeat it with --yes/,
  },
  {
    why: 'nobody to ask before messages are retried',
    args: ['failed', 'retry', '--all'],
    says: /^Retry 4 messages\? There is no terminal to ask on: repeat it with --yes/,
  },
];

test.each(rows)(
  'one line, exit status 2, and nothing is changed: $why',
  async ({ args, environment = {}, says }) => {
    const { status, stdout, stderr } = await operating.run(args, environment);
    expect({ status, stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({
      status: 2,
      stdout: '',
      lines: 1,
    });
    expect(stderr.trimEnd()).toMatch(says);
    expect(stderr).not.toMatch(/pa55word|^\s+at /m);
    const { cloud, sqs, names } = operating;
    expect([...cloud.journal.of('deleteSyncTask'), ...cloud.journal.of('createSyncTask')]).toEqual([]);
    expect(cloud.cloud.tasks()).toHaveLength(2);
    expect(sqs.inspectQueue(names.deadLetterQueue)?.messages.ready).toHaveLength(4);
    expect(sqs.inspectQueue(names.cleanupQueue)?.messages.ready).toEqual([]);
  },
);

test('every fault of a configuration is told, with exit status 2', async () => {
  const { status, stdout, stderr } = await operating.run(['tasks', '--stage', 'faulty']);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('config/faulty.yml:1 accounts: found {}, expected at least one account');
});
