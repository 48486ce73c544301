import { afterEach, describe, expect, test } from '@jest/globals';
import { gitea } from '../../lib/sources/gitea.ts';
import { giteaApi } from '../../lib/sources/gitea-api.ts';
import { noHurry } from '../support/deadline.ts';
import { deliveryOf, readWebhook } from '../support/fixture.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';

const RECEIVED_AT = '2026-11-24T03:00:00.000Z';
const deleted = readWebhook('gitea/repository-deleted');
const forgejo = readWebhook('gitea/forgejo-repository-deleted');
const key = gitea.parseSecret(deleted.secret);
const signature = deleted.headers['x-gitea-signature'] ?? '';

describe('the signature', () => {
  test.each([
    { why: "Gitea's", fixture: deleted, headers: {} },
    { why: "Forgejo's, with Gitea's beside it", fixture: forgejo, headers: {} },
    { why: "Forgejo's alone", fixture: forgejo, headers: { 'x-gitea-signature': undefined } },
    { why: 'in capitals', fixture: deleted, headers: { 'x-gitea-signature': signature.toUpperCase() } },
  ])('fits: $why', ({ fixture, headers }) => {
    expect(gitea.verify(deliveryOf(fixture, { headers }), [key])).toMatchObject({ verified: true });
  });

  test('fits with any of the keys while a secret is being rotated', () => {
    expect(gitea.verify(deliveryOf(deleted), [Buffer.from('the new one'), key]).verified).toBe(true);
  });

  test.each([
    { why: "missing, whatever GitHub's says", header: undefined, reason: 'no X-Gitea-Signature header' },
    { why: 'empty, as without a secret', header: '', reason: 'X-Gitea-Signature is not 64 hex digits' },
    { why: 'with a prefix', header: `sha256=${signature}`, reason: 'X-Gitea-Signature is not 64 hex digits' },
    { why: 'too short', header: signature.slice(0, -1), reason: 'X-Gitea-Signature is not 64 hex digits' },
    { why: 'too long', header: `${signature}0`, reason: 'X-Gitea-Signature is not 64 hex digits' },
    {
      why: 'not hexadecimal',
      header: signature.replace(/.$/, 'g'),
      reason: 'X-Gitea-Signature is not 64 hex digits',
    },
    {
      why: 'of another body',
      header: '0'.repeat(64),
      reason: 'X-Gitea-Signature fits none of the stored secrets',
    },
  ])('is refused when it is $why', ({ header, reason }) => {
    const delivery = deliveryOf(deleted, { headers: { 'x-gitea-signature': header } });
    const verification = gitea.verify(delivery, [key]);
    expect(verification).toMatchObject({ verified: false, reason });
    expect(JSON.stringify(verification)).not.toContain(signature);
  });

  test("Forgejo's has to fit where it is there", () => {
    const delivery = deliveryOf(forgejo, { headers: { 'x-forgejo-signature': '0'.repeat(64) } });
    expect(gitea.verify(delivery, [key])).toMatchObject({
      verified: false,
      reason: 'X-Forgejo-Signature fits none of the stored secrets',
    });
  });

  test('is refused when one byte of the body differs', () => {
    const body = deleted.body.replace('webhooks', 'webhookz');
    expect(gitea.verify(deliveryOf(deleted, { body }), [key]).verified).toBe(false);
  });

  test('is refused under another key', () => {
    expect(gitea.verify(deliveryOf(deleted), [Buffer.from('another')]).verified).toBe(false);
  });

  test.each(['', '  ', '\n'])('needs a secret that is not empty: %j', (secret) => {
    expect(() => gitea.parseSecret(secret)).toThrow('empty');
  });
});

describe('what it means', () => {
  const interpret = (name: string) => {
    const body: unknown = JSON.parse(readWebhook(`gitea/${name}`).body);
    return gitea.interpret(body, { key: 'a digest' }, RECEIVED_AT);
  };

  test.each(['repository-deleted', 'forgejo-repository-deleted'])(
    '%s is a deleted repository, at the time of arrival',
    (name) => {
      expect(interpret(name)).toEqual({
        type: 'deleted',
        repository: 'gitea-team/webhooks',
        occurredAt: RECEIVED_AT,
      });
    },
  );

  test.each([
    { name: 'repository-created', reason: 'action created is not a repository deletion' },
    { name: 'push', reason: 'an event without an action is not a repository deletion' },
  ])('$name is ignored', ({ name, reason }) => {
    expect(interpret(name)).toEqual({ type: 'ignored', reason });
  });
});

describe('asking Gitea', () => {
  let server: LoopbackServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  test('calls its API as documented', async () => {
    server = await startLoopbackServer((response, { path }) =>
      respond(response, path === '/api/v1/user' ? 200 : 404, { message: 'not found' }),
    );
    const api = { url: server.url, credentials: 'a1b2\n' };
    expect(await giteaApi.findRepository(api, 'gitea-team/webhooks', noHurry)).toBe('gone');
    expect(server.requests).toMatchObject([
      { path: '/api/v1/repos/gitea-team/webhooks', headers: { authorization: 'token a1b2' } },
      { path: '/api/v1/user', headers: { authorization: 'token a1b2' } },
    ]);
  });
});
