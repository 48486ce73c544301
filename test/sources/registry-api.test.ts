import { afterEach, describe, expect, test } from '@jest/globals';
import { acrApi } from '../../lib/sources/acr-api.ts';
import { distributionApi } from '../../lib/sources/distribution-api.ts';
import { harborApi } from '../../lib/sources/harbor-api.ts';
import type { ExistenceChecker } from '../../lib/sources/source.ts';
import { givingUpAfter, noHurry } from '../support/deadline.ts';
import {
  type Answering,
  type LoopbackServer,
  respond,
  startLoopbackServer,
} from '../support/loopback-server.ts';

const CREDENTIALS = 'robot$acme+cleanup:PASSWORD';
const BASIC = `Basic ${Buffer.from(CREDENTIALS).toString('base64')}`;
const TAGS = '/v2/library/test/tags/list';

const servers: LoopbackServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(answer: Answering): Promise<LoopbackServer> {
  const server = await startLoopbackServer(answer);
  servers.push(server);
  return server;
}

/** Answers by path, and 404 with a page to all else. */
const byPath =
  (answers: Readonly<Record<string, Answering>>): Answering =>
  (response, request) =>
    (answers[request.path] ?? page(404))(response, request);
const answering =
  (status: number, body: unknown = {}, headers: Readonly<Record<string, string>> = {}): Answering =>
  (response) =>
    respond(response, status, body, headers);
const page = (status: number) => answering(status, '<html>', { 'Content-Type': 'text/html' });
const redirect = (status: number) => answering(status, '', { Location: '/elsewhere' });
const errors = (code: string, more: { message?: string; detail?: unknown } = {}) => ({
  errors: [{ code, message: 'in words', ...more }],
});
const silent: Answering = () => undefined;
const breakingOff: Answering = (response) => response.socket?.destroy();
const breakingOffInside: Answering = (response) => {
  response.writeHead(404, { 'Content-Length': 500 });
  response.write('{"errors":', () => response.socket?.destroy());
};

const nameUnknown = errors('NAME_UNKNOWN', { detail: { name: 'library/test' } });
const notFound = (name: string) => errors('NOT_FOUND', { message: `repository ${name} not found` });

interface Registry {
  readonly name: string;
  readonly checker: ExistenceChecker;
  readonly repository: string;
  readonly path: string;
  /** Bodies of an existing repository. */
  readonly found: readonly unknown[];
  /** Error of a missing repository. */
  readonly missing: unknown;
  /** Bodies of a 404 that isn't about this repository. */
  readonly otherErrors: readonly unknown[];
  /** Path that shows whether the registry accepts the credentials, and its answers if it does. */
  readonly probe: string;
  readonly accepted: readonly Answering[];
  readonly notAccepted: readonly Answering[];
  readonly invalidNames: readonly string[];
}

const oci = {
  repository: 'library/test',
  path: TAGS,
  found: [
    { name: 'library/test', tags: ['latest'] },
    { name: 'library/test', tags: [] },
    { name: 'library/test', tags: null },
  ],
  missing: nameUnknown,
  otherErrors: [
    { code: 'NAME_UNKNOWN' },
    null,
    errors('MANIFEST_UNKNOWN'),
    errors('NAME_UNKNOWN', { detail: { name: 'test' } }),
  ],
  probe: '/v2/',
  accepted: [answering(200)],
  notAccepted: [],
  invalidNames: ['Library', 'a%2Fb', 'a\n', `a${'/b'.repeat(200)}`, '', '..', 'library//test'],
};

const registries: readonly Registry[] = [
  { name: 'acr', checker: acrApi, ...oci },
  { name: 'distribution', checker: distributionApi, ...oci },
  {
    name: 'harbor',
    checker: harborApi,
    repository: 'acme/payments/api',
    path: '/api/v2.0/projects/acme/repositories/payments%252Fapi',
    found: [{ name: 'acme/payments/api' }],
    missing: notFound('acme/payments/api'),
    otherErrors: [
      errors('PROJECT_POLICY', { message: 'repository acme/payments/api not found' }),
      errors('NOT_FOUND'),
      // A path that a proxy has decoded.
      errors('NOT_FOUND', {
        message: 'path /api/v2.0/projects/acme/repositories/payments/api was not found',
      }),
      notFound('acme/payments%2Fapi'),
    ],
    probe: '/api/v2.0/users/current',
    // Harbor shows a robot to nobody.
    accepted: [answering(200, { user_id: 3, username: 'cleanup' }), answering(412, errors('PRECONDITION'))],
    notAccepted: [
      answering(412, '<html>'),
      answering(412, errors('OTHER')),
      answering(401, errors('PRECONDITION')),
      page(200),
    ],
    invalidNames: ['api', 'acme/..'],
  },
];

