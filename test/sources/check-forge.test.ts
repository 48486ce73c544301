import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createCheckExistence } from '../../lib/sources/check-existence.ts';
import { addressOf, checkForge } from '../../lib/sources/check-forge.ts';
import { existenceCheckers } from '../../lib/sources/index.ts';
import { configOf } from '../support/config.ts';
import { givingUpAfter, noHurry } from '../support/deadline.ts';
import {
  type Answering,
  type LoopbackServer,
  respond,
  startLoopbackServer,
} from '../support/loopback-server.ts';

interface Forge {
  readonly type: 'github' | 'gitea' | 'bitbucket' | 'gitlab';
  readonly user: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly repository: (name: string) => string;
  readonly organization: (name: string) => string;
  /** A private repository as the forge describes it, and one that everybody sees. */
  readonly shown: { readonly private: object; readonly public: object };
}

const forges: Forge[] = [
  {
    type: 'github',
    user: '/user',
    headers: {
      authorization: 'Bearer token',
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
    },
    repository: (name) => `/repos/${name}`,
    organization: (name) => `/orgs/${name}`,
    shown: {
      private: { id: 1, private: true, visibility: 'private' },
      public: { id: 1, private: true, visibility: 'internal' },
    },
  },
  {
    type: 'gitea',
    user: '/api/v1/user',
    headers: { authorization: 'token token' },
    repository: (name) => `/api/v1/repos/${name}`,
    organization: (name) => `/api/v1/orgs/${name}`,
    shown: { private: { id: 1, private: true, internal: false }, public: { id: 1, private: false } },
  },
  {
    type: 'bitbucket',
    user: '/2.0/user',
    headers: { authorization: 'Bearer token' },
    repository: (name) => `/2.0/repositories/${name}`,
    organization: (name) => `/2.0/workspaces/${name}`,
    shown: { private: { uuid: '{1}', is_private: true }, public: { uuid: '{1}', is_private: false } },
  },
  {
    type: 'gitlab',
    user: '/api/v4/user',
    headers: { 'private-token': 'token' },
    repository: (name) => `/api/v4/projects/${encodeURIComponent(name)}`,
    organization: (name) => `/api/v4/groups/${encodeURIComponent(name)}`,
    shown: { private: { id: 1, visibility: 'private' }, public: { id: 1, visibility: 'internal' } },
  },
];

const HTML = '<!doctype html><title>hello</title>';
const answering =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answering =>
  (response) =>
    respond(response, status, body, headers);
const missing = answering(404, { message: 'Not Found' });
const silent: Answering = () => undefined;

