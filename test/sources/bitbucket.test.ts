import { afterEach, describe, expect, test } from '@jest/globals';
import { bitbucket } from '../../lib/sources/bitbucket.ts';
import { bitbucketApi } from '../../lib/sources/bitbucket-api.ts';
import { noHurry } from '../support/deadline.ts';
import { deliveryOf, readWebhook } from '../support/fixture.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';

const RECEIVED_AT = '2026-11-24T03:00:00.000Z';
const deleted = readWebhook('bitbucket/repo-deleted');
const key = bitbucket.parseSecret(deleted.secret);

describe('the signature', () => {
  test("fits Bitbucket's published vector", () => {
    const delivery = {
      headers: {
        'x-hub-signature': 'sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9',
      },
      rawBody: Buffer.from('Hello World!'),
    };
    expect(bitbucket.verify(delivery, [bitbucket.parseSecret("It's a Secret to Everybody")])).toMatchObject({
      verified: true,
    });
  });

  test('fits with any of the keys while a secret is being rotated', () => {
    expect(bitbucket.verify(deliveryOf(deleted), [Buffer.from('the new one'), key]).verified).toBe(true);
  });

  const signature = deleted.headers['x-hub-signature'] ?? '';
  const hex = signature.slice('sha256='.length);
  test.each([
    { why: 'missing, as without a secret', headers: { 'x-hub-signature': undefined }, reason: /no X-Hub/ },
    {
      why: "under GitHub's name",
      headers: { 'x-hub-signature': undefined, 'x-hub-signature-256': signature },
      reason: /no X-Hub/,
    },
    { why: 'empty', headers: { 'x-hub-signature': '' }, reason: /not sha256= and 64 hex digits/ },
    { why: 'without its prefix', headers: { 'x-hub-signature': hex }, reason: /not sha256=/ },
    { why: 'an old one of Gitea', headers: { 'x-hub-signature': `sha1=${hex}` }, reason: /not sha256=/ },
    { why: 'too short', headers: { 'x-hub-signature': signature.slice(0, -1) }, reason: /not sha256=/ },
    { why: 'too long', headers: { 'x-hub-signature': `${signature}0` }, reason: /not sha256=/ },
    {
      why: 'of another body',
      headers: { 'x-hub-signature': `sha256=${'0'.repeat(64)}` },
      reason: /fits none/,
    },
  ])('is refused when it is $why', ({ headers, reason }) => {
    const verification = bitbucket.verify(deliveryOf(deleted, { headers }), [key]);
    expect(verification).toMatchObject({ verified: false, reason: expect.stringMatching(reason) });
    expect(JSON.stringify(verification)).not.toContain(hex);
  });

  test('is refused when one byte of the body differs', () => {
    const body = deleted.body.replace('repo_name', 'repo-name');
    expect(bitbucket.verify(deliveryOf(deleted, { body }), [key]).verified).toBe(false);
  });

  test('is refused under another key', () => {
    expect(bitbucket.verify(deliveryOf(deleted), [Buffer.from('another')]).verified).toBe(false);
  });

  test.each(['', '  ', '\n'])('needs a secret that is not empty: %j', (secret) => {
    expect(() => bitbucket.parseSecret(secret)).toThrow('empty');
  });
});

describe('what it means', () => {
  const interpret = (name: string) => {
    const body: unknown = JSON.parse(readWebhook(`bitbucket/${name}`).body);
    return bitbucket.interpret(body, { key: 'a digest' }, RECEIVED_AT);
  };

  test('perhaps a deleted repository: a new one has the same body', () => {
    expect(interpret('repo-deleted')).toEqual({
      type: 'deleted',
      repository: 'team_name/repo_name',
      occurredAt: RECEIVED_AT,
      ambiguous: true,
    });
  });

  test.each([
    { name: 'repo-push', reason: 'an event about push is not a repository deletion' },
    { name: 'diagnostics-ping', reason: 'the event names no repository' },
  ])('$name is ignored', ({ name, reason }) => {
    expect(interpret(name)).toEqual({ type: 'ignored', reason });
  });
});

describe('asking Bitbucket', () => {
  let server: LoopbackServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  test('calls its API as documented', async () => {
    server = await startLoopbackServer((response, { path }) =>
      respond(response, path === '/2.0/user' ? 200 : 404, { type: 'error' }),
    );
    const api = { url: server.url, credentials: 'ATCT\n' };
    expect(await bitbucketApi.findRepository(api, 'team_name/repo_name', noHurry)).toBe('gone');
    expect(server.requests).toMatchObject([
      { path: '/2.0/repositories/team_name/repo_name', headers: { authorization: 'Bearer ATCT' } },
      { path: '/2.0/user', headers: { authorization: 'Bearer ATCT' } },
    ]);
  });
});
