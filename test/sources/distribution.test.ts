import { expect, test } from '@jest/globals';
import { distribution } from '../../lib/sources/distribution.ts';
import { readWebhook } from '../support/fixture.ts';

const SIGNED = { key: 'a digest' };
const RECEIVED_AT = '2026-11-24T03:00:00.000Z';

const interpret = (body: unknown) => distribution.interpret(body, SIGNED, RECEIVED_AT);
const bodyOf = (name: string): unknown => JSON.parse(readWebhook(`distribution/${name}`).body);
const deletionOf = (repository: string, deliveryId: string) => ({
  type: 'deleted',
  repository,
  deliveryId,
  occurredAt: '2026-11-24T02:59:58.402973972Z',
  ambiguous: true,
});
const ignored = (reason: string) => ({ type: 'ignored', reason });
const MANIFEST = 'a manifest or a blob of library/test is gone, nothing more';

test('a deletion without tag and digest: by what it leaves out, a repository', () => {
  const expected = deletionOf('library/test', '320678d8-ca14-430f-8bb6-4ca139cd83f1');
  expect(interpret(bodyOf('repository-deleted'))).toEqual([expected]);
});

test.each([
  { name: 'tag-deleted', reason: 'a tag of library/test is gone, nothing more' },
  { name: 'manifest-deleted', reason: MANIFEST },
  { name: 'push', reason: 'action push is not a deletion' },
])('$name is ignored', ({ name, reason }) => {
  expect(interpret(bodyOf(name))).toEqual([ignored(reason)]);
});

test('several events: each of them in its turn', () => {
  expect(interpret(bodyOf('several'))).toEqual([
    ignored('action pull is not a deletion'),
    ignored(MANIFEST),
    deletionOf('library/test', '320678d8-ca14-430f-8bb6-4ca139cd83f6'),
    deletionOf('payments/api', '320678d8-ca14-430f-8bb6-4ca139cd83f7'),
    ignored('action mount is not a deletion'),
  ]);
});

test('no events: nothing', () => {
  expect(interpret({ events: [] })).toEqual(ignored('there are no events in it'));
});

const target = { repository: 'library/test' };
test('an event without an id and a time has no label, and the time of arrival', () => {
  const event = { action: 'delete', target: { ...target, tag: '', digest: '' } };
  expect(interpret({ events: [event] })).toEqual([
    { type: 'deleted', repository: 'library/test', occurredAt: RECEIVED_AT, ambiguous: true },
  ]);
});

test('one event that can not be read does not spoil the others', () => {
  expect(interpret({ events: [{ action: 'delete', target }, { action: 'delete' }] })).toMatchObject([
    { type: 'deleted' },
    { type: 'unreadable', issues: [{ path: 'events[1].target' }] },
  ]);
});

test.each([
  { why: 'null', body: null, path: '' },
  { why: 'no events', body: {}, path: 'events' },
  { why: 'events that are no list', body: { events: {} }, path: 'events' },
])('$why is unreadable, and the issue has the path', ({ body, path }) => {
  expect(interpret(body)).toMatchObject({ type: 'unreadable', issues: [{ path }] });
});

test.each([
  { why: 'null', event: null, path: 'events[0]' },
  { why: 'no action', event: {}, path: 'events[0].action' },
  { why: 'no name', event: { action: 'delete', target: {} }, path: 'events[0].target.repository' },
  {
    why: 'a name that leads elsewhere',
    event: { action: 'delete', target: { repository: 'a/../b' } },
    path: 'events[0].target.repository',
  },
  {
    why: 'a digest that is no text',
    event: { action: 'delete', target: { ...target, digest: 1 } },
    path: 'events[0].target.digest',
  },
  { why: 'no time', event: { action: 'delete', target, timestamp: 'now' }, path: 'events[0].timestamp' },
])('an event with $why is unreadable, and the issue has the path', ({ event, path }) => {
  expect(interpret({ events: [event] })).toMatchObject([{ type: 'unreadable', issues: [{ path }] }]);
});
