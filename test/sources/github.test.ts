import { createRequire } from 'node:module';
import { afterEach, describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { github } from '../../lib/sources/github.ts';
import { noHurry } from '../support/deadline.ts';
import { deliveryOf, readWebhook } from '../support/fixture.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';

const require = createRequire(import.meta.url);
const examplesSchema = v.array(
  v.object({ name: v.string(), examples: v.array(v.looseObject({ action: v.optional(v.string()) })) }),
);
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
  const interpret = (name: string, body?: unknown) => {
    const fixture = readWebhook(`github/${name}`);
    const parsed: unknown = body === undefined ? JSON.parse(fixture.body) : body;
    return github.interpret(deliveryOf(fixture), parsed, RECEIVED_AT);
  };

  test('a deleted repository, at the time of arrival: GitHub signs none', () => {
    expect(interpret('repository-deleted')).toEqual({
      type: 'deleted',
      repository: 'Octocoders/Hello-World',
      id: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      occurredAt: RECEIVED_AT,
    });
  });

  test('a deleted organization', () => {
    expect(interpret('organization-deleted')).toEqual({
      type: 'organization-deleted',
      organization: 'Octocoders',
      id: '0b989ba4-242f-11e5-81e1-c7b6966d2516',
      occurredAt: RECEIVED_AT,
    });
  });

  test.each([
    { name: 'repository-deleted', type: 'deleted' },
    { name: 'organization-deleted', type: 'organization-deleted' },
  ])('$name without an id gets one', ({ name, type }) => {
    const fixture = readWebhook(`github/${name}`);
    const delivery = deliveryOf(fixture, { headers: { 'x-github-delivery': undefined } });
    expect(github.interpret(delivery, JSON.parse(fixture.body), RECEIVED_AT)).toMatchObject({
      type,
      id: expect.stringMatching(/^[\da-f-]{36}$/),
    });
  });

  test('an id that never ends is cut off', () => {
    const delivery = deliveryOf(deleted, { headers: { 'x-github-delivery': 'x'.repeat(200) } });
    expect(github.interpret(delivery, JSON.parse(deleted.body), RECEIVED_AT)).toMatchObject({
      id: 'x'.repeat(100),
    });
  });

  test.each([
    {
      name: 'organization-member-added',
      reason: 'event organization with action member_added is not a repository deletion',
    },
    { name: 'ping', reason: 'event ping is not a repository deletion' },
    { name: 'push', reason: 'event push is not a repository deletion' },
    {
      name: 'repository-created',
      reason: 'event repository with action created is not a repository deletion',
    },
    {
      name: 'repository-renamed',
      reason: 'event repository with action renamed is not a repository deletion',
    },
  ])('$name is ignored', ({ name, reason }) => {
    expect(interpret(name)).toEqual({ type: 'ignored', reason });
  });

  test.each([
    { why: 'null', body: null, path: '' },
    { why: 'a list', body: [], path: 'action' },
    { why: 'no action', body: {}, path: 'action' },
    { why: 'no repository', body: { action: 'deleted' }, path: 'repository' },
    {
      why: 'a name without owner',
      body: { action: 'deleted', repository: { full_name: 'x' } },
      path: 'repository.full_name',
      expected: 'OWNER/NAME',
    },
    {
      why: 'a name with too many parts',
      body: { action: 'deleted', repository: { full_name: 'a/b/c' } },
      path: 'repository.full_name',
    },
    {
      why: 'a name that leads elsewhere',
      body: { action: 'deleted', repository: { full_name: 'a/..' } },
      path: 'repository.full_name',
    },
  ])('$why can not be read, and the path is told', ({ body, path, expected }) => {
    expect(interpret('repository-deleted', body)).toMatchObject({
      type: 'unreadable',
      faults: [{ path, ...(expected !== undefined && { expected }) }],
    });
  });

  test.each([
    { why: 'no action', body: {}, path: 'action' },
    { why: 'no organization', body: { action: 'deleted' }, path: 'organization' },
    {
      why: 'an empty name',
      body: { action: 'deleted', organization: { login: '' } },
      path: 'organization.login',
    },
    {
      why: 'a name of two parts',
      body: { action: 'deleted', organization: { login: 'a/b' } },
      path: 'organization.login',
      expected: 'the name of an organization',
    },
  ])('an organization with $why can not be read, and the path is told', ({ body, path, expected }) => {
    expect(interpret('organization-deleted', body)).toMatchObject({
      type: 'unreadable',
      faults: [{ path, ...(expected !== undefined && { expected }) }],
    });
  });

  test('a delivery without the name of its event can not be read', () => {
    const delivery = deliveryOf(deleted, { headers: { 'x-github-event': undefined } });
    expect(github.interpret(delivery, {}, RECEIVED_AT)).toMatchObject({
      type: 'unreadable',
      faults: [
        {
          path: 'headers.x-github-event',
          found: 'nothing',
          expected: 'the name of the event, as GitHub sends it',
        },
      ],
    });
  });

  test("GitHub's own samples of a deletion are read", () => {
    const samples = v
      .parse(examplesSchema, require('@octokit/webhooks-examples/ghes-35/index.json'))
      .filter(({ name }) => name === 'repository')
      .flatMap(({ examples }) => examples)
      .filter(({ action }) => action === 'deleted');
    expect(samples.length).toBeGreaterThan(0);
    for (const sample of samples) {
      expect(github.interpret(deliveryOf(deleted), sample, RECEIVED_AT)).toMatchObject({
        type: 'deleted',
        repository: 'Octocoders/Hello-World',
      });
    }
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
    expect(await github.findRepository(api, 'Octocoders/Hello-World', noHurry)).toBe('gone');
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
