import { expect, test } from '@jest/globals';
import { TransportError } from '../../lib/http/transport-error.ts';
import { sortSwrFailure } from '../../lib/huaweicloud/failure.ts';
import { HuaweiCloudError } from '../../lib/huaweicloud/huawei-cloud-error.ts';

const NOW = Date.parse('2026-11-24T03:00:00.000Z');
const CALL = 'listing the tasks of acme/api';

function errorOf(status: number, body: string, headers: Record<string, string> = {}): HuaweiCloudError {
  return HuaweiCloudError.fromAnswer(CALL, { status, body, headers }, sortSwrFailure, { nowMs: NOW });
}

const slowDown = '{"error_code":"SVCSTG.SWR.4031032","error_msg":"slow down"}';

test.each([
  [errorOf(403, slowDown), 'SVCSTG.SWR.4031032', '403 SVCSTG.SWR.4031032 slow down', true],
  [errorOf(403, '{"error":{"message":"no"}}'), 'HTTP_403', '403 no', false],
  [
    errorOf(502, '<html>nginx</html>'),
    'HTTP_502',
    '502 with an HTML page, which is not an answer of the API',
    true,
  ],
  [errorOf(500, ''), 'HTTP_500', '500 with an empty body', true],
  [errorOf(500, 'oops'), 'HTTP_500', '500 with a body that can not be read', true],
])('%s', (error, code, text, retryable) => {
  const message = `${CALL}: ${text}`;
  expect(error.failure).toEqual({ code, message, status: error.failure.status, retryable });
  expect(error.message).toBe(message);
});

test.each([
  ['7', 7],
  ['Tue, 24 Nov 2026 03:01:30 GMT', 90],
])('takes the seconds to wait from Retry-After: %s', (value, retryAfterSeconds) => {
  expect(errorOf(429, '', { 'retry-after': value }).failure).toEqual({
    code: 'HTTP_429',
    message: `${CALL}: 429 with an empty body`,
    status: 429,
    retryable: true,
    retryAfterSeconds,
  });
});

test('shortens a long message', () => {
  const body = JSON.stringify({ errorCode: 'X.1', errorMessage: 'x'.repeat(9999) });
  expect(errorOf(400, body).failure.message.length).toBeLessThan(600);
});

test('hides a token that is longer than the shortened message', () => {
  const token = 'MII'.padEnd(2000, 'tokens');
  const body = JSON.stringify({ errorCode: 'X.1', errorMessage: `you sent ${token}` });
  const error = HuaweiCloudError.fromAnswer(CALL, { status: 400, headers: {}, body }, sortSwrFailure, {
    hide: [token],
  });
  expect(error.failure.message).toBe(`${CALL}: 400 X.1 you sent ***`);
});

test('has the transport error as its cause', () => {
  const cause = new TransportError('ECONNREFUSED', new URL('http://127.0.0.1:1/'), 'connection refused');
  const error = HuaweiCloudError.fromTransport(CALL, cause);
  expect(error.failure).toEqual({
    code: 'ECONNREFUSED',
    message: `${CALL}: 127.0.0.1:1: connection refused`,
    retryable: true,
  });
  expect(error.cause).toBe(cause);
});

test('rethrows an error that is no transport error', () => {
  const defect = new TypeError('a defect');
  expect(() => HuaweiCloudError.fromTransport(CALL, defect)).toThrow(defect);
});
