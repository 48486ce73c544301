import { describe, expect, test } from '@jest/globals';
import { bitbucket } from '../../lib/sources/bitbucket.ts';
import { gitea } from '../../lib/sources/gitea.ts';
import { github } from '../../lib/sources/github.ts';
import { deliveryOf, readWebhook } from '../support/fixture.ts';
import { gitHubExamples } from '../support/github-examples.ts';

const RECEIVED_AT = '2026-11-24T03:00:00.000Z';
const SIGNED = { key: 'a digest' };
const repository = { full_name: 'acme/api' };
const organization = { login: 'acme' };
const gone = { type: 'deleted', repository: 'acme/api', occurredAt: RECEIVED_AT };
const withAction = { action: 'deleted', repository };
const NO_ACTION = 'an event without an action is not a repository deletion';

const forges = [
  {
    name: 'github',
    forge: github,
    fixture: 'github/repository-deleted',
    header: 'X-Hub-Signature-256',
    prefix: 'sha256=',
    names: { repository: 'Octocoders/Hello-World' },
    deletion: withAction,
    ignored: [
      ['organization-member-added', 'action member_added is not a repository deletion'],
      ['ping', NO_ACTION],
      ['push', NO_ACTION],
      ['repository-created', 'action created is not a repository deletion'],
      ['repository-renamed', 'action renamed is not a repository deletion'],
    ],
  },
  {
    name: 'gitea',
    forge: gitea,
    fixture: 'gitea/repository-deleted',
    header: 'X-Gitea-Signature',
    prefix: '',
    names: { repository: 'gitea-team/webhooks' },
    deletion: withAction,
    ignored: [
      ['repository-created', 'action created is not a repository deletion'],
      ['push', NO_ACTION],
    ],
  },
  {
    name: 'gitea (Forgejo)',
    forge: gitea,
    fixture: 'gitea/forgejo-repository-deleted',
    header: 'X-Forgejo-Signature',
    prefix: '',
    names: { repository: 'gitea-team/webhooks' },
    deletion: withAction,
    ignored: [],
  },
  {
    name: 'bitbucket',
    forge: bitbucket,
    fixture: 'bitbucket/repo-deleted',
    header: 'X-Hub-Signature',
    prefix: 'sha256=',
    // A new repository has the same body.
    names: { repository: 'team_name/repo_name', ambiguous: true },
    deletion: { actor: {}, repository },
    ignored: [
      ['repo-push', 'an event about push is not a repository deletion'],
      ['diagnostics-ping', 'the event names no repository'],
    ],
  },
] as const;

describe.each(forges)('the signature of $name', ({ forge, fixture, header, prefix }) => {
  const recorded = readWebhook(fixture);
  const key = forge.parseSecret(recorded.secret);
  const name = header.toLowerCase();
  const right = recorded.headers[name] ?? '';
  const hex = right.slice(prefix.length);
  const verify = (signature: string | undefined, keys = [key]) =>
    forge.verify(deliveryOf(recorded, { headers: { [name]: signature } }), keys);

  test('fits with any of the keys, in small letters or capitals', () => {
    expect(verify(right)).toMatchObject({ verified: true });
    expect(verify(right, [Buffer.from('the new one'), key])).toMatchObject({ verified: true });
    expect(verify(`${prefix}${hex.toUpperCase()}`)).toMatchObject({ verified: true });
  });

  const form = prefix === '' ? '64 hex digits' : 'sha256= and 64 hex digits';
  test.each([
    { why: 'empty', signature: '' },
    { why: 'of an older kind', signature: `sha1=${'0'.repeat(40)}` },
    { why: 'with another prefix', signature: prefix === '' ? `sha256=${hex}` : hex },
    { why: 'too short', signature: right.slice(0, -1) },
    { why: 'too long', signature: `${right}0` },
    { why: 'not hexadecimal', signature: right.replace(/.$/, 'g') },
  ])('is rejected for every secret if it is $why, and not shown', ({ signature }) => {
    const verification = verify(signature);
    expect(verification).toEqual({ verified: false, reason: `${header} is not ${form}`, stale: true });
    expect(JSON.stringify(verification)).not.toContain(hex);
  });

  test('may fit a newer secret if it fits none of the stored ones', () => {
    const verification = { verified: false, reason: `${header} fits none of the stored secrets` };
    expect(verify(`${prefix}${'0'.repeat(64)}`)).toEqual(verification);
    expect(verify(right, [Buffer.from('another')])).toEqual(verification);
  });

  test.each([
    { why: 'has another byte', body: recorded.body.replace(/[a-z]/, (letter) => letter.toUpperCase()) },
    { why: 'was parsed and written again', body: JSON.stringify(JSON.parse(recorded.body), null, 1) },
  ])('is rejected if the body $why', ({ body }) => {
    expect(body).not.toBe(recorded.body);
    expect(forge.verify(deliveryOf(recorded, { body }), [key]).verified).toBe(false);
  });

  test.each(['', '  ', '\n'])('needs a secret that is not empty: %j', (secret) => {
    expect(() => forge.parseSecret(secret)).toThrow('empty');
  });
});

