import { describe, expect, test } from '@jest/globals';
import { standardWebhooks } from '../../lib/sources/standard-webhooks.ts';
import { readWebhook } from '../support/fixture.ts';

const deleted = readWebhook('standard-webhooks/repository-deleted');

const RECEIVED_AT = '2026-11-24T03:00:05.000Z';
const SIGNED = { key: 'a digest', time: '2026-11-24T03:00:00.000Z' };

describe('interprets', () => {
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
  ])('$why is unreadable, and the issue has the path', ({ body, path }) => {
    expect(interpret(body)).toMatchObject({ type: 'unreadable', issues: [{ path }] });
  });
});
