import { describe, expect, test } from '@jest/globals';
import type { Fault, Operation } from '../../../local/huaweicloud/emulator.ts';
import { authenticate, DR, describeLogin, JSON_TYPE, logIn, startAcme, syncRepo, useAcme } from './acme.ts';
import { type Reply, sendRequest } from './send-request.ts';

const acme = useAcme({ loggedIn: true });

function deleteTask(signal?: AbortSignal): Promise<Reply> {
  const body = JSON.stringify(DR);
  return sendRequest(acme.url, {
    method: 'DELETE',
    path: syncRepo('hello'),
    headers: acme.headers,
    body,
    ...(signal && { signal }),
  });
}

function listTasks(): Promise<Reply> {
  return sendRequest(acme.url, { path: syncRepo('hello'), headers: acme.headers });
}

function isTaskThere(): boolean {
  return acme.cloud.tasks('acme', 'hello').length === 1;
}

describe('an answer in place of the true one', () => {
  const code = 'SVCSTG.SWR.4031032';
  const row = { errorCode: code, errorMessage: 'slow down', detail: '' };
  test.each<[why: string, fault: Fault, status: number, body: unknown]>([
    ['the first shape', { shape: 1 }, 403, { errors: [row], error_code: code, error_msg: 'slow down' }],
    ['the second shape', { shape: 2 }, 403, [row]],
    ['the third shape', { shape: 3 }, 403, { errorCode: code, errorMessage: 'slow down' }],
    [
      'the fourth shape',
      { shape: 4 },
      403,
      { error_code: code, error_msg: 'slow down', request_id: expect.any(String) },
    ],
    ['the first shape where none is named', {}, 403, expect.objectContaining({ errors: [row] })],
    ['a status beside the code', { status: 503 }, 503, expect.anything()],
  ])('has %s', async (_, fault, status, body) => {
    acme.fault('deleteSyncTask', { code, message: 'slow down', ...fault });
    const reply = await deleteTask();
    expect(reply.status).toBe(status);
    expect(JSON.parse(reply.body)).toEqual(body);
    expect(isTaskThere()).toBe(true);
  });

  test.each<[why: string, fault: Fault, status: number, type: string | undefined, body: string]>([
    ['empty', { status: 502, body: '' }, 502, undefined, ''],
    ["a proxy's page", { status: 502, body: '<html></html>' }, 502, 'text/html', '<html></html>'],
    ['not what was asked for', { body: '{"a":' }, 200, 'application/json', '{"a":'],
    ['without an error', { status: 204 }, 204, undefined, ''],
  ])('can be %s', async (_, fault, status, type, body) => {
    acme.fault('listSyncTasks', fault);
    const reply = await listTasks();
    expect({ ...reply, headers: reply.headers['content-type'] }).toEqual({ status, headers: type, body });
  });

  test.each<[why: string, fault: Fault, status: number, body: unknown]>([
    [
      'by status',
      { status: 503, message: 'later' },
      503,
      { error: { code: 503, message: 'later', title: 'Service Unavailable' } },
    ],
    [
      'by code',
      { status: 429, code: 'IAM.0012', message: 'slow down' },
      429,
      { error_code: 'IAM.0012', error_msg: 'slow down' },
    ],
  ])("has IAM's own shape at IAM, %s", async (_, fault, status, body) => {
    acme.fault('createToken', fault);
    const reply = await logIn(acme.url);
    expect({ status: reply.status, body: JSON.parse(reply.body) }).toEqual({ status, body });
  });

  test("has the gateway's shape with the gateway's code", async () => {
    acme.fault('listSyncTasks', { status: 429, code: 'APIGW.0308', message: 'slow down' });
    const reply = await listTasks();
    expect(JSON.parse(reply.body)).toEqual({
      error_code: 'APIGW.0308',
      error_msg: 'slow down',
      request_id: expect.any(String),
    });
  });

  test('carries headers', async () => {
    acme.fault('deleteSyncTask', { status: 429, headers: { 'Retry-After': '7' } });
    expect((await deleteTask()).headers['retry-after']).toBe('7');
  });

  test('does not count toward the lock at IAM', async () => {
    acme.fault('createToken', { status: 500 }, { times: 5 });
    for (let i = 0; i < 5; i++) await logIn(acme.url, describeLogin({ password: 'wrong' }));
    expect((await logIn(acme.url)).status).toBe(201);
  });

  test('can come after the deed', async () => {
    acme.fault('deleteSyncTask', { status: 500, afterwards: true });
    expect((await deleteTask()).status).toBe(500);
    expect(isTaskThere()).toBe(false);
  });
});

