import { afterEach, describe, expect, test } from '@jest/globals';
import { addressOf, checkForge } from '../../lib/sources/find-repository.ts';
import { givingUpAfter, noHurry } from '../support/deadline.ts';
import {
  type Answering,
  type LoopbackServer,
  respond,
  startLoopbackServer,
} from '../support/loopback-server.ts';

const HTML = '<!doctype html><title>404</title>';
const NOT_FOUND = { message: 'Not Found' };

let server: LoopbackServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Asks a forge that answers to the repository, and to the probe, as a test wants it. */
async function ask(repository: Answering, probe: Answering, deadline = noHurry) {
  server = await startLoopbackServer((response, request) =>
    (request.path === '/repository' ? repository : probe)(response, request),
  );
  const { url, requests } = server;
  const existence = await checkForge({
    url: `${url}/repository`,
    probeUrl: `${url}/probe`,
    headers: { Authorization: 'token SECRET' },
    deadline,
  });
  return { existence, paths: requests.map(({ path }) => path), requests };
}

const answering =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answering =>
  (response) =>
    respond(response, status, body, headers);
const accepted = answering(200, { login: 'me' });
const breakingOff: Answering = (response) => response.destroy();
const silent: Answering = () => undefined;

describe('a repository', () => {
  test('is gone if the API knows the caller, but not the repository', async () => {
    const { existence, paths, requests } = await ask(answering(404, NOT_FOUND), accepted);
    expect(existence).toBe('gone');
    expect(paths).toEqual(['/repository', '/probe']);
    for (const { method, headers } of requests) {
      expect(method).toBe('GET');
      expect(headers).toMatchObject({
        authorization: 'token SECRET',
        'user-agent': 'swr-sync-cleanup',
        accept: 'application/json',
      });
    }
  });

  test('exists if the API shows it, and nothing more is asked', async () => {
    const { existence, paths } = await ask(answering(200, { id: 1 }), accepted);
    expect(existence).toBe('exists');
    expect(paths).toEqual(['/repository']);
  });

  test.each([
    { why: 'was renamed for good', repository: answering(301, NOT_FOUND, { Location: '/probe' }) },
    { why: 'was renamed', repository: answering(302, NOT_FOUND, { Location: '/probe' }) },
    { why: 'was renamed, and the method stays', repository: answering(307, {}, { Location: '/probe' }) },
    { why: 'was renamed for good, and the method stays', repository: answering(308, {}) },
    { why: 'is not for this token', repository: answering(401, {}) },
    { why: 'is forbidden', repository: answering(403, {}) },
    { why: 'is said to be gone with another status', repository: answering(410, NOT_FOUND) },
    { why: 'is asked for too often', repository: answering(429, {}) },
    { why: 'is withheld by law', repository: answering(451, {}) },
    { why: 'lies behind a failure', repository: answering(500, {}) },
    { why: 'lies behind a broken proxy', repository: answering(502, HTML) },
    { why: 'lies behind an overloaded server', repository: answering(503, {}) },
    { why: 'is not found by a web page', repository: answering(404, HTML) },
    { why: 'is not found without a word', repository: answering(404, '') },
    { why: 'is not found in JSON that is no object', repository: answering(404, 'null') },
    { why: 'is not found in JSON that is a text', repository: answering(404, '"not found"') },
    { why: 'is shown by a web page', repository: answering(200, HTML) },
    { why: 'is shown in half', repository: answering(200, '{"id":') },
    { why: 'is shown at too great length', repository: answering(200, { id: 'x'.repeat(1024 * 1024) }) },
    { why: 'is broken off', repository: breakingOff },
  ])('that $why is unknown', async ({ repository }) => {
    const { existence, paths } = await ask(repository, accepted);
    expect(existence).toBe('unknown');
    expect(paths).not.toContain('/probe');
  });

  test.each([
    { why: 'the token is refused', probe: answering(401, {}) },
    { why: 'the token may not do that', probe: answering(403, {}) },
    { why: 'there is no such API', probe: answering(404, NOT_FOUND) },
    { why: 'the caller has to log in', probe: answering(302, {}) },
    { why: 'the API is too busy', probe: answering(429, {}) },
    { why: 'the API fails', probe: answering(500, {}) },
    { why: 'a web page answers', probe: answering(200, HTML) },
    { why: 'nobody answers to the end', probe: breakingOff },
  ])('that is not found is unknown if $why', async ({ probe }) => {
    const { existence, paths } = await ask(answering(404, NOT_FOUND), probe);
    expect(existence).toBe('unknown');
    // A kept-alive connection that breaks off is tried once more.
    expect(new Set(paths)).toEqual(new Set(['/repository', '/probe']));
  });
});

describe('the time', () => {
  test.each([
    { why: 'the first call', repository: silent },
    { why: 'the second call', repository: answering(404, NOT_FOUND) },
  ])('that is left ends $why', async ({ repository }) => {
    const begin = performance.now();
    const { existence } = await ask(repository, silent, givingUpAfter(100));
    expect(existence).toBe('unknown');
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  test('is shared by both calls', async () => {
    const slowly =
      (answer: Answering): Answering =>
      (...request) =>
        setTimeout(() => answer(...request), 200);
    const { existence } = await ask(slowly(answering(404, NOT_FOUND)), slowly(accepted), givingUpAfter(300));
    expect(existence).toBe('unknown');
  });

  test('that is over lets no call begin', async () => {
    const { existence, paths } = await ask(answering(404, NOT_FOUND), accepted, givingUpAfter(0));
    expect(existence).toBe('unknown');
    expect(paths).toEqual([]);
  });
});

describe('a question that can not be put', () => {
  test.each([
    { why: 'there is no address', url: undefined, token: 'SECRET' },
    { why: 'the address can not be read', url: 'not an address', token: 'SECRET' },
    { why: 'nobody listens', url: 'http://127.0.0.1:1/', token: 'SECRET' },
    { why: 'the token can not be sent', url: 'http://127.0.0.1:1/', token: 'SEC\nRET' },
  ])('is answered with unknown when $why', async ({ url, token }) => {
    const headers = { Authorization: token };
    expect(await checkForge({ url, probeUrl: 'http://127.0.0.1:1/', headers, deadline: noHurry })).toBe(
      'unknown',
    );
  });
});

describe('the address', () => {
  test.each([
    { repository: 'acme/api', address: 'https://forge/repos/acme/api' },
    { repository: 'acme/.github', address: 'https://forge/repos/acme/.github' },
    { repository: 'acme/a?b#c%2F', address: 'https://forge/repos/acme/a%3Fb%23c%252F' },
  ])('of $repository is $address', ({ repository, address }) => {
    expect(addressOf('https://forge/repos', repository)).toBe(address);
  });

  test.each(['', 'acme', 'acme/', '/api', 'acme/a/b', '../api', 'acme/..', './api', 'acme/.', 'acme/a b'])(
    'of %j does not exist: it would be that of something else',
    (repository) => {
      expect(addressOf('https://forge/repos', repository)).toBeUndefined();
    },
  );
});
