import { expect, test } from '@jest/globals';
import { TransportError } from '../../lib/http/transport-error.ts';
import { sortSwrFailure } from '../../lib/huaweicloud/failure.ts';
import { HuaweiCloudError } from '../../lib/huaweicloud/huawei-cloud-error.ts';

const NOW = Date.parse('2026-11-24T03:00:00.000Z');
const CALL = 'listing the tasks of acme/api';

function errorOf(status: number, body: string, headers: Record<string, string> = {}): HuaweiCloudError {
  return HuaweiCloudError.fromAnswer(CALL, { status, body, headers }, sortSwrFailure, { nowMs: NOW });
}

test.each([
  {
    why: 'with the code and what was said',
    error: errorOf(403, '{"error_code":"SVCSTG.SWR.4031032","error_msg":"slow down"}'),
    failure: {
      code: 'SVCSTG.SWR.4031032',
      message: `${CALL}: 403 SVCSTG.SWR.4031032 slow down`,
      status: 403,
      retryable: true,
    },
  },
  {
    why: 'with the status as the code where there is none',
    error: errorOf(403, '{"error":{"message":"no"}}'),
    failure: { code: 'HTTP_403', message: `${CALL}: 403 no`, status: 403, retryable: false },
  },
  {
    why: 'without showing the page of a proxy',
    error: errorOf(502, '<html>nginx</html>'),
    failure: {
      code: 'HTTP_502',
      message: `${CALL}: 502 with an HTML page, which is not an answer of the API`,
      status: 502,
      retryable: true,
    },
  },
  {
    why: 'with an empty body',
    error: errorOf(500, ''),
    failure: { code: 'HTTP_500', message: `${CALL}: 500 with an empty body`, status: 500, retryable: true },
  },
  {
    why: 'with a body that can not be read',
    error: errorOf(500, 'oops'),
    failure: {
      code: 'HTTP_500',
      message: `${CALL}: 500 with a body that can not be read`,
      status: 500,
      retryable: true,
    },
  },
  {
    why: 'with the seconds to wait',
    error: errorOf(429, '', { 'retry-after': '7' }),
    failure: {
      code: 'HTTP_429',
      message: `${CALL}: 429 with an empty body`,
      status: 429,
      retryable: true,
      retryAfterSeconds: 7,
    },
  },
  {
    why: 'with the seconds until a date',
    error: errorOf(503, '', { 'retry-after': 'Tue, 24 Nov 2026 03:01:30 GMT' }),
    failure: {
      code: 'HTTP_503',
      message: `${CALL}: 503 with an empty body`,
      status: 503,
      retryable: true,
      retryAfterSeconds: 90,
    },
  },
])('tells of an answer $why', ({ error, failure }) => {
  expect(error.failure).toEqual(failure);
  expect(error.message).toBe(failure.message);
});

test('shortens a message that never ends', () => {
  const body = JSON.stringify({ errorCode: 'X.1', errorMessage: 'x'.repeat(9999) });
  expect(errorOf(400, body).failure.message.length).toBeLessThan(600);
});

test('shows no part of a token that is longer than what is shown', () => {
  const token = 'MII'.padEnd(2000, 'tokens');
  const body = JSON.stringify({ errorCode: 'X.1', errorMessage: `you sent ${token}` });
  const error = HuaweiCloudError.fromAnswer(CALL, { status: 400, headers: {}, body }, sortSwrFailure, {
    hide: [token],
  });
  expect(error.failure.message).toBe(`${CALL}: 400 X.1 you sent ***`);
});

test('keeps the transport error that it stands for', () => {
  const cause = new TransportError('ECONNREFUSED', new URL('http://127.0.0.1:1/'), 'nobody there');
  const error = HuaweiCloudError.fromTransport(CALL, cause);
  expect(error.failure).toEqual({
    code: 'ECONNREFUSED',
    message: `${CALL}: 127.0.0.1:1: nobody there`,
    retryable: true,
  });
  expect(error.cause).toBe(cause);
});

test('does not take a defect for a lost connection', () => {
  const defect = new TypeError('a defect');
  expect(() => HuaweiCloudError.fromTransport(CALL, defect)).toThrow(defect);
});