describe.each(forges)('$type', ({ type, user, headers, repository, organization, shown }) => {
  let server: LoopbackServer;
  /** Answers of the forge by path; all other paths but the caller's get 404. */
  let answers: Map<string, Answering>;
  beforeEach(async () => {
    answers = new Map([[user, answering(200, { id: 7 })]]);
    server = await startLoopbackServer((response, request) =>
      (answers.get(request.path) ?? missing)(response, request),
    );
  });
  afterEach(() => server.close());

  const checkExistence = (canary?: string | readonly string[]) => {
    const api = { url: server.url, credentials: 'env:TOKEN', ...(canary !== undefined && { canary }) };
    const config = configOf({ sources: { forge: { type, secret: 'env:X', api } } });
    return createCheckExistence(config, () => Promise.resolve('token\n'));
  };
  const paths = () => server.requests.map(({ path }) => path);
  /** Evidence of the credentials' rights in the answer about acme/api. */
  async function evidenceOf(canary?: string) {
    const evidence: string[] = [];
    const existence = await checkExistence(canary)(
      'forge',
      'Acme/api',
      noHurry,
      'repository',
      (what, owner) => {
        evidence.push(`${what} ${owner}`);
      },
    );
    return { existence, evidence };
  }

  test('is called as its API documents', async () => {
    expect(await checkExistence()('forge', 'acme/api', noHurry)).toBe('gone');
    const sent = { 'user-agent': 'swr-sync-cleanup', ...headers };
    expect(server.requests).toMatchObject([
      { method: 'GET', path: repository('acme/api'), headers: sent },
      { method: 'GET', path: user, headers: sent },
    ]);
  });

  describe('a repository that is not found', () => {
    test('is gone if the canary of its owner is visible, which is checked last', async () => {
      answers.set(repository('acme/canary'), answering(200, shown.private));
      expect(await checkExistence('acme/canary')('forge', 'acme/api', noHurry)).toBe('gone');
      expect(paths()).toEqual([repository('acme/api'), user, repository('acme/canary')]);
    });

    test('is unknown if the token has lost its rights', async () => {
      expect(await checkExistence('acme/canary')('forge', 'acme/api', noHurry)).toBe('unknown');
    });

    test.each([
      { why: 'is public', canary: answering(200, shown.public) },
      { why: 'was renamed', canary: answering(301, {}, { Location: '/elsewhere' }) },
      { why: 'is a web page', canary: answering(200, HTML) },
      { why: 'is a list', canary: answering(200, []) },
      { why: 'is forbidden', canary: answering(403, {}) },
      { why: 'is called too often', canary: answering(429, {}) },
      { why: 'lies behind a failure', canary: answering(500, {}) },
    ])('is unknown if the canary $why', async ({ canary }) => {
      answers.set(repository('acme/canary'), canary);
      expect(await checkExistence('acme/canary')('forge', 'acme/api', noHurry)).toBe('unknown');
    });

    test('is unknown if the canary does not answer in time', async () => {
      answers.set(repository('acme/canary'), silent);
      expect(await checkExistence('acme/canary')('forge', 'acme/api', givingUpAfter(300))).toBe('unknown');
    });

    test('is gone without a check of the canary of another owner', async () => {
      expect(await checkExistence(['other/canary', 'acm/canary'])('forge', 'acme/api', noHurry)).toBe('gone');
      expect(paths()).toEqual([repository('acme/api'), user]);
    });

    test('is unknown if it is the canary itself, however it is written', async () => {
      answers.set(repository('acme/canary'), answering(200, shown.private));
      expect(await checkExistence('acme/canary')('forge', 'acme/Canary', noHurry)).toBe('unknown');
      expect(paths()).toEqual([repository('acme/Canary'), user]);
    });
  });

  test('notes that a repository is private, and notes no other', async () => {
    answers.set(repository('Acme/api'), answering(200, shown.private));
    expect(await evidenceOf()).toEqual({ existence: 'exists', evidence: ['private acme'] });
    answers.set(repository('Acme/api'), answering(200, shown.public));
    expect(await evidenceOf()).toEqual({ existence: 'exists', evidence: [] });
    answers.set(repository('Acme/api'), answering(200, { id: 1 }));
    expect(await evidenceOf()).toEqual({ existence: 'exists', evidence: [] });
  });

  test('notes that no canary confirms that a repository is gone', async () => {
    expect(await evidenceOf()).toEqual({ existence: 'gone', evidence: ['unproven acme'] });
    expect(await evidenceOf('acme/canary')).toEqual({ existence: 'unknown', evidence: [] });
    answers.set(repository('acme/canary'), answering(200, shown.private));
    expect(await evidenceOf('acme/canary')).toEqual({ existence: 'gone', evidence: [] });
  });

  test.each([
    { why: 'it says who they belong to', answer: answering(200, { id: 7 }), accepted: true },
    { why: 'they are wrong', answer: answering(401, {}), accepted: false },
    { why: 'they lack the right to ask that', answer: answering(403, {}), accepted: false },
    { why: 'a web page answers', answer: answering(200, HTML), accepted: undefined },
    { why: 'there is no such API', answer: missing, accepted: undefined },
  ])('accepts credentials: $accepted, as $why', async ({ answer, accepted }) => {
    answers.set(user, answer);
    const api = { url: server.url, credentials: 'token' };
    expect(await existenceCheckers[type]?.acceptsCredentials?.(api, noHurry)).toBe(accepted);
    expect(paths()).toEqual([user]);
  });

  describe('an organization', () => {
    const check = (canary?: string | readonly string[], name = 'acme') =>
      checkExistence(canary)('forge', name, noHurry, 'organization');

    test('exists if the API shows it', async () => {
      answers.set(organization('acme'), answering(200, { id: 1 }));
      expect(await check()).toBe('exists');
      expect(paths()).toEqual([organization('acme')]);
    });

    test('is gone if it is not found, and the credentials are accepted', async () => {
      expect(await check()).toBe('gone');
      expect(paths()).toEqual([organization('acme'), user]);
    });

    test.each([
      { why: 'it was renamed', organizationAnswers: answering(301, {}, { Location: '/elsewhere' }) },
      { why: 'it is not found by a web page', organizationAnswers: answering(404, HTML) },
      { why: 'it is forbidden', organizationAnswers: answering(403, {}) },
      { why: 'the forge fails', organizationAnswers: answering(503, {}) },
    ])('is unknown if $why', async ({ organizationAnswers }) => {
      answers.set(organization('acme'), organizationAnswers);
      expect(await check()).toBe('unknown');
    });

    test('is unknown if the credentials are not accepted', async () => {
      answers.set(user, answering(401, {}));
      expect(await check()).toBe('unknown');
    });

    test('is gone with its canary if the one of another owner is visible', async () => {
      answers.set(repository('other/canary'), answering(200, shown.private));
      expect(await check(['acme/canary', 'lost/canary', 'other/canary'])).toBe('gone');
    });

    test.each([
      { why: 'no canary of another owner is visible', canary: ['acme/canary', 'other/canary'] },
      { why: 'none of another owner is configured', canary: 'acme/canary' },
    ])('is unknown if $why', async ({ canary }) => {
      expect(await check(canary)).toBe('unknown');
    });

    test.each([
      { why: 'is still visible', canary: answering(200, shown.private) },
      { why: 'was renamed with it', canary: answering(301, {}) },
    ])('is unknown if its own canary $why', async ({ canary }) => {
      answers.set(repository('acme/canary'), canary);
      answers.set(repository('other/canary'), answering(200, shown.private));
      expect(await check(['acme/canary', 'other/canary'])).toBe('unknown');
    });

    test.each(['', '.', '..', 'acme/..', '../user', '/acme', 'acme/', 'a b', '\ud800', 'x'.repeat(300)])(
      'of the name %j is not asked for: it would be at another address',
      async (name) => {
        expect(await check(undefined, name)).toBe('unknown');
        expect(paths()).toEqual([]);
      },
    );

    test.each([
      { name: 'a?b', asked: 'a%3Fb' },
      { name: 'a#b', asked: 'a%23b' },
      { name: '%2e%2e', asked: '%252e%252e' },
      { name: String.raw`a\..`, asked: 'a%5C..' },
    ])('of the name $name is asked for as $asked', async ({ name, asked }) => {
      await check(undefined, name);
      expect(paths()[0]).toBe(organization('NAME').replace('NAME', asked));
    });
  });

  test.each(['acme/..', '../acme', './api', 'acme/\ud800', '\udfff/api'])(
    'a repository of the name %j is not asked for',
    async (name) => {
      expect(await checkExistence()('forge', name, noHurry)).toBe('unknown');
      expect(paths()).toEqual([]);
    },
  );
});