test.each([
  { forge: github, fixture: 'github/repository-deleted', headers: { 'x-hub-signature-256': undefined } },
  { forge: gitea, fixture: 'gitea/repository-deleted', headers: { 'x-gitea-signature': undefined } },
  {
    forge: bitbucket,
    fixture: 'bitbucket/repo-deleted',
    headers: { 'x-hub-signature': undefined, 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` },
  },
])('a delivery of $fixture without a signature is rejected', ({ forge, fixture, headers }) => {
  const recorded = readWebhook(fixture);
  expect(forge.verify(deliveryOf(recorded, { headers }), [forge.parseSecret(recorded.secret)])).toEqual({
    verified: false,
    reason: expect.stringMatching(/^no X-(?:Hub|Gitea)-Signature(?:-256)? header$/),
    stale: true,
  });
});

test.each([
  {
    forge: github,
    header: 'x-hub-signature-256',
    hex: '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    body: 'Hello, World!',
    // Digest of the body alone.
    key: 'dffd6021bb2bd5b0af676290809ec3a53191dd81c7f70a4b28688a362182986f',
  },
  {
    forge: bitbucket,
    header: 'x-hub-signature',
    hex: 'a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9',
    body: 'Hello World!',
    key: '7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069',
  },
])('the published vector fits: $header', ({ forge, header, hex, body, key }) => {
  const delivery = { headers: { [header]: `sha256=${hex}` }, rawBody: Buffer.from(body) };
  expect(forge.verify(delivery, [forge.parseSecret("It's a Secret to Everybody")])).toEqual({
    verified: true,
    signed: { key },
  });
});

test("Forgejo's signature counts alone, and has to fit beside Gitea's", () => {
  const recorded = readWebhook('gitea/forgejo-repository-deleted');
  const key = gitea.parseSecret(recorded.secret);
  const alone = deliveryOf(recorded, { headers: { 'x-gitea-signature': undefined } });
  expect(gitea.verify(alone, [key])).toMatchObject({ verified: true });
  const wrong = deliveryOf(recorded, { headers: { 'x-forgejo-signature': '0'.repeat(64) } });
  expect(gitea.verify(wrong, [key])).toMatchObject({ verified: false });
});

describe.each(forges)('an event of $name', ({ forge, fixture, names, deletion, ignored }) => {
  const interpret = (body: unknown) => forge.interpret(body, SIGNED, RECEIVED_AT);
  const interpretFile = (name: string) => interpret(JSON.parse(readWebhook(name).body));

  test('is a deletion at the time of arrival: no forge signs a time', () => {
    expect(interpretFile(fixture)).toEqual({ type: 'deleted', occurredAt: RECEIVED_AT, ...names });
    expect(interpret(deletion)).not.toHaveProperty('unclear');
  });

  test('is ignored if it says so', () => {
    const [folder] = fixture.split('/');
    for (const [name, reason] of ignored) {
      expect(interpretFile(`${folder}/${name}`)).toEqual({ type: 'ignored', reason });
    }
  });

  test.each([
    { keys: { archive: null }, unclear: 'unknown key "archive"' },
    { keys: { Issue: 1, x: 1 }, unclear: 'unknown keys "Issue", "x"' },
    { keys: { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 }, unclear: 'unknown keys "a", "b", "c", "d", "e", …' },
  ])('is unclear with unknown keys: $keys', ({ keys, unclear }) => {
    expect(interpret({ ...deletion, ...keys })).toMatchObject({ ...gone, unclear });
  });

  test('is ignored with the key of another subject, even if that is null', () => {
    expect(interpret({ ...deletion, issue: null, archive: 1 })).toEqual({
      type: 'ignored',
      reason: 'an event about issue is not a repository deletion',
    });
  });

  const named = (full_name: unknown) => ({ ...deletion, repository: { full_name } });
  test.each([
    { why: 'null', body: null, path: '' },
    { why: 'a list', body: [deletion], path: '' },
    { why: 'a text', body: 'deleted', path: '' },
    { why: 'no name', body: named(undefined), path: 'repository.full_name' },
    { why: 'no owner', body: named('x'), path: 'repository.full_name' },
    { why: 'too many parts', body: named('a/b/c'), path: 'repository.full_name' },
    { why: 'a name that leads elsewhere', body: named('a/..'), path: 'repository.full_name' },
    { why: 'no repository', body: { action: 'deleted', repo: {} }, path: 'repository' },
  ])('is unreadable with $why, and the issue has the path', ({ body, path }) => {
    expect(interpret(body)).toMatchObject({ type: 'unreadable', issues: [{ path }] });
  });
});

describe.each(forges.slice(0, 2))('the action of $name', ({ forge, deletion }) => {
  const interpret = (body: unknown) => forge.interpret(body, SIGNED, RECEIVED_AT);

  test.each([
    { body: {}, reason: NO_ACTION },
    { body: { ...deletion, action: 'created' }, reason: 'action created is not a repository deletion' },
    { body: { action: 'deleted', sender: {} }, reason: 'the event names no repository' },
  ])('has it ignored: $reason', ({ body, reason }) => {
    expect(interpret(body)).toEqual({ type: 'ignored', reason });
  });

  test('makes it unreadable if it is no text', () => {
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
    { why: 'an unknown key', body: { ...deletion, archive: 1 }, unclear: 'unknown key "archive"' },
    { why: 'no membership', body: { action: 'deleted', organization }, unclear: 'no key "membership"' },
  ])('is unclear with $why', ({ body, unclear }) => {
    expect(interpret(body)).toEqual({ ...ended, unclear });
  });

  test('is unclear as it was recorded', () => {
    const body: unknown = JSON.parse(readWebhook('github/organization-deleted').body);
    expect(interpret(body)).toEqual({ ...ended, organization: 'Octocoders', unclear: 'no key "membership"' });
  });

  test('is not deleted if a repository is named', () => {
    expect(interpret({ ...deletion, repository })).toEqual({ ...gone, unclear: 'unknown key "membership"' });
  });

  test.each(['', 'a/b', 'a b', 7])('is unreadable with the name %j', (login) => {
    expect(interpret({ ...deletion, organization: { login } })).toMatchObject({
      type: 'unreadable',
      issues: [{ path: 'organization.login' }],
    });
  });
});

test("of GitHub's own examples only the deletion of a repository is one, and none is unreadable", () => {
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
