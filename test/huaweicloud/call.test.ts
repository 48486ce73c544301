import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { callHuaweiCloud } from '../../lib/huaweicloud/call.ts';
import {
  type Answering,
  type LoopbackServer,
  respond,
  startLoopbackServer,
} from '../support/loopback-server.ts';
import { recordLog } from '../support/recorded-log.ts';

let server: LoopbackServer;
let answer: Answering;
beforeAll(async () => {
  server = await startLoopbackServer((response, request) => answer(response, request));
});
beforeEach(() => {
  answer = (response) => respond(response, 200, '[]');
});
afterAll(() => server.close());

const recorded = recordLog();
beforeEach(() => recorded.clear());
const lines = () => recorded.of('called');

function call(headers = { 'x-auth-token': 'a secret token' }): ReturnType<typeof callHuaweiCloud> {
  const url = new URL(`${server.url}/v2/manage/repos?namespace=acme`);
  return callHuaweiCloud(
    'swr',
    { method: 'GET', url, headers, timeoutMs: 2000, maxBodyBytes: 1000 },
    recorded.log,
  );
}

test('is a line that says how it ended and how long it took, and shows nothing that was sent', async () => {
  await expect(call()).resolves.toMatchObject({ status: 200, body: '[]' });
  const subject = { level: 'debug', service: 'swr', method: 'GET', path: '/v2/manage/repos' };
  const [line] = lines();
  expect(line).toMatchObject({ ...subject, status: 200, throttled: false, ms: expect.any(Number) });
  expect(JSON.stringify(line)).not.toMatch(/secret|namespace=/);
});

test('took no longer than it was waited for', async () => {
  const startedAt = performance.now();
  await call();
  const [line] = lines();
  expect(line?.['ms']).toBeGreaterThanOrEqual(0);
  expect(line?.['ms']).toBeLessThanOrEqual(Math.ceil(performance.now() - startedAt));
});

test('has no code where it succeeded, whatever its body says', async () => {
  answer = (response) => respond(response, 200, { errorCode: 'SVCSTG.SWR.4031032' });
  await call();
  expect(lines()[0]).toMatchObject({ status: 200, throttled: false });
  expect(lines()[0]).not.toHaveProperty('code');
});

test('is a line where the request could not even be made', async () => {
  await expect(call({ 'x-auth-token': 'not\nallowed' })).rejects.toMatchObject({ code: 'ERR_INVALID_CHAR' });
  expect(lines()).toMatchObject([{ code: 'UNEXPECTED' }]);
});

test.each([
  { why: 'the first status that is a failure', status: 400, code: 'SVCSTG.SWR.4000001', throttled: false },
  { why: 'by its status', status: 429, code: 'APIGW.0308', throttled: true },
  { why: 'by its status alone', status: 429, code: undefined, throttled: true },
  { why: 'by the code of SWR', status: 403, code: 'SVCSTG.SWR.4031032', throttled: true },
  { why: 'by the other code of SWR', status: 403, code: 'SVCSTG.SWR.4031042', throttled: true },
  { why: 'a permission is missing', status: 403, code: 'SVCSTG.SWR.4030170', throttled: false },
  { why: 'SWR is broken', status: 500, code: 'SVCSTG.SWR.5000001', throttled: false },
  { why: 'SWR is away', status: 503, code: undefined, throttled: false },
])('$status $code is throttled: $throttled ($why)', async ({ status, code, throttled }) => {
  answer = (response) => respond(response, status, code === undefined ? '' : { errorCode: code });
  await expect(call()).resolves.toMatchObject({ status });
  expect(lines()).toMatchObject([{ status, ...(code !== undefined && { code }), throttled }]);
});

test('is a line where no answer came, too', async () => {
  answer = (response) => response.socket?.destroy();
  await expect(call()).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(lines()).toMatchObject([{ service: 'swr', code: 'ECONNRESET', ms: expect.any(Number) }]);
});

test('needs no log', async () => {
  const request = {
    method: 'GET',
    url: new URL(server.url),
    headers: {},
    timeoutMs: 2000,
    maxBodyBytes: 10,
  } as const;
  await expect(callHuaweiCloud('iam', request, undefined)).resolves.toMatchObject({ status: 200 });
});