describe('the groups of gitlab', () => {
  let server: LoopbackServer;
  let visible: readonly string[];
  beforeEach(async () => {
    server = await startLoopbackServer((response, { path }) => {
      const isVisible = path === '/api/v4/user' || visible.some((name) => path.endsWith(`/${name}`));
      respond(response, isVisible ? 200 : 404, { visibility: 'private' });
    });
  });
  afterEach(() => server.close());

  const check = (canary: readonly string[], name: string, kind: 'repository' | 'organization') => {
    const api = { url: server.url, credentials: 'env:TOKEN', canary };
    const config = configOf({ sources: { gitlab: { type: 'gitlab', secret: 'env:X', api } } });
    return createCheckExistence(config, () => Promise.resolve('token'))('gitlab', name, noHurry, kind);
  };
  const canaries = ['acme/canary', 'acme/pay/canary'];

  test.each(['73', '', 'a/', '/a'])('have no project of the name %j', async (name) => {
    visible = [];
    expect(await check(canaries, name, 'repository')).toBe('unknown');
    expect(server.requests).toEqual([]);
  });

  test.each([
    { name: 'acme/api', seen: 'acme%2Fcanary', existence: 'gone' },
    { name: 'acme/web/deep/api', seen: 'acme%2Fcanary', existence: 'gone' },
    { name: 'acme/pay/api', seen: 'acme%2Fpay%2Fcanary', existence: 'gone' },
    { name: 'acme/pay/deep/api', seen: 'acme%2Fpay%2Fcanary', existence: 'gone' },
    { name: 'acme/pay/api', seen: 'acme%2Fcanary', existence: 'unknown' },
    { name: 'acme/payments/api', seen: 'acme%2Fpay%2Fcanary', existence: 'unknown' },
  ])('of $name, with only $seen visible, make it $existence', async ({ name, seen, existence }) => {
    visible = [seen];
    expect(await check(canaries, name, 'repository')).toBe(existence);
  });

  test('take those below them along, and have the canary of those above', async () => {
    visible = ['acme%2Fcanary'];
    expect(await check(canaries, 'acme/pay', 'organization')).toBe('gone');
    visible = ['acme%2Fpay%2Fcanary'];
    expect(await check(canaries, 'acme', 'organization')).toBe('unknown');
  });
});

