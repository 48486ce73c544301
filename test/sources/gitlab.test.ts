import { describe, expect, test } from '@jest/globals';
import { gitlab } from '../../lib/sources/gitlab.ts';
import { deliveryOf, readWebhook } from '../support/fixture.ts';

const RECEIVED_AT = '2026-11-24T03:00:00.000Z';
const NOW = Date.parse(RECEIVED_AT);
const plain = readWebhook('gitlab/project-destroy');
const signed = readWebhook('gitlab/project-destroy-signed');
const github = readWebhook('github/repository-deleted');
const token = gitlab.parseSecret(plain.secret);
const signingToken = gitlab.parseSecret(signed.secret);
const anotherSigningToken = gitlab.parseSecret(`whsec_${Buffer.alloc(32, 7).toString('base64')}`);

describe('the token', () => {
  test.each([
    { why: 'it is the only one', keys: [token] },
    { why: 'a newer one is already stored', keys: [gitlab.parseSecret('the new one of ours'), token] },
    { why: 'it is about to be replaced by a signing token', keys: [signingToken, token] },
  ])('verifies a delivery when $why', ({ keys }) => {
    expect(gitlab.verify(deliveryOf(plain), keys, NOW)).toMatchObject({ verified: true });
  });

  test.each([
    { why: 'missing', header: undefined, stale: true },
    { why: 'empty', header: '', stale: undefined },
    { why: 'shorter', header: plain.secret.slice(0, -1), stale: undefined },
    { why: 'longer', header: `${plain.secret}0`, stale: undefined },
    { why: 'of the same length', header: plain.secret.replace(/.$/, '?'), stale: undefined },
    { why: 'in other letters', header: plain.secret.toUpperCase(), stale: undefined },
  ])('is rejected when it is $why, and not shown', ({ header, stale }) => {
    const verification = gitlab.verify(
      deliveryOf(plain, { headers: { 'x-gitlab-token': header } }),
      [token],
      NOW,
    );
    expect(verification).toMatchObject({ verified: false, ...(stale === true && { stale }) });
    expect('stale' in verification).toBe(stale === true);
    const none = 'X-Gitlab-Token is none of the stored secrets';
    const reason = stale === true ? 'neither an X-Gitlab-Token nor a webhook-signature header' : none;
    expect(verification).toMatchObject({ reason });
    expect(JSON.stringify(verification)).not.toContain(plain.secret);
  });

  test('may be the whole text of a signing token', () => {
    const delivery = deliveryOf(plain, { headers: { 'x-gitlab-token': signed.secret } });
    expect(gitlab.verify(delivery, [signingToken], NOW).verified).toBe(true);
  });

  test.each([
    { why: 'without its prefix', header: signed.secret.slice('whsec_'.length) },
    { why: 'decoded', header: Buffer.from(signed.secret.slice('whsec_'.length), 'base64').toString() },
  ])('is not a signing token $why', ({ header }) => {
    const delivery = deliveryOf(plain, { headers: { 'x-gitlab-token': header } });
    expect(gitlab.verify(delivery, [signingToken], NOW).verified).toBe(false);
  });

  test('counts beside a signature that no stored secret can check', () => {
    const delivery = deliveryOf(signed, { headers: { 'x-gitlab-token': plain.secret } });
    expect(gitlab.verify(delivery, [token], NOW).verified).toBe(true);
  });

  test.each([
    { why: 'GitHub', headers: github.headers },
    { why: 'Gitea', headers: readWebhook('gitea/repository-deleted').headers },
    { why: 'Bitbucket', headers: readWebhook('bitbucket/repo-deleted').headers },
  ])('is not replaced by what $why sends', ({ headers }) => {
    expect(gitlab.verify({ headers, rawBody: Buffer.from(plain.body) }, [token], NOW)).toMatchObject({
      verified: false,
      stale: true,
    });
  });
});

describe('the signature', () => {
  test.each([
    { why: 'the only signing token', keys: [signingToken] },
    { why: 'one of two signing tokens', keys: [anotherSigningToken, signingToken] },
    { why: 'a signing token beside a plain one', keys: [token, signingToken] },
  ])('fits with $why', ({ keys }) => {
    expect(gitlab.verify(deliveryOf(signed), keys, NOW)).toMatchObject({ verified: true });
  });

  test('is rejected under another signing token, whatever the token beside it', () => {
    const delivery = deliveryOf(signed, { headers: { 'x-gitlab-token': plain.secret } });
    expect(gitlab.verify(delivery, [token, anotherSigningToken], NOW)).toEqual({
      verified: false,
      reason: 'webhook-signature fits none of the stored secrets',
    });
  });

  test('without a signing token may fit a newer secret', () => {
    expect(gitlab.verify(deliveryOf(signed), [token], NOW)).toEqual({
      verified: false,
      reason: 'no X-Gitlab-Token header, and no stored secret is a signing token',
      stale: false,
    });
  });
});

test('a delivery is the same with a signature or a token', () => {
  const keys = [token, signingToken];
  const bySignature = gitlab.verify(deliveryOf(signed), keys, NOW);
  const headers = { 'webhook-signature': undefined, 'x-gitlab-token': plain.secret };
  expect(gitlab.verify(deliveryOf(signed, { headers }), keys, NOW)).toEqual(bySignature);
  expect(bySignature).toEqual({ verified: true, signed: { key: expect.stringMatching(/^[0-9a-f]{64}$/) } });
});

