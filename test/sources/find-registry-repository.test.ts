import { afterEach, describe, expect, test } from '@jest/globals';
import { acrApi } from '../../lib/sources/acr-api.ts';
import { distributionApi } from '../../lib/sources/distribution-api.ts';
import { findRegistryRepository } from '../../lib/sources/find-registry-repository.ts';
import { givingUpAfter, noHurry } from '../support/deadline.ts';
import {
  type Answering,
  type LoopbackServer,
  respond,
  startLoopbackServer,
} from '../support/loopback-server.ts';

const CREDENTIALS = 'robot:PASSWORD';
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
  (response, request) => {
    const answer = answers[request.path];
    if (answer === undefined) respond(response, 404, '<html>', { 'Content-Type': 'text/html' });
    else answer(response, request);
  };
const saying =
  (status: number, body: unknown = {}, headers: Readonly<Record<string, string>> = {}): Answering =>
  (response) =>
    respond(response, status, body, headers);
const errors = (code: string, detail?: unknown) => ({ errors: [{ code, message: 'in words', detail }] });
const unknownName = saying(404, errors('NAME_UNKNOWN', { name: 'library/test' }));

const find = (
  url: string,
  { repository = 'library/test', credentials = CREDENTIALS, deadline = noHurry } = {},
) => findRegistryRepository({ url, credentials }, repository, deadline);

describe('a repository', () => {
  test.each([
    { why: 'has tags', body: { name: 'library/test', tags: ['latest'] } },
    { why: 'has no tags left', body: { name: 'library/test', tags: [] } },
    { why: 'never had tags', body: { name: 'library/test', tags: null } },
  ])('exists where it $why', async ({ body }) => {
    const { url, requests } = await start(byPath({ [TAGS]: saying(200, body) }));
    expect(await find(url)).toBe('exists');
    const headers = {
      authorization: BASIC,
      'user-agent': 'swr-sync-cleanup',
      accept: 'application/json',
    };
    expect(requests).toMatchObject([{ method: 'GET', path: TAGS, headers }]);
  });

  test('is gone where the registry does not know its name, and knows us', async () => {
    const { url, requests } = await start(byPath({ [TAGS]: unknownName, '/v2/': saying(200) }));
    expect(await find(url)).toBe('gone');
    expect(requests.map(({ path }) => path)).toEqual([TAGS, '/v2/']);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([BASIC, BASIC]);
  });

  test.each([
    { why: 'nothing', error: errors('NAME_UNKNOWN') },
    { why: 'null', error: errors('NAME_UNKNOWN', null) },
    { why: 'something of another form', error: errors('NAME_UNKNOWN', 'library/test') },
  ])('is gone as well where the error tells $why in detail', async ({ error }) => {
    const { url } = await start(byPath({ [TAGS]: saying(404, error), '/v2/': saying(200) }));
    expect(await find(url)).toBe('gone');
  });

  test('is asked for without credentials where there are none', async () => {
    const { url, requests } = await start(byPath({ [TAGS]: unknownName, '/v2/': saying(200) }));
    expect(await find(url, { credentials: '\n' })).toBe('gone');
    for (const { headers } of requests) expect(headers).not.toHaveProperty('authorization');
  });

  test.each<{ why: string; answer: Answering }>([
    { why: 'a refusal', answer: saying(403, errors('NAME_UNKNOWN')) },
    { why: 'credentials that are not accepted', answer: saying(401, errors('NAME_UNKNOWN')) },
    { why: 'a redirect', answer: saying(302, errors('NAME_UNKNOWN'), { Location: '/v2/renamed/tags/list' }) },
    { why: 'a redirect for good', answer: saying(301, '', { Location: '/v2/renamed/tags/list' }) },
    { why: 'a 404 that is a page', answer: saying(404, '<html>', { 'Content-Type': 'text/html' }) },
    { why: 'a 404 without a body', answer: saying(404, '') },
    { why: 'a 404 with JSON of another form', answer: saying(404, { code: 'NAME_UNKNOWN' }) },
    { why: 'a 404 with null', answer: saying(404, null) },
    { why: 'a 404 with another code', answer: saying(404, errors('MANIFEST_UNKNOWN')) },
    { why: 'a 404 about another name', answer: saying(404, errors('NAME_UNKNOWN', { name: 'test' })) },
    { why: '410', answer: saying(410, errors('NAME_UNKNOWN')) },
    { why: 'throttling', answer: saying(429, errors('TOOMANYREQUESTS')) },
    { why: 'a failure', answer: saying(500, errors('NAME_UNKNOWN')) },
    { why: 'a gateway that fails', answer: saying(503, '<html>') },
    { why: 'a page that asks to log in', answer: saying(200, '<html>', { 'Content-Type': 'text/html' }) },
    { why: 'a success without a body', answer: saying(204, '') },
    { why: 'a success with null', answer: saying(200, null) },
    { why: 'a reset', answer: (response) => response.socket?.destroy() },
    {
      why: 'an end in the middle',
      answer: (response) => {
        response.writeHead(404, { 'Content-Length': 500 });
        response.write('{"errors":', () => response.socket?.destroy());
      },
    },
  ])('is not known to be gone after $why', async ({ answer }) => {
    const { url, requests } = await start(byPath({ [TAGS]: answer, '/v2/': saying(200) }));
    expect(await find(url)).toBe('unknown');
    expect(requests.map(({ path }) => path)).toEqual([TAGS]);
  });

  test.each<{ why: string; answer: Answering }>([
    { why: 'does not accept the credentials', answer: saying(401, errors('UNAUTHORIZED')) },
    { why: 'refuses', answer: saying(403, errors('DENIED')) },
    { why: 'has another address', answer: saying(308, '', { Location: '/v3/' }) },
    { why: 'is not there', answer: saying(404, '<html>') },
    { why: 'fails', answer: saying(502, '<html>') },
    { why: 'breaks off', answer: (response) => response.socket?.destroy() },
  ])('is not known to be gone where the API $why', async ({ answer }) => {
    const { url } = await start(byPath({ [TAGS]: unknownName, '/v2/': answer }));
    expect(await find(url)).toBe('unknown');
  });

  test.each<{ why: string; hanging: string }>([
    { why: 'the registry does not answer', hanging: TAGS },
    { why: 'the second question is not answered', hanging: '/v2/' },
  ])('is not known to be gone where $why in time', async ({ hanging }) => {
    const answers = { [TAGS]: unknownName, '/v2/': saying(200), [hanging]: () => undefined };
    const { url } = await start(byPath(answers));
    expect(await find(url, { deadline: givingUpAfter(50) })).toBe('unknown');
  });

  test('is not asked for where there is no time left', async () => {
    const { url, requests } = await start(saying(200));
    expect(await find(url, { deadline: givingUpAfter(0) })).toBe('unknown');
    expect(requests).toEqual([]);
  });

  test('is not known to be gone where nobody listens', async () => {
    const server = await startLoopbackServer(saying(200));
    await server.close();
    expect(await find(server.url)).toBe('unknown');
  });

  test.each([
    '',
    '..',
    'a/../b',
    'library/',
    '/library',
    'library//test',
    'Library',
    'a b',
    'a?n=1',
    'a%2Fb',
    'a\n',
    `a${'/b'.repeat(200)}`,
  ])('is not asked for under a name that no registry has: %j', async (repository) => {
    const { url, requests } = await start(saying(200));
    expect(await find(url, { repository })).toBe('unknown');
    expect(requests).toEqual([]);
  });

  test.each([acrApi, distributionApi])('is asked for by the sources of this API', async (source) => {
    const { url } = await start(byPath({ [TAGS]: unknownName, '/v2/': saying(200) }));
    const api = { url, credentials: CREDENTIALS };
    expect(await source.findRepository(api, 'library/test', noHurry)).toBe('gone');
  });
});

