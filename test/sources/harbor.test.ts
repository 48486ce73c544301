import { expect, test } from '@jest/globals';
import { harbor } from '../../lib/sources/harbor.ts';
import { readWebhook } from '../support/fixture.ts';

const SIGNED = { key: 'a digest' };
const RECEIVED_AT = '2026-11-24T03:00:00.000Z';

const interpret = (body: unknown) => harbor.interpret(body, SIGNED, RECEIVED_AT);
const bodyOf = (name: string): unknown => JSON.parse(readWebhook(`harbor/${name}`).body);

test('an artifact of a repository that Harbor does not find any more: perhaps the repository', () => {
  expect(interpret(bodyOf('repository-deleted'))).toEqual({
    type: 'deleted',
    repository: 'acme/payments/api',
    occurredAt: '2026-11-24T02:59:58.000Z',
    ambiguous: true,
  });
});

test('the same as a CloudEvent, labelled with its id', () => {
  expect(interpret(bodyOf('cloudevent-repository-deleted'))).toEqual({
    type: 'deleted',
    repository: 'acme/payments/api',
    deliveryId: '7c1e5a0e-3a67-4d8b-9f4a-51e0c2a3b6d4',
    occurredAt: '2026-11-24T02:59:58Z',
    ambiguous: true,
  });
});

test.each([
  { name: 'artifact-deleted', reason: /artifact of acme\/payments\/api .* still there/ },
  { name: 'cloudevent-artifact-deleted', reason: /artifact of acme\/payments\/api .* still there/ },
  { name: 'artifact-pushed', reason: /event PUSH_ARTIFACT is not a deletion/ },
  { name: 'cloudevent-tag-created', reason: /event harbor.tag.created is not a deletion/ },
])('$name is ignored', ({ name, reason }) => {
  expect(interpret(bodyOf(name))).toEqual({ type: 'ignored', reason: expect.stringMatching(reason) });
});

const repository = { repo_full_name: 'acme/api' };
test('the time of arrival counts where none is said', () => {
  const dated = { type: 'deleted', occurredAt: RECEIVED_AT, ambiguous: true };
  expect(interpret({ type: 'DELETE_ARTIFACT', event_data: { repository } })).toMatchObject(dated);
  expect(interpret({ type: 'harbor.artifact.deleted', data: { repository } })).toMatchObject(dated);
});

test('a time of creation of 0 is none', () => {
  const event_data = { repository: { ...repository, date_created: 0 } };
  expect(interpret({ type: 'DELETE_ARTIFACT', event_data })).toMatchObject({ type: 'deleted' });
});

const type = 'DELETE_ARTIFACT';
const cloudEvent = { type: 'harbor.artifact.deleted', data: { repository } };
const named = (repo_full_name: unknown) => ({ type, event_data: { repository: { repo_full_name } } });
const path = 'event_data.repository.repo_full_name';
test.each([
  { why: 'null', body: null, path: '' },
  { why: 'a list', body: [], path: 'type' },
  { why: 'no data', body: { type }, path: 'event_data' },
  { why: 'no repository', body: { type, event_data: {} }, path: 'event_data.repository' },
  { why: 'no name', body: named(undefined), path },
  { why: 'an empty name', body: named(''), path },
  { why: 'a name that leads elsewhere', body: named('acme/../other'), path },
  {
    why: 'a time of creation that is a text',
    body: { type, event_data: { repository: { ...repository, date_created: '1' } } },
    path: 'event_data.repository.date_created',
  },
  {
    why: 'a time in milliseconds',
    body: { ...named('acme/api'), occur_at: 1_795_489_198_000 },
    path: 'occur_at',
  },
  { why: 'a time that is a text', body: { ...named('acme/api'), occur_at: 'now' }, path: 'occur_at' },
  { why: 'a CloudEvent without data', body: { type: cloudEvent.type }, path: 'data' },
  { why: 'a CloudEvent of no time', body: { ...cloudEvent, time: '2026-11-24' }, path: 'time' },
  { why: 'a CloudEvent with an empty id', body: { ...cloudEvent, id: '' }, path: 'id' },
])('$why is unreadable, and the issue has the path', ({ body, path: expected }) => {
  expect(interpret(body)).toMatchObject({ type: 'unreadable', issues: [{ path: expected }] });
});
