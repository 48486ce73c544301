import { beforeEach, describe, expect, test } from '@jest/globals';
import { formatCaller } from '../../cli/caller.ts';
import { Queue } from '../../lib/aws/queue.ts';
import type { CleanupRequest } from '../../lib/cleanup/request.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { DR } from '../support/cloud.ts';
import { useOperating } from '../support/operating.ts';
import { CALLER } from '../support/sts.ts';

const UNREACHABLE = { AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' };

const operating = useOperating();
let tests = 0;
let namespace: string;
beforeEach(() => {
  tests += 1;
  namespace = `called-${tests}`;
  operating.cloud.cloud.addRepository(namespace, 'api');
  operating.cloud.cloud.addTask({ namespace, repository: 'api', ...DR });
});

async function deadLetter(request: CleanupRequest): Promise<void> {
  const queue = new Queue(operating.urlOf(operating.names.deadLetterQueue));
  await queue.sendWithAttributes('{}', { request: JSON.stringify(request) }, 5000);
}

async function entries(): Promise<unknown> {
  return Object(await operating.json(`history ${namespace}`)).entries;
}

describe('manual work is recorded with its caller', () => {
  test('in the request and in its tasks', async () => {
    await operating.json(`clean ${namespace}/api --yes`);
    await expect(entries()).resolves.toMatchObject([
      { kind: 'request', by: CALLER },
      { kind: 'task', by: CALLER },
    ]);
    const { stdout } = await operating.run(`history ${namespace}`);
    expect(stdout.match(/ swr-sync +assumed-role\/operator\/alice/g)).toHaveLength(2);
  });

  test('in a deletion that was restored', async () => {
    await operating.deleteTasks(`queue:${namespace}`, namespace, 'api');
    await operating.json(`restore ${namespace}/api --yes`);
    const restored = (await operating.taskEntries(namespace, 'api'))[0];
    expect(restored).toMatchObject({ restoredBy: CALLER });
    expect(restored).not.toHaveProperty('by');
    const { stdout } = await operating.run(`history ${namespace}`);
    expect(stdout).toMatch(/ restored \S+ \S+ by assumed-role\/operator\/alice$/m);
  });

  test.each([
    { verb: 'retry', done: 'retried' },
    { verb: 'drop', done: 'dropped' },
  ])('in a dead-lettered request, after $verb', async ({ verb, done }) => {
    const request = cleanupRequest({ id: `queue:${namespace}`, namespace, repository: 'api' });
    await operating.ledger.open(request);
    await deadLetter(request);
    await operating.json(`failed ${verb} --all --yes`);
    await expect(entries()).resolves.toMatchObject([{ seen: 1, [`${done}By`]: CALLER }]);
    const { stdout } = await operating.run(`history ${namespace}`);
    expect(stdout).toMatch(
      new RegExp(` not finished; ${done} \\S+ \\S+ by assumed-role/operator/alice$`, 'm'),
    );
  });

  test('by a signed call of STS', async () => {
    await operating.json(`clean ${namespace}/api --yes`);
    expect(operating.sts.requests.at(-1)).toMatchObject({
      method: 'GET',
      path: '/?Action=GetCallerIdentity&Version=2011-06-15',
      headers: { authorization: expect.stringContaining('/us-east-1/sts/aws4_request') },
    });
  });
});

test('manual work goes on without STS, and its caller is unknown', async () => {
  const { status, stderr } = await operating.run(`clean ${namespace}/api --yes`, UNREACHABLE);
  expect(status).toBe(0);
  expect(stderr).toMatch(
    /^The ledger will name "unknown" as the caller: sts GetCallerIdentity: .*ECONNREFUSED/m,
  );
  expect(operating.cloud.cloud.tasks(namespace)).toEqual([]);
  await expect(entries()).resolves.toMatchObject([{ by: 'unknown' }, { by: 'unknown' }]);
});

test('a message is retried without the ledger, and the missing record is reported once', async () => {
  for (const repository of ['api', 'web']) await deadLetter(cleanupRequest({ namespace, repository }));
  const { status, stderr } = await operating.run('failed retry --all --yes', {
    AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
  });
  expect(status).toBe(0);
  expect(stderr.match(/^Not recorded who has retried it: the ledger can not be written/gm)).toHaveLength(1);
  expect(stderr).toMatch(/^2 messages retried\.$/m);
});

test('a retried request that had no entry expires, and is opened as a new one', async () => {
  const request = cleanupRequest({ id: `queue:${namespace}`, namespace, repository: 'api' });
  await deadLetter(request);
  await operating.json('failed retry --all --yes');
  await expect(operating.run(`history --delivery ${request.id}`)).resolves.toMatchObject({ status: 2 });
  await expect(operating.ledger.open(request)).resolves.toMatchObject({ repeated: false });
  await expect(entries()).resolves.toMatchObject([{ seen: 1, retriedBy: CALLER }]);
});

test('a preview calls no STS', async () => {
  const before = operating.sts.requests.length;
  await operating.json(`clean ${namespace}/api --dry-run`);
  await operating.deleteTasks(`queue:${namespace}`, namespace, 'api');
  await operating.json(`restore ${namespace}/api --dry-run`);
  await operating.json('sweep --dry-run');
  expect(operating.sts.requests).toHaveLength(before);
});

test.each([
  ['arn:aws:iam::123456789012:user/team/bob', 'user/team/bob'],
  ['arn:aws-cn:sts::123456789012:assumed-role/operator/a:b', 'assumed-role/operator/a:b'],
  ['unknown', 'unknown'],
])('a table shows %s as %s', (arn, shown) => {
  expect(formatCaller(arn)).toBe(shown);
});
