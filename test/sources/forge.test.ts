import { describe, expect, test } from '@jest/globals';
import { bitbucket } from '../../lib/sources/bitbucket.ts';
import { gitea } from '../../lib/sources/gitea.ts';
import { github } from '../../lib/sources/github.ts';
import { gitHubExamples } from '../support/github-examples.ts';

const RECEIVED_AT = '2026-11-24T03:00:00.000Z';
const SIGNED = { key: 'a digest' };
const repository = { full_name: 'acme/api' };
const organization = { login: 'acme' };
const gone = { type: 'deleted', repository: 'acme/api', occurredAt: RECEIVED_AT };

const FORGES = [
  { name: 'github', forge: github, deletion: { action: 'deleted', repository } },
  { name: 'gitea', forge: gitea, deletion: { action: 'deleted', repository } },
  { name: 'bitbucket', forge: bitbucket, deletion: { actor: {}, repository } },
];

describe.each(FORGES)('an event of $name', ({ forge, deletion }) => {
  const interpret = (body: unknown) => forge.interpret(body, SIGNED, RECEIVED_AT);

  test('is a deletion', () => {
    expect(interpret(deletion)).toMatchObject(gone);
    expect(interpret(deletion)).not.toHaveProperty('unclear');
  });

  test.each([
    { keys: { archive: null }, unclear: 'unknown key "archive"' },
    { keys: { Issue: 1, x: 1 }, unclear: 'unknown keys "Issue", "x"' },
    {
      keys: { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 },
      unclear: 'unknown keys "a", "b", "c", "d", "e", …',
    },
  ])('is unclear with keys that nobody knows: $keys', ({ keys, unclear }) => {
    expect(interpret({ ...deletion, ...keys })).toMatchObject({ ...gone, unclear });
  });

  test('is about something else with the key of that, though it be null', () => {
    expect(interpret({ ...deletion, issue: null, archive: 1 })).toEqual({
      type: 'ignored',
      reason: 'an event about issue is not a repository deletion',
    });
  });

  test.each([
    { why: 'null', body: null, path: '' },
    { why: 'a list', body: [deletion], path: '' },
    { why: 'a text', body: 'deleted', path: '' },
    { why: 'no name', body: { ...deletion, repository: {} }, path: 'repository.full_name' },
    { why: 'no owner', body: { ...deletion, repository: { full_name: 'x' } }, path: 'repository.full_name' },
    {
      why: 'too many parts',
      body: { ...deletion, repository: { full_name: 'a/b/c' } },
      path: 'repository.full_name',
    },
    {
      why: 'a name that leads elsewhere',
      body: { ...deletion, repository: { full_name: 'a/..' } },
      path: 'repository.full_name',
    },
    {
      why: 'an unknown key in place of a repository',
      body: { action: 'deleted', repo: {} },
      path: 'repository',
    },
  ])('can not be read, and the path is told: $why', ({ body, path }) => {
    expect(interpret(body)).toMatchObject({ type: 'unreadable', issues: [{ path }] });
  });
});

describe.each(FORGES.slice(0, 2))('an event of $name', ({ forge, deletion }) => {
  const interpret = (body: unknown) => forge.interpret(body, SIGNED, RECEIVED_AT);

  test.each([
    { body: {}, reason: 'an event without an action is not a repository deletion' },
    { body: { ...deletion, action: 'created' }, reason: 'action created is not a repository deletion' },
    { body: { action: 'deleted', sender: {} }, reason: 'the event names no repository' },
  ])('is ignored: $reason', ({ body, reason }) => {
    expect(interpret(body)).toEqual({ type: 'ignored', reason });
  });

  test('can not be read with an action that is no text', () => {
    expect(interpret({ ...deletion, action: 1 })).toMatchObject({
      type: 'unreadable',
      issues: [{ path: 'action', found: '1' }],
    });
  });
});

describe('an organization of GitHub', () => {
  const interpret = (body: unknown) => github.interpret(body, SIGNED, RECEIVED_AT);
  const deletion = { action: 'deleted', organization, membership: {}, sender: {} };
  const ended = { type: 'organization-deleted', organization: 'acme', occurredAt: RECEIVED_AT };

  test('is deleted', () => {
    expect(interpret(deletion)).toEqual(ended);
  });

  test.each([
    { why: 'a key that nobody knows', body: { ...deletion, archive: 1 }, unclear: 'unknown key "archive"' },
    { why: 'no membership', body: { action: 'deleted', organization }, unclear: 'no key "membership"' },
  ])('is unclear with $why', ({ body, unclear }) => {
    expect(interpret(body)).toEqual({ ...ended, unclear });
  });

  test('is not meant where a repository is named', () => {
    expect(interpret({ ...deletion, repository })).toEqual({ ...gone, unclear: 'unknown key "membership"' });
  });

  test.each(['', 'a/b', 'a b', 7])('can not be read with the name %j', (login) => {
    expect(interpret({ ...deletion, organization: { login } })).toMatchObject({
      type: 'unreadable',
      issues: [{ path: 'organization.login' }],
    });
  });
});

test("of GitHub's own examples only the deletion of a repository is one, and none is refused", () => {
  expect(gitHubExamples.length).toBeGreaterThan(700);
  const sourceEvents = gitHubExamples.map(({ event, body }) => ({
    event,
    sourceEvent: github.interpret(body, SIGNED, RECEIVED_AT),
  }));
  const acted = sourceEvents.filter(({ sourceEvent }) => sourceEvent.type !== 'ignored');
  expect(acted.length).toBeGreaterThan(0);
  for (const { event, sourceEvent } of acted) {
    expect(event).toBe('repository');
    expect(sourceEvent).toEqual({
      type: 'deleted',
      repository: 'Octocoders/Hello-World',
      occurredAt: RECEIVED_AT,
    });
  }
});