describe.each(registries)('a repository of $name', (registry) => {
  const { checker, path, probe, missing } = registry;
  const [accepted = silent] = registry.accepted;
  const check = async (
    answers: Readonly<Record<string, Answering>>,
    { repository = registry.repository, credentials = CREDENTIALS, deadline = noHurry } = {},
  ) => {
    const { url, requests } = await start(byPath(answers));
    const existence = await checker.findRepository({ url, credentials }, repository, deadline);
    return { existence, requests, paths: requests.map((request) => request.path) };
  };

  test.each(registry.found)('exists if the registry answers %j', async (body) => {
    const { existence, requests } = await check({ [path]: answering(200, body) });
    expect(existence).toBe('exists');
    const headers = { authorization: BASIC, 'user-agent': 'swr-sync-cleanup', accept: 'application/json' };
    expect(requests).toMatchObject([{ method: 'GET', path, headers }]);
  });

  test('is gone if the registry does not know it, and accepts the credentials', async () => {
    for (const answer of registry.accepted) {
      const { existence, requests } = await check({ [path]: answering(404, missing), [probe]: answer });
      expect(existence).toBe('gone');
      expect(requests.map((request) => [request.path, request.headers.authorization])).toEqual([
        [path, BASIC],
        [probe, BASIC],
      ]);
    }
  });

  test('is checked without credentials if there are none', async () => {
    const answers = { [path]: answering(404, missing), [probe]: accepted };
    const { existence, requests } = await check(answers, { credentials: '\n' });
    expect(existence).toBe('gone');
    for (const { headers } of requests) expect(headers).not.toHaveProperty('authorization');
  });

  test.each<{ why: string; answer: Answering }>([
    ...registry.otherErrors.map((body) => ({
      why: `a 404 with ${JSON.stringify(body)}`,
      answer: answering(404, body),
    })),
    { why: 'a 404 that is a page', answer: page(404) },
    { why: 'a 404 without a body', answer: answering(404, '') },
    ...[401, 403, 410, 429, 500].map((status) => ({
      why: `the error with status ${status}`,
      answer: answering(status, missing),
    })),
    { why: 'a gateway that fails', answer: page(503) },
    { why: 'the error with a redirect', answer: answering(302, missing, { Location: '/elsewhere' }) },
    { why: 'a permanent redirect', answer: redirect(301) },
    { why: 'a login page', answer: page(200) },
    { why: 'a success without a body', answer: answering(204, '') },
    { why: 'a success with null', answer: answering(200, null) },
    { why: 'a reset', answer: breakingOff },
    { why: 'an end in the middle', answer: breakingOffInside },
  ])('is unknown after $why', async ({ answer }) => {
    const { existence, paths } = await check({ [path]: answer, [probe]: accepted });
    expect(existence).toBe('unknown');
    expect(paths).toEqual([path]);
  });

  test.each<{ why: string; answer: Answering }>([
    { why: 'rejects the credentials', answer: answering(401, errors('UNAUTHORIZED')) },
    { why: 'denies access', answer: answering(403, errors('DENIED')) },
    { why: 'redirects', answer: redirect(302) },
    { why: 'is at another address', answer: redirect(308) },
    { why: 'is not there', answer: page(404) },
    { why: 'fails', answer: page(502) },
    { why: 'breaks off', answer: breakingOff },
    ...registry.notAccepted.map((answer, index) => ({ why: `answers otherwise (${index + 1})`, answer })),
  ])('is unknown if the API $why', async ({ answer }) => {
    const { existence } = await check({ [path]: answering(404, missing), [probe]: answer });
    expect(existence).toBe('unknown');
  });

  test.each([path, probe])('is unknown if %s does not answer in time', async (hanging) => {
    const answers = { [path]: answering(404, missing), [probe]: accepted, [hanging]: silent };
    expect((await check(answers, { deadline: givingUpAfter(50) })).existence).toBe('unknown');
  });

  test('is not checked without time left', async () => {
    const { existence, paths } = await check({}, { deadline: givingUpAfter(0) });
    expect(existence).toBe('unknown');
    expect(paths).toEqual([]);
  });

  test('is unknown if no server listens', async () => {
    const server = await startLoopbackServer(answering(200));
    await server.close();
    const api = { url: server.url, credentials: CREDENTIALS };
    expect(await checker.findRepository(api, registry.repository, noHurry)).toBe('unknown');
  });

  test.each(['library/', '/library', 'a/../b', 'a/b c', 'a/b?n=1', ...registry.invalidNames])(
    'is not checked under the invalid name %j',
    async (repository) => {
      const { existence, paths } = await check({}, { repository });
      expect(existence).toBe('unknown');
      expect(paths).toEqual([]);
    },
  );
});

const find = (url: string) =>
  distributionApi.findRepository({ url, credentials: CREDENTIALS }, 'library/test', noHurry);

test.each([undefined, null, 'library/test'])(
  'a detail of the form %j names no other repository',
  async (detail) => {
    const missing = answering(404, errors('NAME_UNKNOWN', { detail }));
    const { url } = await start(byPath({ [TAGS]: missing, '/v2/': answering(200) }));
    expect(await find(url)).toBe('gone');
  },
);

