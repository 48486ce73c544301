import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { httpRequest } from '../../lib/http/http-request.ts';
import { TransportError } from '../../lib/http/transport-error.ts';
import { caught } from '../support/caught.ts';
import { respond, startLoopbackServer } from '../support/loopback-server.ts';

const CALLED = new URL('https://swr-api.cn-north-4.myhuaweicloud.com/v2');

function readFixture(name: string): string {
  return readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');
}

test('an untrusted certificate is permanent', async () => {
  // Of this test alone: `openssl req -x509 -newkey ec …`, for 127.0.0.1 and a hundred years.
  const tls = { key: readFixture('self-signed.key'), cert: readFixture('self-signed.crt') };
  await using server = await startLoopbackServer((response) => respond(response, 200, 'never seen'), tls);
  const url = new URL(server.url);
  const error = await caught(
    httpRequest({ method: 'GET', url, headers: {}, timeoutMs: 5000, maxBodyBytes: 1000 }),
  );
  expect(error).toMatchObject({
    name: 'TransportError',
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    isPermanent: true,
    message: expect.stringContaining(url.host),
  });
  expect(server.requests).toEqual([]);
});

test.each([
  { why: 'the certificate is of another host', code: 'ERR_TLS_CERT_ALTNAME_INVALID', isPermanent: true },
  { why: 'the certificate has expired', code: 'CERT_HAS_EXPIRED', isPermanent: true },
  { why: 'a certificate of the chain is self-signed', code: 'SELF_SIGNED_CERT_IN_CHAIN', isPermanent: true },
  { why: 'the issuer is unknown', code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', isPermanent: true },
  { why: 'the first certificate is missing', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', isPermanent: true },
  { why: 'no server listens', code: 'ECONNREFUSED', isPermanent: false },
  { why: 'the connection broke', code: 'ECONNRESET', isPermanent: false },
  { why: 'the name is not known at the moment', code: 'EAI_AGAIN', isPermanent: false },
  { why: 'the name is not known', code: 'ENOTFOUND', isPermanent: false },
  { why: 'it took too long', code: 'TIMEOUT', isPermanent: false },
  { why: 'the answer was too long', code: 'BODY_TOO_LARGE', isPermanent: false },
])('$code is permanent: $isPermanent ($why)', ({ code, isPermanent }) => {
  expect(new TransportError(code, CALLED, 'x').isPermanent).toBe(isPermanent);
});

test('has the host without the path', () => {
  expect(new TransportError('TIMEOUT', CALLED, 'too slow').message).toBe(
    'swr-api.cn-north-4.myhuaweicloud.com: too slow',
  );
});

test.each([
  [
    'an error without a message',
    Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }),
    'ECONNREFUSED',
    'connection failed (ECONNREFUSED)',
  ],
  ['an error without either', new RangeError(''), 'NETWORK', 'connection failed (RangeError)'],
  ['an error without a code', new Error('strange'), 'NETWORK', 'strange'],
])('has a code and a message for %s', (_, error, code, problem) => {
  const transportError = TransportError.from(error, CALLED);
  expect(transportError).toMatchObject({ code, staleConnection: false, cause: error });
  expect(transportError.message).toContain(problem);
});