describe('an answer that is otherwise normal', () => {
  test.each(['X-Subject-Token', 'x-subject-token'])('can lack %s', async (name) => {
    acme.fault('createToken', { omitHeaders: [name] });
    const reply = await logIn(acme.url);
    expect(reply.status).toBe(201);
    expect(reply.headers['x-subject-token']).toBeUndefined();
  });

  test('can have more headers', async () => {
    acme.fault('deleteSyncTask', { headers: { 'X-Strange': 'yes' } });
    expect(await deleteTask()).toMatchObject({ status: 200, headers: { 'x-strange': 'yes' } });
    expect(isTaskThere()).toBe(false);
  });

  test('can come late', async () => {
    acme.fault('listSyncTasks', { delayMs: 60 });
    const startedAt = performance.now();
    expect((await listTasks()).status).toBe(200);
    // Timers may fire up to a millisecond early.
    expect(performance.now() - startedAt).toBeGreaterThan(58);
  });

  test('can come byte by byte, and whole', async () => {
    const { body } = await listTasks();
    acme.fault('listSyncTasks', { drip: { everyMs: 0 } });
    expect((await listTasks()).body).toBe(body);
  });

  test('does not stop the acme when the client leaves half-way', async () => {
    acme.fault('listSyncTasks', { drip: { everyMs: 1 } });
    const leaving = new AbortController();
    const waiting = sendRequest(acme.url, {
      path: syncRepo('hello'),
      headers: acme.headers,
      signal: leaving.signal,
    });
    await acme.journal.waitFor((entries) => entries.at(-1)?.status === 200);
    leaving.abort();
    // ABORT_ERR or ECONNRESET: it depends on whether the headers have been read.
    await expect(waiting).rejects.toHaveProperty('code');
    expect((await listTasks()).status).toBe(200);
  });
});

describe('a lost answer', () => {
  test.each<{ why: string; fault: Fault; isDone: boolean }>([
    { why: 'before the headers', fault: { reset: 'headers' }, isDone: false },
    { why: 'in the body', fault: { reset: 'body' }, isDone: false },
    { why: 'before the headers, afterwards', fault: { reset: 'headers', afterwards: true }, isDone: true },
    { why: 'in the body, afterwards', fault: { reset: 'body', afterwards: true }, isDone: true },
  ])('breaks off $why, and the deed is done: $isDone', async ({ fault, isDone }) => {
    acme.fault('deleteSyncTask', fault);
    await expect(deleteTask()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(isTaskThere()).toBe(!isDone);
  });

  test('breaks off in the middle of a true list', async () => {
    acme.fault('listSyncTasks', { reset: 'body' });
    await expect(listTasks()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(acme.journal.of('listSyncTasks')).toMatchObject([{ status: 200 }]);
  });

  test.each([
    { why: 'nothing is done', fault: { hang: true }, isDone: false },
    { why: 'the deed is done', fault: { hang: true, afterwards: true }, isDone: true },
  ])('never comes, and $why', async ({ fault, isDone }) => {
    acme.fault('deleteSyncTask', fault);
    const leaving = new AbortController();
    const waiting = deleteTask(leaving.signal);
    await acme.journal.waitFor((entries) => entries.some(({ operation }) => operation === 'deleteSyncTask'));
    leaving.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'ABORT_ERR' });
    expect(acme.journal.of('deleteSyncTask')).toMatchObject([{ status: undefined }]);
    expect(isTaskThere()).toBe(!isDone);
  });

  test.each<{ why: string; fault: Fault }>([
    { why: 'hanging', fault: { hang: true } },
    { why: 'delayed', fault: { delayMs: 60_000 } },
    { why: 'dripping', fault: { drip: { everyMs: 60_000 } } },
  ])('ends with the acme where it is $why', async ({ fault }) => {
    acme.fault('listSyncTasks', fault);
    // Settled with both handlers at once: it fails while the acme is still closing.
    const failed = listTasks().then(
      () => undefined,
      (error: unknown) => error,
    );
    await acme.journal.waitFor((entries) => entries.some(({ operation }) => operation === 'listSyncTasks'));
    await acme.close();
    expect(await failed).toMatchObject({ code: 'ECONNRESET' });
  });
});

