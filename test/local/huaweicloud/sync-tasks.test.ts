import { describe, expect, test } from '@jest/globals';
import { APAC, DR, expectError, syncRepo, useAcme } from './acme.ts';
import { type Reply, sendRequest } from './send-request.ts';

const acme = useAcme({ loggedIn: true });

function send(method: string, path: string, body?: unknown): Promise<Reply> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return sendRequest(acme.url, { method, path, headers: acme.headers, body: text });
}

function countTasks(repository?: string): number {
  return acme.cloud.tasks('acme', repository).length;
}

describe('GET', () => {
  test('lists tasks as rows', async () => {
    const reply = await send('GET', syncRepo('hello'));
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body)).toEqual([
      {
        createdAt: '2026-03-02T08:15:27.53183Z',
        domainID: expect.stringMatching(/^[0-9a-f]{32}$/),
        domainName: 'acme',
        id: 1,
        namespace: 'acme',
        override: false,
        remoteNamespace: 'acme-dr',
        remoteRegionId: 'cn-east-3',
        repoName: 'hello',
        syncAuto: false,
        updatedAt: '2026-03-02T08:15:27.53183Z',
      },
    ]);
  });

  test.each([
    { why: 'Node, Go and Terraform send it raw', repository: 'payments$api' },
    { why: 'Python sends it encoded', repository: 'payments%24api' },
  ])('finds a repository with a slash as $repository: $why', async ({ repository }) => {
    const reply = await send('GET', syncRepo(repository));
    expect(JSON.parse(reply.body)).toMatchObject([
      { repoName: 'payments/api' },
      { repoName: 'payments/api' },
    ]);
  });

  test('is empty where the repository has no tasks', async () => {
    expect(await send('GET', syncRepo('quiet'))).toMatchObject({ status: 200, body: '[]' });
  });

  test('still lists what a removed repository has left behind', async () => {
    acme.cloud.removeRepository('acme', 'hello');
    expect(JSON.parse((await send('GET', syncRepo('hello'))).body)).toHaveLength(1);
  });

  test('still lists what a removed organization has left behind', async () => {
    acme.cloud.removeOrganization('acme');
    expect(JSON.parse((await send('GET', syncRepo('payments$api'))).body)).toHaveLength(2);
  });

  test('is not found where nothing of that name is left', async () => {
    acme.cloud.removeRepository('acme', 'quiet');
    const reply = await send('GET', syncRepo('quiet'));
    expectError(reply, 404, 'SVCSTG.SWR.4040010');
  });

  test('gives at most 100 rows', async () => {
    for (let i = 0; i < 101; i++) {
      acme.cloud.addTask({
        namespace: 'acme',
        repository: 'quiet',
        remoteRegionId: 'cn-east-3',
        remoteNamespace: `n${i}`,
      });
    }
    expect(JSON.parse((await send('GET', syncRepo('quiet'))).body)).toHaveLength(100);
    expect(countTasks('quiet')).toBe(101);
  });

  test('omits the tasks without syncAuto where the list hides manual ones', async () => {
    acme.cloud.listing = { hideManual: true };
    acme.cloud.addTask({ namespace: 'acme', repository: 'quiet', ...DR, syncAuto: false });
    acme.cloud.addTask({ namespace: 'acme', repository: 'quiet', ...APAC, syncAuto: true });
    expect(JSON.parse((await send('GET', syncRepo('quiet'))).body)).toMatchObject([APAC]);
  });

  test('omits a hidden task, which is there all the same', async () => {
    acme.cloud.addTask({ namespace: 'acme', repository: 'quiet', ...DR, hidden: true });
    expect((await send('GET', syncRepo('quiet'))).body).toBe('[]');
    expect(countTasks('quiet')).toBe(1);
    expect((await send('DELETE', syncRepo('quiet'), DR)).status).toBe(200);
    expect(countTasks('quiet')).toBe(0);
  });
});

