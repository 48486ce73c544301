import { expect, test } from '@jest/globals';
import { acr } from '../../lib/sources/acr.ts';
import { readWebhook } from '../support/fixture.ts';

const SIGNED = { key: 'a digest' };
const RECEIVED_AT = '2026-11-24T03:00:00.000Z';

const interpret = (body: unknown) => acr.interpret(body, SIGNED, RECEIVED_AT);
const bodyOf = (name: string): unknown => JSON.parse(readWebhook(`acr/${name}`).body);

test('a deleted manifest: perhaps one of a deleted repository', () => {
  expect(interpret(bodyOf('delete'))).toEqual({
    type: 'deleted',
    repository: 'payments/api',
    deliveryId: 'afc359ce-df7f-4e32-bdde-1ff8aa80927b',
    occurredAt: '2026-11-24T02:59:58.657764628Z',
    ambiguous: true,
  });
});

test('an event without a time has that of arrival', () => {
  expect(interpret({ action: 'delete', target: { repository: 'hello-world' } })).toEqual({
    type: 'deleted',
    repository: 'hello-world',
    occurredAt: RECEIVED_AT,
    ambiguous: true,
  });
});

test.each([
  { name: 'push', action: 'push' },
  { name: 'chart-delete', action: 'chart_delete' },
  { name: 'quarantine', action: 'quarantine' },
  { name: 'ping', action: 'ping' },
])('$name is ignored', ({ name, action }) => {
  const reason = `action ${action} deletes no repository`;
  expect(interpret(bodyOf(name))).toEqual({ type: 'ignored', reason });
});

test('a deleted tag is ignored', () => {
  const body = { action: 'delete', target: { repository: 'hello-world', tag: 'v1' } };
  expect(interpret(body)).toEqual({ type: 'ignored', reason: 'a tag of hello-world is gone, nothing more' });
});

const target = { repository: 'hello-world' };
test.each([
  { why: 'null', body: null, path: '' },
  { why: 'no action', body: {}, path: 'action' },
  { why: 'no target', body: { action: 'delete' }, path: 'target' },
  { why: 'no repository', body: { action: 'delete', target: {} }, path: 'target.repository' },
  {
    why: 'a name no registry has',
    body: { action: 'delete', target: { repository: 'A b' } },
    path: 'target.repository',
  },
  {
    why: 'a time without its zone',
    body: { action: 'delete', target, timestamp: '2026-11-24T03:00:00' },
    path: 'timestamp',
  },
  { why: 'an id that is a number', body: { action: 'delete', target, id: 7 }, path: 'id' },
])('$why is unreadable, and the issue has the path', ({ body, path }) => {
  expect(interpret(body)).toMatchObject({ type: 'unreadable', issues: [{ path }] });
});
