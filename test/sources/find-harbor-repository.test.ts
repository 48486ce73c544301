import { afterEach, describe, expect, test } from '@jest/globals';
import { harborApi } from '../../lib/sources/harbor-api.ts';
import { givingUpAfter, noHurry } from '../support/deadline.ts';
import {
  type Answering,
  type LoopbackServer,
  respond,
  startLoopbackServer,
} from '../support/loopback-server.ts';

const CREDENTIALS = 'robot$acme+cleanup:PASSWORD';
const BASIC = `Basic ${Buffer.from(CREDENTIALS).toString('base64')}`;
const REPOSITORY = '/api/v2.0/projects/acme/repositories/payments%252Fapi';
const USER = '/api/v2.0/users/current';

let server: LoopbackServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const saying =
  (status: number, body: unknown = {}, headers: Readonly<Record<string, string>> = {}): Answering =>
  (response) =>
    respond(response, status, body, headers);
const errors = (code: string, message?: string) => ({ errors: [{ code, message }] });
const missing = saying(404, errors('NOT_FOUND', 'repository acme/payments/api not found'));
const user = saying(200, { user_id: 3, username: 'cleanup' });

async function ask(answers: { repository: Answering; user?: Answering }, deadline = noHurry) {
  server = await startLoopbackServer((response, request) => {
    const answer = request.path === USER ? (answers.user ?? user) : answers.repository;
    answer(response, request);
  });
  const api = { url: server.url, credentials: CREDENTIALS };
  return {
    existence: await harborApi.findRepository(api, 'acme/payments/api', deadline),
    requests: server.requests,
  };
}

describe('a repository of Harbor', () => {
  test('exists where Harbor shows it', async () => {
    const { existence, requests } = await ask({ repository: saying(200, { name: 'acme/payments/api' }) });
    expect(existence).toBe('exists');
    expect(requests).toMatchObject([{ method: 'GET', path: REPOSITORY, headers: { authorization: BASIC } }]);
  });

  test.each<{ why: string; user: Answering }>([
    { why: 'user', user },
    { why: 'robot, whom Harbor shows to nobody', user: saying(412, errors('PRECONDITION')) },
  ])('is gone where Harbor does not find it, and knows the $why', async (each) => {
    const { existence, requests } = await ask({ repository: missing, user: each.user });
    expect(existence).toBe('gone');
    expect(requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      [REPOSITORY, BASIC],
      [USER, BASIC],
    ]);
  });

  test.each<{ why: string; repository: Answering }>([
    { why: 'credentials that are not accepted', repository: saying(401, errors('UNAUTHORIZED')) },
    { why: 'a refusal, as for a project that is gone', repository: saying(403, errors('FORBIDDEN')) },
    { why: 'a redirect', repository: saying(302, '', { Location: '/account/sign-in' }) },
    { why: 'a 404 that is a page', repository: saying(404, '<html>', { 'Content-Type': 'text/html' }) },
    {
      why: 'a 404 with another code',
      repository: saying(404, errors('PROJECT_POLICY', 'repository acme/payments/api not found')),
    },
    { why: 'a 404 without a message', repository: saying(404, errors('NOT_FOUND')) },
    {
      why: 'a 404 for a path that a proxy decoded',
      repository: saying(
        404,
        errors('NOT_FOUND', 'path /api/v2.0/projects/acme/repositories/payments/api was not found'),
      ),
    },
    {
      why: 'a 404 for another repository',
      repository: saying(404, errors('NOT_FOUND', 'repository acme/payments%2Fapi not found')),
    },
    { why: 'throttling', repository: saying(429, errors('TOO_MANY_REQUESTS')) },
    {
      why: 'a failure',
      repository: saying(500, errors('NOT_FOUND', 'repository acme/payments/api not found')),
    },
    { why: 'a page that asks to log in', repository: saying(200, '<html>', { 'Content-Type': 'text/html' }) },
    { why: 'a reset', repository: (response) => response.socket?.destroy() },
  ])('is not known to be gone after $why', async ({ repository }) => {
    const { existence, requests } = await ask({ repository });
    expect(existence).toBe('unknown');
    expect(requests).toHaveLength(1);
  });

  test.each<{ why: string; user: Answering }>([
    { why: 'does not accept the credentials', user: saying(401, errors('UNAUTHORIZED')) },
    { why: 'refuses', user: saying(403, errors('FORBIDDEN')) },
    { why: 'redirects', user: saying(302, '', { Location: '/account/sign-in' }) },
    { why: 'shows a page', user: saying(200, '<html>', { 'Content-Type': 'text/html' }) },
    { why: 'misses a condition of something else', user: saying(412, '<html>') },
    { why: 'misses another condition', user: saying(412, errors('OTHER')) },
    { why: 'says so with another status', user: saying(401, errors('PRECONDITION')) },
    { why: 'fails', user: saying(503, '<html>') },
    { why: 'breaks off', user: (response) => response.socket?.destroy() },
  ])('is not known to be gone where Harbor $why when asked who we are', async (each) => {
    expect((await ask({ repository: missing, user: each.user })).existence).toBe('unknown');
  });

  test.each<{ why: string; answers: Parameters<typeof ask>[0] }>([
    { why: 'the first question', answers: { repository: () => undefined } },
    { why: 'the second question', answers: { repository: missing, user: () => undefined } },
  ])('is not known to be gone where $why is not answered in time', async ({ answers }) => {
    expect((await ask(answers, givingUpAfter(50))).existence).toBe('unknown');
  });

  test.each(['api', 'acme/', '/api', 'acme/..', 'acme/../other', 'acme/a b', 'acme/a?b'])(
    'is not asked for under a name that Harbor can not have: %j',
    async (repository) => {
      server = await startLoopbackServer(user);
      const api = { url: server.url, credentials: CREDENTIALS };
      expect(await harborApi.findRepository(api, repository, noHurry)).toBe('unknown');
      expect(server.requests).toEqual([]);
    },
  );
});
