import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import * as v from 'valibot';

import type { AccessKey } from '../../lib/huaweicloud/credentials.ts';
import { signSdkRequest, type UnsignedRequest } from '../../lib/huaweicloud/sign-sdk-request.ts';
import { verifySignature } from '../../local/huaweicloud/ak-sk.ts';
import { routeRequest } from '../../local/huaweicloud/call.ts';
import { Identities } from '../../local/huaweicloud/identities.ts';
import { anyCodePoints } from '../properties/values.ts';
import { readFixture } from '../support/fixture.ts';
import { testProperty } from '../support/properties.ts';

const NOW = new Date('2026-11-24T03:04:05.678Z');
const key: AccessKey = { kind: 'access-key', ak: 'AKFORTESTS', sk: 'secret-for-tests' };
const request: UnsignedRequest = {
  method: 'DELETE',
  url: new URL('https://swr-api.cn-north-4.myhuaweicloud.com/v2/manage/repos?limit=1'),
  headers: { 'content-type': 'application/json' },
  body: '{"remoteRegionId":"cn-east-3"}',
};

const signedSchema = v.object({
  requests: v.array(
    v.object({
      why: v.string(),
      method: v.picklist(['GET', 'POST', 'DELETE']),
      endpoint: v.string(),
      query: v.record(v.string(), v.union([v.string(), v.array(v.string())])),
      headers: v.record(v.string(), v.string()),
      body: v.optional(v.unknown()),
      accessKey: v.object({
        ak: v.string(),
        sk: v.string(),
        projectId: v.optional(v.string()),
        securityToken: v.optional(v.string()),
      }),
      date: v.string(),
      authorization: v.string(),
    }),
  ),
});

describe('the signature', () => {
  test.each(v.parse(signedSchema, readFixture('huaweicloud/signatures')).requests)(
    "is the official signer's: $why",
    ({ method, endpoint, query, headers, body, accessKey, date, authorization }) => {
      const url = new URL(endpoint);
      for (const [name, values] of Object.entries(query))
        for (const value of [values].flat()) url.searchParams.append(name, value);
      const now = new Date(date.replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5'));
      const signed = signSdkRequest(
        { method, url, headers, ...(body !== undefined && { body: JSON.stringify(body) }) },
        { kind: 'access-key', ...accessKey },
        now,
      );
      expect(signed.headers).toMatchObject({ ...headers, authorization, 'x-sdk-date': date, host: url.host });
      expect(authorization).toMatch(new RegExp(`Signature=${signed.signature}$`));
    },
  );

  // In the tests of the official SDK for Java, with the key pair of Huawei Cloud's documentation.
  test('equals a published example', () => {
    const path = '/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs';
    const query = 'limit=2&marker=13551d6b-755d-4757-b956-536f674975c0';
    const signed = signSdkRequest(
      {
        method: 'GET',
        url: new URL(`https://service.region.example.com${path}?${query}`),
        headers: { 'content-type': 'application/json' },
      },
      { kind: 'access-key', ak: 'QTWAOYTTINDUT2QVKYUC', sk: 'MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc' },
      new Date('2019-11-15T03:36:55Z'),
    );
    expect(signed.headers['authorization']).toBe(
      'SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, ' +
        'Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe',
    );
  });

  const { signature } = signSdkRequest(request, key, NOW);
  test.each<{ why: string; changed: Partial<UnsignedRequest>; by?: Partial<AccessKey>; at?: Date }>([
    { why: 'another method', changed: { method: 'POST' } },
    { why: 'another path', changed: { url: new URL('/v2/manage/repos/?limit=1x', request.url) } },
    { why: 'another query', changed: { url: new URL('?limit=2', request.url) } },
    { why: 'another host', changed: { url: new URL(request.url.href.replace('cn-north-4', 'cn-east-3')) } },
    { why: 'another header', changed: { headers: { 'content-type': 'text/plain' } } },
    { why: 'one more header', changed: { headers: { ...request.headers, accept: '*/*' } } },
    { why: 'another body', changed: { body: '{}' } },
    { why: 'another secret', changed: {}, by: { sk: 'other' } },
    { why: 'another project', changed: {}, by: { projectId: '0123' } },
    { why: 'another security token', changed: {}, by: { securityToken: 'abc' } },
    { why: 'another second', changed: {}, at: new Date(NOW.getTime() + 1000) },
  ])('is another for $why', ({ changed, by, at = NOW }) => {
    const other = signSdkRequest({ ...request, ...changed }, { ...key, ...by }, at);
    expect(other.signature).not.toBe(signature);
    expect(other.signature).toMatch(/^[0-9a-f]{64}$/);
  });
});

test('sends no security token and no project when there are none', () => {
  expect(Object.keys(signSdkRequest(request, key, NOW).headers)).toEqual([
    'content-type',
    'host',
    'x-sdk-date',
    'authorization',
  ]);
});

/** Checks a signature with the emulator, which shares no code with the signer. */
function isAccepted({ method, url, body = '' }: UnsignedRequest, headers: Record<string, string>): boolean {
  const identities = new Identities(() => NOW.getTime(), { lifetimeMs: 1, bytes: 64 });
  identities.addUser({ domain: 'd', name: 'u', password: 'p', accessKey: key });
  const path = `${url.pathname}${url.search}`;
  const call = { ...routeRequest(method, path), method, path, headers, body: Buffer.from(body) };
  try {
    return verifySignature(call, identities, NOW.getTime()).name === 'u';
  } catch {
    return false;
  }
}

const pair = fc.tuple(fc.stringMatching(/^[a-z._~*!'()-]{1,5}$/), fc.string({ unit: 'grapheme' }));
/** Not `webPath` of fast-check, which takes a second to prepare. */
const segment = fc.oneof(
  anyCodePoints.map(encodeURIComponent),
  fc.stringMatching(/^[\w.~!$&'()*+,;=:@-]{0,10}$/),
);
const path = fc.array(segment).map((segments) => segments.map((each) => `/${each}`).join(''));
const requests = fc.record({
  method: fc.constantFrom('GET', 'POST', 'DELETE'),
  // Twice the same name is left out: whether its values are sorted before they are encoded or after is not agreed upon.
  url: fc.tuple(path, fc.uniqueArray(pair, { selector: ([name]) => name })).map(([pathname, query]) => {
    const url = new URL(`https://swr.example.com${pathname}`);
    url.search = query.map((each) => each.map(encodeURIComponent).join('=')).join('&');
    return url;
  }),
  headers: fc.constant({ 'content-type': 'application/json' }),
  body: fc.string({ unit: 'grapheme' }),
});

testProperty(
  'the emulator accepts every signed request, and none that was changed',
  [requests, fc.nat(63)],
  (each, index) => {
    const { headers } = signSdkRequest(each, key, NOW);
    expect(isAccepted(each, headers)).toBe(true);
    expect(isAccepted({ ...each, body: `${each.body}.` }, headers)).toBe(false);
    const authorization = headers['authorization'] ?? '';
    const at = authorization.length - 64 + index;
    const digit = authorization[at] === '0' ? '1' : '0';
    const forged = authorization.slice(0, at) + digit + authorization.slice(at + 1);
    expect(isAccepted(each, { ...headers, authorization: forged })).toBe(false);
  },
);