test.each([
  { why: 'empty', secret: '', message: 'empty' },
  { why: 'blank', secret: ' \n', message: 'empty' },
  { why: 'a signing token cut off', secret: signed.secret.slice(0, 20), message: 'expected whsec_' },
  { why: 'no base64', secret: 'whsec_what is this?', message: 'expected whsec_' },
])('a secret that is $why is rejected', ({ secret, message }) => {
  expect(() => gitlab.parseSecret(secret)).toThrow(message);
});

describe('interprets', () => {
  const interpretBody = (body: unknown) => gitlab.interpret(body, { key: 'a digest' }, RECEIVED_AT);
  const interpret = (name: string) => interpretBody(JSON.parse(readWebhook(`gitlab/${name}`).body));

  test('a destroyed project, at the time of arrival: updated_at is older', () => {
    expect(interpret('project-destroy')).toEqual({
      type: 'deleted',
      repository: 'jsmith/underscore',
      occurredAt: RECEIVED_AT,
    });
  });

  test.each([
    { name: 'group-destroy', organization: 'storecloud' },
    { name: 'subgroup-destroy', organization: 'storecloud/payments' },
  ])('$name is a deleted organization', ({ name, organization }) => {
    expect(interpret(name)).toEqual({ type: 'organization-deleted', organization, occurredAt: RECEIVED_AT });
  });

  test.each([
    { name: 'project-create', event: 'project_create' },
    { name: 'push', event: 'push' },
    { name: 'pipeline', event: 'pipeline' },
  ])('$name is ignored', ({ name, event }) => {
    expect(interpret(name)).toEqual({
      type: 'ignored',
      reason: `event ${event} is not a repository deletion`,
    });
  });

  test('without the name of its event it says that there is none', () => {
    expect(interpretBody({})).toMatchObject({ issues: [{ path: 'event_name', found: 'nothing' }] });
  });

  const destroyProject = (path: string, project_id?: number) =>
    interpretBody({ event_name: 'project_destroy', path_with_namespace: path, project_id });

  test('a project renamed for its deletion is meant by its old name, which may have a new owner', () => {
    expect(interpret('project-destroy-scheduled')).toMatchObject({
      type: 'deleted',
      repository: 'jsmith/underscore',
      ambiguous: true,
    });
  });

  test.each([
    { why: 'by an older GitLab', path: 'a/b-deleted-73', repository: 'a/b' },
    { why: 'with its group', path: 'a-deletion_scheduled-93/b', repository: 'a/b' },
    {
      why: 'after its group',
      path: 'x/a-deletion_scheduled-93/b-deletion_scheduled-73',
      repository: 'x/a/b',
    },
  ])('so is one renamed $why', ({ path, repository }) => {
    expect(destroyProject(path, 73)).toMatchObject({ repository, ambiguous: true });
  });

  test.each([
    { why: 'the number is that of another project', path: 'a/b-deletion_scheduled-74', id: 73 },
    { why: 'the project has no number', path: 'a/b-deletion_scheduled-73', id: undefined },
    { why: 'it does not stand at the end', path: 'a/b-deleted-73-x', id: 73 },
    { why: 'nothing would be left of the project', path: 'a/-deleted-73', id: 73 },
    { why: 'nothing would be left of the group', path: 'a/-deletion_scheduled-9/b', id: 73 },
  ])('a name that only looks like it is left alone: $why', ({ path, id }) => {
    const sourceEvent = destroyProject(path, id);
    expect(sourceEvent).toMatchObject({ type: 'deleted', repository: path });
    expect(sourceEvent).not.toHaveProperty('ambiguous');
  });

  test('a group renamed for its deletion is ignored: its projects are reported one by one', () => {
    const body = { event_name: 'group_destroy', full_path: 'a-deletion_scheduled-93' };
    expect(interpretBody(body)).toMatchObject({
      type: 'ignored',
      reason: expect.stringContaining('a-deletion_scheduled-93 was renamed'),
    });
  });

  test.each([
    { why: 'null', body: null, path: '' },
    { why: 'no event', body: {}, path: 'event_name', expected: 'the name of the event, as GitLab sends it' },
    { why: 'an event that is no text', body: { event_name: 7 }, path: 'event_name' },
    { why: 'no path', body: { event_name: 'project_destroy' }, path: 'path_with_namespace' },
    {
      why: 'a project outside of every group',
      body: { event_name: 'project_destroy', path_with_namespace: 'x' },
      path: 'path_with_namespace',
      expected: 'GROUP/PROJECT',
    },
    ...['/a/b', 'a/b/', ' a/b', 'a/b\n'].map((text) => ({
      why: `a path like ${JSON.stringify(text)}`,
      body: { event_name: 'project_destroy', path_with_namespace: text },
      path: 'path_with_namespace',
    })),
    {
      why: 'a path with a gap',
      body: { event_name: 'project_destroy', path_with_namespace: 'a//b' },
      path: 'path_with_namespace',
    },
    {
      why: 'an endless path',
      body: { event_name: 'project_destroy', path_with_namespace: `a/${'b'.repeat(999)}` },
      path: 'path_with_namespace',
      expected: 'at most 1000 characters',
    },
    { why: 'a group without a path', body: { event_name: 'group_destroy', path: 'a' }, path: 'full_path' },
    ...['', '/a', 'a/', 'a b'].map((text) => ({
      why: `a group like ${JSON.stringify(text)}`,
      body: { event_name: 'group_destroy', full_path: text },
      path: 'full_path',
      expected: 'GROUP or GROUP/SUBGROUP',
    })),
  ])('$why is unreadable, and the issue has the path', ({ body, path, ...issue }) => {
    expect(interpretBody(body)).toMatchObject({
      type: 'unreadable',
      issues: [{ path, ...('expected' in issue && { expected: issue.expected }) }],
    });
  });
});