const NOT_FOUND = { message: 'Not Found' };
const servers: LoopbackServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** Checks a forge that answers the calls for the repository and the probe as given. */
async function checkAddress(repository: Answering, probe: Answering, deadline = noHurry) {
  const server = await startLoopbackServer((response, request) =>
    (request.path === '/repository' ? repository : probe)(response, request),
  );
  servers.push(server);
  const { url, requests } = server;
  const existence = await checkForge({
    url: `${url}/repository`,
    probeUrl: `${url}/probe`,
    headers: { Authorization: 'token SECRET' },
    deadline,
  });
  return { existence, paths: requests.map(({ path }) => path), requests };
}

const accepted = answering(200, { login: 'me' });
const breakingOff: Answering = (response) => response.destroy();

describe('a check of a repository', () => {
  test('is gone if the API knows the caller, but not the repository', async () => {
    const { existence, paths, requests } = await checkAddress(answering(404, NOT_FOUND), accepted);
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

  test('exists if the API shows it, after one call', async () => {
    const { existence, paths } = await checkAddress(answering(200, { id: 1 }), accepted);
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
    { why: 'is gone with another status', repository: answering(410, NOT_FOUND) },
    { why: 'is called too often', repository: answering(429, {}) },
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
    const { existence, paths } = await checkAddress(repository, accepted);
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
    const { existence, paths } = await checkAddress(answering(404, NOT_FOUND), probe);
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
    const { existence } = await checkAddress(repository, silent, givingUpAfter(100));
    expect(existence).toBe('unknown');
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  test('is shared by both calls', async () => {
    const slowly =
      (answer: Answering): Answering =>
      (...request) =>
        setTimeout(() => answer(...request), 200);
    const { existence } = await checkAddress(
      slowly(answering(404, NOT_FOUND)),
      slowly(accepted),
      givingUpAfter(300),
    );
    expect(existence).toBe('unknown');
  });

  test('that is over lets no call begin', async () => {
    const { existence, paths } = await checkAddress(answering(404, NOT_FOUND), accepted, givingUpAfter(0));
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
