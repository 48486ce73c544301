import { describe, expect, test } from '@jest/globals';
import { cloudevents } from '../../lib/sources/cloudevents.ts';
import { gitlab } from '../../lib/sources/gitlab.ts';
import { parseSigningSecret } from '../../lib/sources/standard-signature.ts';
import { standardWebhooks } from '../../lib/sources/standard-webhooks.ts';
import { deliveryOf, readWebhook } from '../support/fixture.ts';

const encoded = (bytes: number) => Buffer.alloc(bytes, 7).toString('base64');

describe('a signing secret', () => {
  test.each([
    { why: 'with its prefix', secret: `whsec_${encoded(32)}`, bytes: 32 },
    { why: 'without it', secret: encoded(32), bytes: 32 },
    { why: 'with spaces around it', secret: ` whsec_${encoded(32)} \n`, bytes: 32 },
    { why: 'as short as it may be', secret: `whsec_${encoded(24)}`, bytes: 24 },
    { why: 'as long as it may be', secret: `whsec_${encoded(64)}`, bytes: 64 },
  ])('is read $why', ({ secret, bytes }) => {
    expect(parseSigningSecret(secret)).toEqual(Buffer.alloc(bytes, 7));
  });

  test.each([
    { why: 'empty', secret: '', found: 0 },
    { why: 'too short', secret: `whsec_${encoded(23)}`, found: 23 },
    { why: 'too long', secret: `whsec_${encoded(65)}`, found: 65 },
    { why: 'not encoded', secret: 'whsec_a sentence, and not a short one either', found: 0 },
    { why: 'encoded, with something before it', secret: `whsec_*${encoded(32)}`, found: 0 },
    { why: 'encoded, with something behind it', secret: `whsec_${encoded(32)}*`, found: 0 },
    { why: 'encoded, with the prefix in it', secret: `AAAAwhsec_${encoded(32)}`, found: 0 },
  ])('is rejected if it is $why, and not shown', ({ secret, found }) => {
    const message = `expected whsec_ and the base64 of 24 to 64 bytes, found ${found} bytes`;
    expect(() => parseSigningSecret(secret)).toThrow(new Error(message));
  });
});

const rows = [
  {
    name: 'standard-webhooks',
    source: standardWebhooks,
    fixture: 'standard-webhooks/published-vector',
    sentMs: 1_614_265_330_000,
  },
  { name: 'cloudevents', source: cloudevents, fixture: 'cloudevents/structured', sentMs: 1_795_489_200_000 },
  { name: 'gitlab', source: gitlab, fixture: 'gitlab/project-destroy-signed', sentMs: 1_795_489_200_000 },
];

describe.each(rows)('a signature of $name', ({ source, fixture, sentMs }) => {
  const recorded = readWebhook(fixture);
  const key = source.parseSecret(recorded.secret);
  const other = source.parseSecret(`whsec_${encoded(32)}`);
  const verify = (
    { headers, body }: { headers?: Record<string, string | undefined>; body?: string },
    { keys = [key], nowMs = sentMs } = {},
  ) =>
    source.verify(deliveryOf(recorded, { ...(headers && { headers }), ...(body && { body }) }), keys, nowMs);
  const right = recorded.headers['webhook-signature'] ?? '';

  test('fits as it was recorded, with any of the keys and for five minutes', () => {
    expect(verify({})).toMatchObject({ verified: true });
    expect(verify({}, { keys: [other, key] })).toMatchObject({ verified: true });
    for (const ms of [-300_000, 300_000]) {
      expect(verify({}, { nowMs: sentMs + ms })).toMatchObject({ verified: true });
    }
  });

  test.each(['v1,AAAA', 'v1a,AAAA'])('fits beside %s', (another) => {
    expect(verify({ headers: { 'webhook-signature': `${another} ${right}` } })).toMatchObject({
      verified: true,
    });
  });

  const NO_NUMBER = 'webhook-timestamp is not in seconds since 1970';
  const MISSING = 'webhook-id, webhook-timestamp or webhook-signature is missing';
  const seconds = String(sentMs / 1000);
  test.each([
    { headers: { 'webhook-id': undefined }, reason: MISSING },
    { headers: { 'webhook-id': '' }, reason: MISSING },
    { headers: { 'webhook-timestamp': undefined }, reason: MISSING },
    { headers: { 'webhook-signature': '' }, reason: MISSING },
    { headers: { 'webhook-timestamp': `+${seconds}` }, reason: NO_NUMBER },
    { headers: { 'webhook-timestamp': `${seconds}.0` }, reason: NO_NUMBER },
    { headers: { 'webhook-timestamp': `${seconds}000` }, reason: NO_NUMBER },
    { headers: { 'webhook-timestamp': '2021-02-25T15:02:10Z' }, reason: NO_NUMBER },
    ...[-301, 301].map((by) => ({
      headers: { 'webhook-timestamp': String(sentMs / 1000 + by) },
      reason: 'webhook-timestamp is more than 300 seconds away from now',
    })),
    ...['v2,g0hM9SsE', 'g0hM9SsE+OTPJTGt'].map((signature) => ({
      headers: { 'webhook-signature': signature },
      reason: 'webhook-signature has no "v1," followed by the base64 of 32 bytes',
    })),
  ])('is rejected for every secret with $headers', ({ headers, reason }) => {
    expect(verify({ headers })).toEqual({ verified: false, reason, stale: true });
  });

  test('may fit a newer secret if it fits none of the stored ones', () => {
    const rejected = { verified: false, reason: 'webhook-signature fits none of the stored secrets' };
    const time = String(sentMs / 1000 + 1);
    expect(verify({ headers: { 'webhook-id': 'another' } })).toEqual(rejected);
    expect(verify({ headers: { 'webhook-timestamp': time } })).toEqual(rejected);
    expect(verify({ body: `${recorded.body} ` })).toEqual(rejected);
    expect(verify({}, { keys: [other] })).toEqual(rejected);
  });
});

test('the published vector is the one that was recorded', () => {
  const { headers } = readWebhook('standard-webhooks/published-vector');
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});
