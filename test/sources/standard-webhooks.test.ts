import { describe, expect, test } from '@jest/globals';
import { standardWebhooks } from '../../lib/sources/standard-webhooks.ts';
import { deliveryOf, readWebhook } from '../support/fixture.ts';

const vector = readWebhook('standard-webhooks/published-vector');
const deleted = readWebhook('standard-webhooks/repository-deleted');
const key = standardWebhooks.parseSecret(vector.secret);
const SENT_AT = 1_614_265_330_000;

describe('the signature', () => {
  test('fits the published vector', () => {
    expect(vector.headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
    expect(standardWebhooks.verify(deliveryOf(vector), [key], SENT_AT)).toMatchObject({ verified: true });
  });

  test.each([
    { why: 'the right one is among others', header: (right: string) => `v1,AAAA ${right}` },
    { why: 'another version stands before it', header: (right: string) => `v1a,AAAA ${right}` },
  ])('fits if $why', ({ header }) => {
    const headers = { 'webhook-signature': header(vector.headers['webhook-signature'] ?? '') };
    expect(standardWebhooks.verify(deliveryOf(vector, { headers }), [key], SENT_AT).verified).toBe(true);
  });

  test.each([
    { why: 'no id', headers: { 'webhook-id': undefined } },
    { why: 'no time', headers: { 'webhook-timestamp': undefined } },
    { why: 'no signature', headers: { 'webhook-signature': undefined } },
    { why: 'an empty signature', headers: { 'webhook-signature': '' } },
    { why: 'a time that is no number', headers: { 'webhook-timestamp': '2021-02-25T15:02:10Z' } },
    { why: 'another time', headers: { 'webhook-timestamp': '1614265331' } },
    { why: 'another id', headers: { 'webhook-id': 'msg_another' } },
    { why: 'a signature without its version', headers: { 'webhook-signature': 'g0hM9SsE+OTPJTGt' } },
    {
      why: 'a signature that only claims to be of another version',
      headers: { 'webhook-signature': 'v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' },
    },
  ])('is refused with $why', ({ headers }) => {
    expect(standardWebhooks.verify(deliveryOf(vector, { headers }), [key], SENT_AT).verified).toBe(false);
  });

  test.each([
    { seconds: -301, verified: false },
    { seconds: -300, verified: true },
    { seconds: 300, verified: true },
    { seconds: 301, verified: false },
  ])('with a clock that differs by $seconds s is verified: $verified', ({ seconds, verified }) => {
    const now = SENT_AT + seconds * 1000;
    expect(standardWebhooks.verify(deliveryOf(vector), [key], now).verified).toBe(verified);
  });

  test('is refused under another key', () => {
    const other = standardWebhooks.parseSecret(`whsec_${Buffer.alloc(32, 7).toString('base64')}`);
    expect(standardWebhooks.verify(deliveryOf(vector), [other], SENT_AT).verified).toBe(false);
    expect(standardWebhooks.verify(deliveryOf(vector), [other, key], SENT_AT).verified).toBe(true);
  });

  test.each([
    { why: 'empty', secret: '' },
    { why: 'its prefix alone', secret: 'whsec_' },
    { why: 'too short', secret: `whsec_${Buffer.alloc(23).toString('base64')}` },
    { why: 'too long', secret: `whsec_${Buffer.alloc(65).toString('base64')}` },
    { why: 'not base64', secret: 'whsec_not base64 at all, but a sentence' },
  ])('needs a secret that is not $why', ({ secret }) => {
    expect(() => standardWebhooks.parseSecret(secret)).toThrow('expected whsec_');
  });
});

const RECEIVED_AT = '2026-11-24T03:00:05.000Z';
const SIGNED = { key: 'a digest', time: '2026-11-24T03:00:00.000Z' };

describe('what it means', () => {
  const interpret = (body: unknown) => standardWebhooks.interpret(body, SIGNED, RECEIVED_AT);

  test('a cleanup request, with the time of the event', () => {
    expect(interpret(JSON.parse(deleted.body))).toEqual({
      type: 'request',
      request: {
        version: 1,
        id: SIGNED.key,
        occurredAt: '2026-11-24T02:59:58.344522Z',
        namespace: 'acme-images',
        repository: 'payments/api',
        targets: [{ remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' }],
      },
    });
  });

  test.each([
    { why: 'is missing', timestamp: undefined },
    { why: 'can not be read', timestamp: 'yesterday' },
  ])('the signed time counts if that of the event $why', ({ timestamp }) => {
    const body = { type: 'repository.deleted', timestamp, data: { namespace: 'acme' } };
    expect(interpret(body)).toMatchObject({ type: 'request', request: { occurredAt: SIGNED.time } });
  });

  test('the time in the request counts before both', () => {
    const data = { namespace: 'acme', occurredAt: '2026-11-01T00:00:00Z' };
    const body = { type: 'repository.deleted', timestamp: '2026-11-24T00:00:00Z', data };
    expect(interpret(body)).toMatchObject({ request: { occurredAt: '2026-11-01T00:00:00Z' } });
  });

  test('another type is ignored', () => {
    const { body } = readWebhook('standard-webhooks/other-event');
    expect(interpret(JSON.parse(body))).toEqual({
      type: 'ignored',
      reason: 'event repository.created is not repository.deleted',
    });
  });

  test.each([
    { why: 'null', body: null, path: '' },
    { why: 'no type', body: { data: {} }, path: 'type' },
    { why: 'no data', body: { type: 'repository.deleted' }, path: 'data' },
    { why: 'no namespace', body: { type: 'repository.deleted', data: {} }, path: 'data.namespace' },
    {
      why: 'a misspelt key, which would mean more than was meant',
      body: { type: 'repository.deleted', data: { namespace: 'acme', repo: 'api' } },
      path: 'data.repo',
    },
  ])('$why can not be read, and the path is told', ({ body, path }) => {
    expect(interpret(body)).toMatchObject({ type: 'unreadable', issues: [{ path }] });
  });
});