async function listStatuses(times: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < times; i++) statuses.push((await listTasks()).status);
  return statuses;
}

describe('the script', () => {
  test.each([
    { why: 'the next call, if nothing is said', when: undefined, statuses: [500, 200, 200, 200] },
    { why: 'the n-th call', when: { nth: 3 }, statuses: [200, 200, 500, 200] },
    { why: 'so many calls', when: { times: 2 }, statuses: [500, 500, 200, 200] },
    { why: 'so many calls from the n-th on', when: { nth: 2, times: 2 }, statuses: [200, 500, 500, 200] },
    { why: 'every call', when: { times: Infinity }, statuses: [500, 500, 500, 500] },
  ])('is for $why', async ({ when, statuses }) => {
    acme.fault('listSyncTasks', { status: 500 }, when);
    expect(await listStatuses(4)).toEqual(statuses);
  });

  test('counts from when the fault was added', async () => {
    await listTasks();
    acme.fault('listSyncTasks', { status: 500 }, { nth: 2 });
    expect(await listStatuses(3)).toEqual([200, 500, 200]);
  });

  test('counts each operation for itself', async () => {
    acme.fault('deleteSyncTask', { status: 500 });
    expect((await listTasks()).status).toBe(200);
    expect((await deleteTask()).status).toBe(500);
  });

  test('lets the fault that was added last win', async () => {
    acme.fault('listSyncTasks', { status: 500 }, { times: Infinity });
    acme.fault('listSyncTasks', { status: 503 }, { nth: 2 });
    expect(await listStatuses(3)).toEqual([500, 503, 500]);
  });

  test('can be cleared', async () => {
    acme.fault('listSyncTasks', { status: 500 }, { times: Infinity });
    acme.clearFaults();
    expect(await listStatuses(1)).toEqual([200]);
  });

  test('reaches calls that lead nowhere', async () => {
    acme.fault('unknown', { status: 502, body: '' });
    const reply = await sendRequest(acme.url, { path: '/nowhere', headers: JSON_TYPE });
    expect(reply.status).toBe(502);
  });
});

describe('chosen faults', () => {
  test('are asked for anew with each call', async () => {
    const statuses = [500, undefined, 503, undefined];
    acme.faultWhere(() => {
      const status = statuses.shift();
      return status === undefined ? undefined : { status };
    });
    expect(await listStatuses(5)).toEqual([500, 200, 503, 200, 200]);
  });

  test('are asked for with the operation', async () => {
    const asked: Operation[] = [];
    acme.faultWhere((operation) => {
      asked.push(operation);
      return undefined;
    });
    await authenticate(acme.url);
    await listStatuses(1);
    await sendRequest(acme.url, { path: '/nowhere' });
    expect(asked).toEqual(['createToken', 'listSyncTasks', 'unknown']);
  });

  test('leave those alone that the script is for', async () => {
    let asked = 0;
    acme.faultWhere(() => {
      asked += 1;
      return { status: 503 };
    });
    acme.fault('listSyncTasks', { status: 500 }, { nth: 2 });
    acme.fault('listSyncTasks', { delayMs: 0 }, { nth: 3 });
    expect(await listStatuses(4)).toEqual([503, 500, 200, 503]);
    expect(asked).toBe(2);
  });

  test('are chosen by the last one that was given', async () => {
    acme.faultWhere(() => ({ status: 500 }));
    acme.faultWhere(() => ({ status: 503 }));
    expect(await listStatuses(1)).toEqual([503]);
  });

  test('can be cleared', async () => {
    acme.faultWhere(() => ({ status: 500 }));
    acme.clearFaults();
    expect(await listStatuses(1)).toEqual([200]);
  });
});

test('delays every answer by its latency', async () => {
  await using slow = await startAcme({ latencyMs: 30 });
  const startedAt = performance.now();
  await logIn(slow.url);
  expect(performance.now() - startedAt).toBeGreaterThan(28);
});
