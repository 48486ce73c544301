import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createCheckExistence } from '../../lib/sources/check-existence.ts';
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
  readonly repository: (name: string) => string;
  readonly organization: (name: string) => string;
  /** A private repository as the forge describes it, and one that everybody sees. */
  readonly shown: { readonly private: object; readonly public: object };
}

const forges: Forge[] = [
  {
    type: 'github',
    user: '/user',
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
    repository: (name) => `/api/v1/repos/${name}`,
    organization: (name) => `/api/v1/orgs/${name}`,
    shown: { private: { id: 1, private: true, internal: false }, public: { id: 1, private: false } },
  },
  {
    type: 'bitbucket',
    user: '/2.0/user',
    repository: (name) => `/2.0/repositories/${name}`,
    organization: (name) => `/2.0/workspaces/${name}`,
    shown: { private: { uuid: '{1}', is_private: true }, public: { uuid: '{1}', is_private: false } },
  },
  {
    type: 'gitlab',
    user: '/api/v4/user',
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

describe.each(forges)('$type', ({ type, user, repository, organization, shown }) => {
  let server: LoopbackServer;
  /** What the forge answers; 404 to all else but the caller. */
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
    return createCheckExistence(config, () => Promise.resolve('token'));
  };
  const paths = () => server.requests.map(({ path }) => path);
  /** What the answer about acme/api says of the credentials' rights. */
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

  describe('a repository that is not found', () => {
    test('is gone if the canary of its owner is visible, which is asked last', async () => {
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
      { why: 'is asked for too often', canary: answering(429, {}) },
      { why: 'lies behind a failure', canary: answering(500, {}) },
    ])('is unknown if the canary $why', async ({ canary }) => {
      answers.set(repository('acme/canary'), canary);
      expect(await checkExistence('acme/canary')('forge', 'acme/api', noHurry)).toBe('unknown');
    });

    test('is unknown if the canary does not answer in time', async () => {
      answers.set(repository('acme/canary'), silent);
      expect(await checkExistence('acme/canary')('forge', 'acme/api', givingUpAfter(300))).toBe('unknown');
    });

    test('is gone without asking for the canary of another owner', async () => {
      expect(await checkExistence(['other/canary', 'acm/canary'])('forge', 'acme/api', noHurry)).toBe('gone');
      expect(paths()).toEqual([repository('acme/api'), user]);
    });

    test('is unknown if it is the canary itself, however it is written', async () => {
      answers.set(repository('acme/canary'), answering(200, shown.private));
      expect(await checkExistence('acme/canary')('forge', 'acme/Canary', noHurry)).toBe('unknown');
      expect(paths()).toEqual([repository('acme/Canary'), user]);
    });
  });

  test('tells of a private repository that it is, and of no other', async () => {
    answers.set(repository('Acme/api'), answering(200, shown.private));
    expect(await evidenceOf()).toEqual({ existence: 'exists', evidence: ['private acme'] });
    answers.set(repository('Acme/api'), answering(200, shown.public));
    expect(await evidenceOf()).toEqual({ existence: 'exists', evidence: [] });
    answers.set(repository('Acme/api'), answering(200, { id: 1 }));
    expect(await evidenceOf()).toEqual({ existence: 'exists', evidence: [] });
  });

  test('tells of a repository that is gone that no canary proves it', async () => {
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
    const ask = (canary?: string | readonly string[], name = 'acme') =>
      checkExistence(canary)('forge', name, noHurry, 'organization');

    test('exists if the API shows it', async () => {
      answers.set(organization('acme'), answering(200, { id: 1 }));
      expect(await ask()).toBe('exists');
      expect(paths()).toEqual([organization('acme')]);
    });

    test('is gone if it is not found, and the credentials are accepted', async () => {
      expect(await ask()).toBe('gone');
      expect(paths()).toEqual([organization('acme'), user]);
    });

    test.each([
      { why: 'it was renamed', organizationAnswers: answering(301, {}, { Location: '/elsewhere' }) },
      { why: 'it is not found by a web page', organizationAnswers: answering(404, HTML) },
      { why: 'it is forbidden', organizationAnswers: answering(403, {}) },
      { why: 'the forge fails', organizationAnswers: answering(503, {}) },
    ])('is unknown if $why', async ({ organizationAnswers }) => {
      answers.set(organization('acme'), organizationAnswers);
      expect(await ask()).toBe('unknown');
    });

    test('is unknown if the credentials are not accepted', async () => {
      answers.set(user, answering(401, {}));
      expect(await ask()).toBe('unknown');
    });

    test('is gone with its canary if the one of another owner is visible', async () => {
      answers.set(repository('other/canary'), answering(200, shown.private));
      expect(await ask(['acme/canary', 'lost/canary', 'other/canary'])).toBe('gone');
    });

    test.each([
      { why: 'no canary of another owner is visible', canary: ['acme/canary', 'other/canary'] },
      { why: 'none of another owner is configured', canary: 'acme/canary' },
    ])('is unknown if $why', async ({ canary }) => {
      expect(await ask(canary)).toBe('unknown');
    });

    test.each([
      { why: 'is still visible', canary: answering(200, shown.private) },
      { why: 'was renamed with it', canary: answering(301, {}) },
    ])('is unknown if its own canary $why', async ({ canary }) => {
      answers.set(repository('acme/canary'), canary);
      answers.set(repository('other/canary'), answering(200, shown.private));
      expect(await ask(['acme/canary', 'other/canary'])).toBe('unknown');
    });

    test.each(['', '.', '..', 'acme/..', '../user', '/acme', 'acme/', 'a b', '\ud800', 'x'.repeat(300)])(
      'of the name %j is not asked for: it would be at another address',
      async (name) => {
        expect(await ask(undefined, name)).toBe('unknown');
        expect(paths()).toEqual([]);
      },
    );

    test.each([
      { name: 'a?b', asked: 'a%3Fb' },
      { name: 'a#b', asked: 'a%23b' },
      { name: '%2e%2e', asked: '%252e%252e' },
      { name: String.raw`a\..`, asked: 'a%5C..' },
    ])('of the name $name is asked for as $asked', async ({ name, asked }) => {
      await ask(undefined, name);
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

  const ask = (canary: readonly string[], name: string, kind: 'repository' | 'organization') => {
    const api = { url: server.url, credentials: 'env:TOKEN', canary };
    const config = configOf({ sources: { gitlab: { type: 'gitlab', secret: 'env:X', api } } });
    return createCheckExistence(config, () => Promise.resolve('token'))('gitlab', name, noHurry, kind);
  };
  const canaries = ['acme/canary', 'acme/pay/canary'];

  test.each([
    { name: 'acme/api', seen: 'acme%2Fcanary', existence: 'gone' },
    { name: 'acme/web/deep/api', seen: 'acme%2Fcanary', existence: 'gone' },
    { name: 'acme/pay/api', seen: 'acme%2Fpay%2Fcanary', existence: 'gone' },
    { name: 'acme/pay/deep/api', seen: 'acme%2Fpay%2Fcanary', existence: 'gone' },
    { name: 'acme/pay/api', seen: 'acme%2Fcanary', existence: 'unknown' },
    { name: 'acme/payments/api', seen: 'acme%2Fpay%2Fcanary', existence: 'unknown' },
  ])('of $name, with only $seen visible, make it $existence', async ({ name, seen, existence }) => {
    visible = [seen];
    expect(await ask(canaries, name, 'repository')).toBe(existence);
  });

  test('take those below them along, and have the canary of those above', async () => {
    visible = ['acme%2Fcanary'];
    expect(await ask(canaries, 'acme/pay', 'organization')).toBe('gone');
    visible = ['acme%2Fpay%2Fcanary'];
    expect(await ask(canaries, 'acme', 'organization')).toBe('unknown');
  });
});