describe('a registry that wants a token', () => {
  const SCOPE = 'repository:library/test:metadata_read';
  const GRANT = '/token?service=registry.example.com';
  const GRANT_FOR_TAGS = `${GRANT}&scope=${encodeURIComponent(SCOPE)}`;
  const challenge = (realm: string, scope?: string) => ({
    'WWW-Authenticate':
      `Bearer realm="${realm}",service="registry.example.com"` +
      (scope === undefined ? '' : `,scope="${scope}"`),
  });
  /** Lets in whoever has a token, and tells all others where there are some. */
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
        [TAGS]: guarded(`${server.url}/token`, unknownName, SCOPE),
        '/v2/': guarded(`${server.url}/token`, saying(200)),
        [GRANT]: saying(200, body),
        [GRANT_FOR_TAGS]: saying(200, body),
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

  test('is believed as any other when it has the repository', async () => {
    const answers = {
      [TAGS]: guarded('/token', saying(200, { tags: [] })),
      [GRANT]: saying(200, { token: 'TOKEN' }),
    };
    const { url } = await start(byPath(answers));
    expect(await find(url)).toBe('exists');
  });

  test.each<{ why: string; grant: Answering }>([
    { why: 'none is granted', grant: saying(401, errors('UNAUTHORIZED')) },
    { why: 'another one is granted', grant: saying(200, { token: 'OTHER' }) },
    { why: 'the grant has no token', grant: saying(200, {}) },
    { why: 'the grant is a page', grant: saying(200, '<html>') },
    { why: 'the token can not stand in a header', grant: saying(200, { token: 'TOKEN\r\nX-Other: 1' }) },
    { why: 'the token has something before it', grant: saying(200, { token: ' TOKEN' }) },
    { why: 'the token has something behind it', grant: saying(200, { token: 'TOKEN ' }) },
    { why: 'it redirects for it', grant: saying(302, { token: 'TOKEN' }, { Location: '/elsewhere' }) },
  ])('does not say that a repository is gone where $why', async ({ grant }) => {
    const { url, requests } = await start(
      byPath({ [TAGS]: guarded('/token', unknownName), '/v2/': saying(200), [GRANT]: grant }),
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
    const grant: Answering = (response) => response.socket?.destroy();
    const { url } = await start(byPath({ [TAGS]: guarded('/token', unknownName), [GRANT]: grant }));
    expect(await find(url)).toBe('unknown');
  });

  test('of another host gets no credentials, and is not called', async () => {
    const other = await start(saying(200, { token: 'TOKEN' }));
    const { url, requests } = await start(byPath({ [TAGS]: guarded(`${other.url}/token`, unknownName) }));
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
      saying(401, errors('UNAUTHORIZED'), { 'WWW-Authenticate': header }),
    );
    expect(await find(url)).toBe('unknown');
    expect(requests).toMatchObject([{ path: TAGS }]);
  });
});
