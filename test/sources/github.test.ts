import { afterEach, describe, expect, test } from '@jest/globals';
import { github } from '../../lib/sources/github.ts';
import { githubApi } from '../../lib/sources/github-api.ts';
import { noHurry } from '../support/deadline.ts';
import { deliveryOf, readWebhook } from '../support/fixture.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';

const RECEIVED_AT = '2026-11-24T03:00:00.000Z';
const deleted = readWebhook('github/repository-deleted');
const key = github.parseSecret(deleted.secret);

describe('the signature', () => {
  test("fits GitHub's published vector", () => {
    const delivery = {
      headers: {
        'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      },
      rawBody: Buffer.from('Hello, World!'),
    };
    expect(github.verify(delivery, [github.parseSecret("It's a Secret to Everybody")])).toEqual({
      verified: true,
      // The digest of the body alone.
      signed: { key: 'dffd6021bb2bd5b0af676290809ec3a53191dd81c7f70a4b28688a362182986f' },
    });
  });

  test('fits with any of the keys while a secret is being rotated', () => {
    expect(github.verify(deliveryOf(deleted), [Buffer.from('the new one'), key]).verified).toBe(true);
  });

  const signature = deleted.headers['x-hub-signature-256'] ?? '';
  test.each([
    { why: 'missing', header: undefined, reason: /^no X-Hub-Signature-256 header$/, stale: true },
    {
      why: 'empty',
      header: '',
      reason: /^X-Hub-Signature-256 is not sha256= and 64 hex digits$/,
      stale: true,
    },
    { why: 'of the older kind', header: `sha1=${'0'.repeat(40)}`, reason: /not sha256=/, stale: true },
    {
      why: 'without its prefix',
      header: signature.slice('sha256='.length),
      reason: /not sha256=/,
      stale: true,
    },
    { why: 'too short', header: signature.slice(0, -1), reason: /not sha256=/, stale: true },
    { why: 'too long', header: `${signature}0`, reason: /not sha256=/, stale: true },
    { why: 'not hexadecimal', header: signature.replace(/.$/, 'g'), reason: /not sha256=/, stale: true },
    { why: 'of another body', header: `sha256=${'0'.repeat(64)}`, reason: /fits none/, stale: false },
  ])('is refused when it is $why', ({ header, reason, stale }) => {
    const delivery = deliveryOf(deleted, { headers: { 'x-hub-signature-256': header } });
    const verification = github.verify(delivery, [key]);
    // Where it could not fit any secret, no newer one has to be looked for.
    const expected = { verified: false, reason: expect.stringMatching(reason), ...(stale && { stale }) };
    expect(verification).toEqual(expected);
    expect(JSON.stringify(verification)).not.toContain(signature.slice('sha256='.length));
  });

  test('is refused when one byte of the body differs', () => {
    const body = deleted.body.replace('Hello-World', 'Hello-world');
    expect(github.verify(deliveryOf(deleted, { body }), [key]).verified).toBe(false);
  });

  test('is refused when the body was parsed and written again', () => {
    const body = JSON.stringify(JSON.parse(deleted.body), null, 1);
    expect(github.verify(deliveryOf(deleted, { body }), [key]).verified).toBe(false);
  });

  test.each(['', '  ', '\n'])('needs a secret that is not empty: %j', (secret) => {
    expect(() => github.parseSecret(secret)).toThrow('empty');
  });
});

describe('what it means', () => {
  const interpret = (name: string) => {
    const body: unknown = JSON.parse(readWebhook(`github/${name}`).body);
    return github.interpret(body, { key: 'a digest' }, RECEIVED_AT);
  };

  test('a deleted repository, at the time of arrival: GitHub signs none', () => {
    expect(interpret('repository-deleted')).toEqual({
      type: 'deleted',
      repository: 'Octocoders/Hello-World',
      occurredAt: RECEIVED_AT,
    });
  });

  test('a deleted organization, which is unclear without a membership', () => {
    expect(interpret('organization-deleted')).toEqual({
      type: 'organization-deleted',
      organization: 'Octocoders',
      occurredAt: RECEIVED_AT,
      unclear: 'no key "membership"',
    });
  });

  test.each([
    { name: 'organization-member-added', reason: 'action member_added is not a repository deletion' },
    { name: 'ping', reason: 'an event without an action is not a repository deletion' },
    { name: 'push', reason: 'an event without an action is not a repository deletion' },
    { name: 'repository-created', reason: 'action created is not a repository deletion' },
    { name: 'repository-renamed', reason: 'action renamed is not a repository deletion' },
  ])('$name is ignored', ({ name, reason }) => {
    expect(interpret(name)).toEqual({ type: 'ignored', reason });
  });
});

describe('asking GitHub', () => {
  let server: LoopbackServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  test('calls its API as documented', async () => {
    server = await startLoopbackServer((response, { path }) =>
      respond(response, path === '/user' ? 200 : 404, { message: 'Not Found' }),
    );
    const api = { url: server.url, credentials: 'ghp_1\n' };
    expect(await githubApi.findRepository(api, 'Octocoders/Hello-World', noHurry)).toBe('gone');
    const headers = {
      authorization: 'Bearer ghp_1',
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      'user-agent': 'swr-sync-cleanup',
    };
    expect(server.requests).toMatchObject([
      { path: '/repos/Octocoders/Hello-World', headers },
      { path: '/user', headers },
    ]);
  });
});
