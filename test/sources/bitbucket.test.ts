import { afterEach, describe, expect, test } from '@jest/globals';
import { bitbucket } from '../../lib/sources/bitbucket.ts';
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
    expect(bitbucket.verify(delivery, [bitbucket.parseSecret("It's a Secret to Everybody")])).toEqual({
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
  const interpret = (name: string, headers: Record<string, string | undefined> = {}) => {
    const fixture = readWebhook(`bitbucket/${name}`);
    const body: unknown = JSON.parse(fixture.body);
    return bitbucket.interpret(deliveryOf(fixture, { headers }), body, RECEIVED_AT);
  };

  test('a deleted repository, at the time of arrival: Bitbucket tells none', () => {
    expect(interpret('repo-deleted')).toEqual({
      type: 'deleted',
      repository: 'team_name/repo_name',
      id: 'c7b5f0a0-3a0f-4d56-9c6e-2d5b8a1e7f43',
      occurredAt: RECEIVED_AT,
    });
  });

  test('a delivery without an id gets one', () => {
    expect(interpret('repo-deleted', { 'x-request-uuid': undefined })).toMatchObject({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
    });
  });

  test('an id that never ends is cut off', () => {
    expect(interpret('repo-deleted', { 'x-request-uuid': 'x'.repeat(200) })).toMatchObject({
      id: 'x'.repeat(100),
    });
  });

  test.each([
    { name: 'repo-push', event: 'repo:push' },
    { name: 'diagnostics-ping', event: 'diagnostics:ping' },
  ])('$name is ignored', ({ name, event }) => {
    expect(interpret(name)).toEqual({
      type: 'ignored',
      reason: `event ${event} is not a repository deletion`,
    });
  });

  test.each([
    { why: 'null', body: null, path: '' },
    { why: 'no repository', body: { actor: {} }, path: 'repository' },
    { why: 'no name', body: { repository: { uuid: '{1}' } }, path: 'repository.full_name' },
    {
      why: 'a name without workspace',
      body: { repository: { full_name: 'x' } },
      path: 'repository.full_name',
    },
  ])('$why can not be read, and the path is told', ({ body, path }) => {
    expect(bitbucket.interpret(deliveryOf(deleted), body, RECEIVED_AT)).toMatchObject({
      type: 'unreadable',
      faults: [{ path }],
    });
  });

  test('a delivery without the key of its event can not be read', () => {
    expect(interpret('repo-deleted', { 'x-event-key': undefined })).toMatchObject({
      type: 'unreadable',
      faults: [
        {
          path: 'headers.x-event-key',
          found: 'nothing',
          expected: 'the key of the event, as Bitbucket sends it',
        },
      ],
    });
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
    expect(await bitbucket.findRepository(api, 'team_name/repo_name', noHurry)).toBe('gone');
    expect(server.requests).toMatchObject([
      { path: '/2.0/repositories/team_name/repo_name', headers: { authorization: 'Bearer ATCT' } },
      { path: '/2.0/user', headers: { authorization: 'Bearer ATCT' } },
    ]);
  });
});
