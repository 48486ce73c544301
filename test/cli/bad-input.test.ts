import { beforeAll, expect, test } from '@jest/globals';
import { DR } from '../support/cloud.ts';
import { useOperating } from '../support/operating.ts';

const operating = useOperating();
beforeAll(async () => {
  const { cloud } = operating;
  const accounts = { main: { region: 'cn-north-4', credentials: 'env:HUAWEI_CLOUD_CREDENTIALS' } };
  await operating.writeConfig('elsewhere', { accounts });
  await operating.writeConfig('local', { accounts });
  await operating.writeConfig('faulty', { accounts: {} });
  cloud.cloud.addRepository('acme', 'web');
  cloud.cloud.addTask({ namespace: 'acme', repository: 'web', ...DR });
  await operating.deleteTasks('delivery-1', 'acme', 'web');
  operating.cloud.journal.clear();
  await operating.ledger.open({ version: 1, id: 'delivery-2', namespace: 'acme', repository: 'nothing' });
  for (const message of ['one', 'two', 'three', 'four']) {
    operating.sqs.sendMessage(operating.names.deadLetterQueue, message);
  }
});

type Row = readonly [string, string, RegExp, Readonly<Record<string, string | undefined>>?];

const rows: readonly Row[] = [
  // Options of every command
  ['no stage', 'tasks', /^--stage NAME is missing; there is a configuration for: /, { STAGE: undefined }],
  [
    'an unknown stage',
    'tasks --stage nowhere',
    /^There is no config\/nowhere\.yml; there is a configuration for: .*elsewhere, faulty.*test$/,
  ],
  [
    'a path as a stage',
    'tasks --stage ../test',
    /^Invalid stage name "\.\.\/test": use a-z, 0-9 and -; there is/,
  ],
  ['a configuration that is not there', 'tasks --config none.yml', /^There is no file none\.yml/],
  ['an unknown account', 'tasks --account nobody', /^Stage test has no account nobody; it has: main, other/],
  [
    'no credentials of Huawei Cloud',
    'tasks',
    /^Unusable secret for account main \(env:HUAWEI_CLOUD_CREDENTIALS\): the environment has no such variable/,
    { HUAWEI_CLOUD_CREDENTIALS: undefined },
  ],
  [
    'credentials of Huawei Cloud that are none',
    'tasks',
    /^Unusable secret for account main \(.*\): .*not JSON$/,
    { HUAWEI_CLOUD_CREDENTIALS: 'pa55word' },
  ],
  [
    'no credentials of AWS',
    'history',
    /^No AWS credentials: tried AWS_ACCESS_KEY_ID, the profile default, and the container or instance\. Give --profile NAME /,
    { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
  ],
  [
    'half an access key of AWS',
    'history',
    /^Half an AWS access key in the environment: set AWS_ACCESS_KEY_ID as well, or unset AWS_SECRET_ACCESS_KEY\./,
    { AWS_ACCESS_KEY_ID: undefined },
  ],
  ['no region of AWS', 'history', /^No AWS region: give --region REGION, /, { AWS_REGION: undefined }],
  [
    'an unknown profile of AWS',
    'history --profile work',
    /^There is no AWS profile "work": "aws configure list-profiles" lists them/,
  ],
  [
    'a stage that is not deployed',
    'failed list --stage elsewhere',
    /^There is no queue swr-sync-cleanup-elsewhere-dead-letters in us-east-1: is stage elsewhere deployed there\?/,
  ],
  [
    'a local stack that is not running',
    'tasks --stage local',
    /^The local stack is not running: start it with "npm start"/,
  ],
  ['an unknown account to be examined', 'doctor --account nobody', /^Stage test has no account nobody/],
  // The command line
  ['an unknown command', 'taks', /^unknown command 'taks' \(Did you mean tasks\?\)/],
  ['an unknown option', 'tasks --jsn', /^unknown option '--jsn' \(Did you mean --json\?\)/],
  ['an option of another command', 'tasks --yes', /^unknown option '--yes'/],
  ['an argument too few', 'clean', /^missing required argument 'NAMESPACE\[\/REPOSITORY\]'/],
  ['an argument too many', 'tasks acme web', /^too many arguments/],
  // Names
  [
    'a name that SWR can not have',
    'tasks Acme/web',
    /^"Acme" is not an SWR organization: .*Expected NAMESPACE or NAMESPACE\/REPOSITORY\.$/,
  ],
  ['a repository that was forgotten', 'tasks acme/', /^"" is not an SWR repository/],
  ['an unknown organization', 'tasks nobody', /^There is no organization nobody, .*it sees: acme$/],
  // clean
  [
    'an organization that may be a forgotten repository',
    'clean acme --yes',
    /^acme is an organization: give NAMESPACE\/REPOSITORY, or --organization/,
  ],
  [
    'a repository that may be meant as an organization',
    'clean acme/payments/api --organization --yes',
    /^acme\/payments\/api is a repository/,
  ],
  [
    'an organization that has no repositories',
    'clean nobody --organization --yes',
    /^SWR lists no repository of nobody\./,
  ],
  [
    'no target',
    'clean acme/payments/api --target acme-dr --yes',
    /^Invalid target "acme-dr": expected REGION\/ORGANIZATION/,
  ],
  [
    'no time',
    'clean acme/payments/api --occurred-at yesterday --yes',
    /^Invalid time "yesterday": expected a time such as/,
  ],
  [
    'nobody to ask before tasks are deleted',
    'clean acme/payments/api',
    /^Delete 2 tasks of acme\/payments\/api in account main \(cn-north-4\)\? There is no terminal to ask on: repeat with --yes/,
  ],
  // history
  [
    'a window that matches nothing',
    'history --since 2020-01-01 --until 2020-01-02',
    /^The ledger has no entries from 2020-01-01T00:00:00\.000Z to 2020-01-02T00:00:00\.000Z\./,
  ],
  [
    'a window that ends before it begins',
    'history --since 1h --until 2h',
    /^The window ends before it begins/,
  ],
  ['a time without its zone', 'history --since 2026-11-24T03:00', /^Invalid time "2026-11-24T03:00"/],
  [
    'an unknown delivery',
    'history --delivery nothing',
    /^The ledger has no entries of delivery nothing from /,
  ],
  [
    'a repository to which nothing has happened',
    'history acme/quiet',
    /^The ledger has no entries about acme\/quiet of account main from /,
  ],
  // restore
  [
    'nothing to restore is named',
    'restore --yes',
    /^Name what to restore: a repository, a --delivery, or a window with --since\./,
  ],
  [
    'a window without deletions',
    'restore --since 2020-01-01 --until 2020-01-02 --yes',
    /^The ledger has no entries from/,
  ],
  [
    'a request that has deleted nothing',
    'restore --delivery delivery-2 --yes',
    /^Nothing to restore: no entry there is a deletion\./,
  ],
  [
    'nobody to ask before tasks are created',
    'restore acme/web',
    /^Create 1 task\? There is no terminal to ask on: repeat with --yes/,
  ],
  // failed
  ['no message is named to be retried', 'failed retry', /^Give the ID of the message to retry, or --all\./],
  ['one and all are named', 'failed drop abc --all', /^Give the ID of the message to drop, or --all\./],
  ['an unknown message', 'failed show xyz', /^The dead-letter queue has no message xyz\./],
  ['an ambiguous message', 'failed show ', /^Ambiguous id "": [0-9a-f-]{36}, /],
  [
    'nobody to ask before messages are dropped',
    'failed drop --all',
    /^Drop 4 messages\? There is no terminal to ask on: repeat with --yes/,
  ],
  [
    'nobody to ask before messages are retried',
    'failed retry --all',
    /^Retry 4 messages\? There is no terminal to ask on: repeat with --yes/,
  ],
];

test.each(rows)('one line, exit status 2, and no change: %s', async (_, command, says, environment = {}) => {
  const { status, stdout, stderr } = await operating.run(command, environment);
  expect([status, stdout, stderr.trimEnd().split('\n').length]).toEqual([2, '', 1]);
  expect(stderr.trimEnd()).toMatch(says);
  expect(stderr).not.toMatch(/pa55word|^\s+at /m);
  const { cloud, sqs, names } = operating;
  expect([...cloud.journal.of('deleteSyncTask'), ...cloud.journal.of('createSyncTask')]).toEqual([]);
  expect(cloud.cloud.tasks()).toHaveLength(2);
  expect(sqs.inspectQueue(names.deadLetterQueue)?.messages.ready).toHaveLength(4);
  expect(sqs.inspectQueue(names.cleanupQueue)?.messages.ready).toEqual([]);
});

test('names every issue of a configuration, with exit status 2', async () => {
  const { status, stdout, stderr } = await operating.run('tasks --stage faulty');
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain('config/faulty.yml:1 accounts: found {}, expected at least one account');
});