describe('a registry that wants a token', () => {
  const SCOPE = 'repository:library/test:metadata_read';
  const GRANT = '/token?service=registry.example.com';
  const GRANT_FOR_TAGS = `${GRANT}&scope=${encodeURIComponent(SCOPE)}`;
  const challenge = (realm: string, scope?: string) => ({
    'WWW-Authenticate':
      `Bearer realm="${realm}",service="registry.example.com"` +
      (scope === undefined ? '' : `,scope="${scope}"`),
  });
  /** Lets a caller with a token in, and tells others where to get one. */
  const guarded =
    (realm: string, inside: Answering, scope?: string): Answering =>
    (response, request) => {
      if (request.headers.authorization === 'Bearer TOKEN') inside(response, request);
      else respond(response, 401, errors('UNAUTHORIZED'), challenge(realm, scope));
    };

  test.each([
    { why: 'as Docker calls it', body: { token: 'TOKEN' } },
    { why: 'as OAuth calls it', body: { access_token: 'TOKEN', expires_in: 300 } },
  ])('is given one of its own host, $why', async ({ body }) => {
    const server = await start((response, request) =>
      byPath({
        [TAGS]: guarded(`${server.url}/token`, answering(404, nameUnknown), SCOPE),
        '/v2/': guarded(`${server.url}/token`, answering(200)),
        [GRANT]: answering(200, body),
        [GRANT_FOR_TAGS]: answering(200, body),
      })(response, request),
    );
    expect(await find(server.url)).toBe('gone');
    expect(server.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      [TAGS, BASIC],
      [GRANT_FOR_TAGS, BASIC],
      [TAGS, 'Bearer TOKEN'],
      ['/v2/', BASIC],
      [GRANT, BASIC],
      ['/v2/', 'Bearer TOKEN'],
    ]);
  });

  test('exists with a token', async () => {
    const answers = {
      [TAGS]: guarded('/token', answering(200, { tags: [] })),
      [GRANT]: answering(200, { token: 'TOKEN' }),
    };
    const { url } = await start(byPath(answers));
    expect(await find(url)).toBe('exists');
  });

  test.each<{ why: string; grant: Answering }>([
    { why: 'none is granted', grant: answering(401, errors('UNAUTHORIZED')) },
    { why: 'another one is granted', grant: answering(200, { token: 'OTHER' }) },
    { why: 'the grant has no token', grant: answering(200, {}) },
    { why: 'the grant is a page', grant: answering(200, '<html>') },
    { why: 'the token can not stand in a header', grant: answering(200, { token: 'TOKEN\r\nX-Other: 1' }) },
    { why: 'the token has something before it', grant: answering(200, { token: ' TOKEN' }) },
    { why: 'the token has something behind it', grant: answering(200, { token: 'TOKEN ' }) },
    { why: 'it redirects for it', grant: answering(302, { token: 'TOKEN' }, { Location: '/elsewhere' }) },
  ])('does not say that a repository is gone where $why', async ({ grant }) => {
    const { url, requests } = await start(
      byPath({
        [TAGS]: guarded('/token', answering(404, nameUnknown)),
        '/v2/': answering(200),
        [GRANT]: grant,
      }),
    );
    expect(await find(url)).toBe('unknown');
    // One token is asked for, and no second one; only what can be one is sent.
    expect(requests.filter(({ path }) => path === GRANT)).toHaveLength(1);
    const bearers = requests.flatMap(({ headers: { authorization: sent } }) =>
      sent?.startsWith('Bearer') === true ? [sent] : [],
    );
    expect(bearers.filter((sent) => sent !== 'Bearer OTHER')).toEqual([]);
  });

  test('does not say that a repository is gone where the grant breaks off', async () => {
    const { url } = await start(
      byPath({ [TAGS]: guarded('/token', answering(404, nameUnknown)), [GRANT]: breakingOff }),
    );
    expect(await find(url)).toBe('unknown');
  });

  test('of another host gets no credentials, and is not called', async () => {
    const other = await start(answering(200, { token: 'TOKEN' }));
    const { url, requests } = await start(
      byPath({ [TAGS]: guarded(`${other.url}/token`, answering(404, nameUnknown)) }),
    );
    expect(await find(url)).toBe('unknown');
    expect(other.requests).toEqual([]);
    expect(requests).toHaveLength(1);
  });

  test.each([
    { why: 'no realm', header: 'Bearer service="x"' },
    { why: 'a realm that is no address', header: 'Bearer realm="https://"' },
    { why: 'a realm of another scheme', header: 'Bearer realm="ftp://127.0.0.1/token"' },
    { why: 'a realm that only begins with the host', header: 'Bearer realm="//127.0.0.1.example.com/token"' },
    { why: 'another way to prove oneself', header: 'Basic realm="/token"' },
    { why: 'one that only ends like it', header: 'NotBearer realm="/token"' },
    { why: 'nothing', header: '' },
  ])('by $why is not followed', async ({ header }) => {
    const { url, requests } = await start(
      answering(401, errors('UNAUTHORIZED'), { 'WWW-Authenticate': header }),
    );
    expect(await find(url)).toBe('unknown');
    expect(requests).toMatchObject([{ path: TAGS }]);
  });
});
