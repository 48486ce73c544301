import { beforeEach, expect, test } from '@jest/globals';
import { callHuaweiCloud } from '../../lib/huaweicloud/call.ts';
import { noHurry } from '../support/deadline.ts';
import { respond, useServer } from '../support/loopback-server.ts';
import { recordLog } from '../support/recorded-log.ts';

const server = useServer((response) => respond(response, 200, '[]'));

const recorded = recordLog();
beforeEach(() => recorded.clear());
const lines = () => recorded.of('called');

function call(headers = { 'x-auth-token': 'a secret token' }): ReturnType<typeof callHuaweiCloud> {
  const url = new URL(`${server.url}/v2/manage/repos?namespace=acme`);
  return callHuaweiCloud(
    { service: 'swr', call: 'listing', method: 'GET', url, headers, maxBodyBytes: 1000, deadline: noHurry },
    recorded.log,
  );
}

test('a call is logged with its status and duration, and without what was sent', async () => {
  await expect(call()).resolves.toMatchObject({ status: 200, body: '[]' });
  const subject = { level: 'debug', service: 'swr', method: 'GET', path: '/v2/manage/repos' };
  const [line] = lines();
  expect(line).toMatchObject({ ...subject, status: 200, throttled: false, ms: expect.any(Number) });
  expect(JSON.stringify(line)).not.toMatch(/secret|namespace=/);
});

test('the logged duration is not longer than the call', async () => {
  const startedAt = performance.now();
  await call();
  const [line] = lines();
  expect(line?.['ms']).toBeGreaterThanOrEqual(0);
  expect(line?.['ms']).toBeLessThanOrEqual(Math.ceil(performance.now() - startedAt));
});

test('the line about a success has no code, even when its body has one', async () => {
  server.answer = (response) => respond(response, 200, { errorCode: 'SVCSTG.SWR.4031032' });
  await call();
  expect(lines()[0]).toMatchObject({ status: 200, throttled: false });
  expect(lines()[0]).not.toHaveProperty('code');
});

test('an invalid request is logged', async () => {
  await expect(call({ 'x-auth-token': 'not\nallowed' })).rejects.toMatchObject({ code: 'ERR_INVALID_CHAR' });
  expect(lines()).toMatchObject([{ code: 'UNEXPECTED' }]);
});

test.each([
  { status: 400, code: 'SVCSTG.SWR.4000001', throttled: false },
  { status: 429, code: 'APIGW.0308', throttled: true },
  { status: 429, code: undefined, throttled: true },
  { status: 403, code: 'SVCSTG.SWR.4031032', throttled: true },
  { status: 403, code: 'SVCSTG.SWR.4031042', throttled: true },
  { status: 403, code: 'SVCSTG.SWR.4030170', throttled: false },
  { status: 500, code: 'SVCSTG.SWR.5000001', throttled: false },
  { status: 503, code: undefined, throttled: false },
])('the line about $status $code has throttled: $throttled', async ({ status, code, throttled }) => {
  server.answer = (response) => respond(response, status, code === undefined ? '' : { errorCode: code });
  await expect(call()).resolves.toMatchObject({ status });
  expect(lines()).toMatchObject([{ status, ...(code !== undefined && { code }), throttled }]);
});

test('a call without an answer is logged', async () => {
  server.answer = (response) => response.socket?.destroy();
  await expect(call()).rejects.toMatchObject({ failure: { code: 'ECONNRESET' } });
  expect(lines()).toMatchObject([{ service: 'swr', code: 'ECONNRESET', ms: expect.any(Number) }]);
});

test('a call works without a log', async () => {
  const request = { method: 'GET', url: new URL(server.url), headers: {}, maxBodyBytes: 10 } as const;
  const toIam = { service: 'iam', call: 'listing', ...request, deadline: noHurry } as const;
  await expect(callHuaweiCloud(toIam, undefined)).resolves.toMatchObject({ status: 200 });
});
