import { beforeEach, describe, expect, test } from '@jest/globals';
import { formatCaller } from '../../cli/caller.ts';
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