describe('DELETE', () => {
  test('deletes the one task with an empty answer', async () => {
    expect(await send('DELETE', syncRepo('payments$api'), DR)).toMatchObject({ status: 200, body: '' });
    expect(acme.cloud.tasks('acme', 'payments/api')).toMatchObject([APAC]);
  });

  test('works after the repository is gone', async () => {
    acme.cloud.removeRepository('acme', 'hello');
    expect((await send('DELETE', syncRepo('hello'), DR)).status).toBe(200);
    expect(countTasks('hello')).toBe(0);
  });

  test.each([
    { why: 'as documented', goneAs: 404, code: 'SVCSTG.SWR.4040010' },
    { why: 'as seen in practice', goneAs: 400, code: 'SVCSTG.SWR.4001158' },
  ] as const)('answers $goneAs for a task that is not there, $why', async ({ goneAs, code }) => {
    acme.cloud.goneAs = goneAs;
    const reply = await send('DELETE', syncRepo('quiet'), DR);
    expect(reply.status).toBe(goneAs);
    expect(JSON.parse(reply.body)).toMatchObject({ error_code: code, errors: [{ errorCode: code }] });
  });

  test.each([
    { why: 'there is no body', body: undefined },
    { why: 'the region is missing', body: JSON.stringify({ remoteNamespace: 'acme-dr' }) },
    { why: 'the organization is missing', body: JSON.stringify({ remoteRegionId: 'cn-east-3' }) },
    { why: 'the region is empty', body: JSON.stringify({ ...DR, remoteRegionId: '' }) },
    { why: 'the organization cannot be one', body: JSON.stringify({ ...DR, remoteNamespace: 'Acme' }) },
    { why: 'the body breaks off', body: '{"remoteRegionId":' },
    { why: 'the body is a list', body: JSON.stringify([DR]) },
    { why: 'the type is missing', body: JSON.stringify(DR), type: undefined },
    { why: 'the type is another', body: JSON.stringify(DR), type: 'text/plain' },
  ])('rejects the request and deletes nothing when $why', async (row) => {
    const { 'X-Auth-Token': token = '' } = acme.headers;
    const type = 'type' in row ? row.type : 'application/json';
    const reply = await sendRequest(acme.url, {
      method: 'DELETE',
      path: syncRepo('hello'),
      headers: { 'X-Auth-Token': token, ...(type !== undefined && { 'Content-Type': type }) },
      body: row.body,
    });
    expectError(reply, 400, 'SVCSTG.SWR.4000014');
    expect(countTasks('hello')).toBe(1);
  });

  test.each(['application/json;charset=utf8', 'application/json; charset=UTF-8'])(
    'takes %s',
    async (type) => {
      acme.headers = { ...acme.headers, 'Content-Type': type };
      expect((await send('DELETE', syncRepo('hello'), DR)).status).toBe(200);
    },
  );
});

describe('POST', () => {
  test('creates a task with the time of the clock', async () => {
    acme.clock.now += 120;
    const reply = await send('POST', syncRepo('quiet'), { ...DR, syncAuto: true, override: true });
    expect(reply.status).toBe(200);
    expect(acme.cloud.tasks('acme', 'quiet')).toMatchObject([
      { ...DR, syncAuto: true, override: true, createdAt: '2026-11-24T03:00:00.12Z' },
    ]);
  });

  test('updates the task that is there', async () => {
    expect((await send('POST', syncRepo('hello'), { ...DR, syncAuto: true })).status).toBe(200);
    expect(acme.cloud.tasks('acme', 'hello')).toMatchObject([
      { id: 1, syncAuto: true, createdAt: '2026-03-02T08:15:27.53183Z', updatedAt: '2026-11-24T03:00:00Z' },
    ]);
  });

  test('rejects the task that is there where it is strict, and leaves it', async () => {
    acme.cloud.strictCreate = true;
    const before = acme.cloud.tasks('acme', 'hello');
    const reply = await send('POST', syncRepo('hello'), { ...DR, override: true });
    expect([reply.status, JSON.parse(reply.body).error_msg]).toEqual([400, 'duplicate sync repo']);
    expect(acme.cloud.tasks('acme', 'hello')).toEqual(before);
    expect((await send('POST', syncRepo('quiet'), DR)).status).toBe(200);
  });

  test('answers an internal error for an unknown region', async () => {
    acme.cloud.regions = [APAC.remoteRegionId];
    expectError(await send('POST', syncRepo('quiet'), DR), 500, 'SVCSTG.SWR.5001101');
    expect((await send('POST', syncRepo('quiet'), APAC)).status).toBe(200);
  });

  test('succeeds toward an organization that does not exist', async () => {
    const target = { remoteRegionId: 'la-south-2', remoteNamespace: 'nowhere' };
    expect((await send('POST', syncRepo('quiet'), target)).status).toBe(200);
  });

  test('needs the repository', async () => {
    expect((await send('POST', syncRepo('missing'), DR)).status).toBe(404);
  });

  test('rejects a flag that is no boolean', async () => {
    expect((await send('POST', syncRepo('quiet'), { ...DR, syncAuto: 'true' })).status).toBe(400);
  });
});
