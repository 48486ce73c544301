import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { fetchCertificate } from '../../lib/sources/signing-certificate.ts';
import { httpEvent } from '../support/http-event.ts';
import { type Answering, respond, startLoopbackServer } from '../support/loopback-server.ts';
import { useOnce } from '../support/use.ts';
import { loadHandlers } from './handlers.ts';
import { HOSTILE_NAMES } from './hostile-names.ts';
import { SECRETS_BY_TYPE, signDelivery } from './signed-delivery.ts';
import { setTrap } from './trap.ts';

/** Paths of the calls that check existence, by source. */
const PATHS = {
  github: /^\/(?:repos\/[^/]+\/[^/]+|user)$/,
  gitea: /^\/api\/v1\/(?:repos\/[^/]+\/[^/]+|user)$/,
  bitbucket: /^\/2\.0\/(?:repositories\/[^/]+\/[^/]+|user)$/,
  gitlab: /^\/api\/v4\/(?:projects\/[^/]+|user)$/,
  harbor: /^\/api\/v2\.0\/(?:projects\/[a-z0-9._-]+\/repositories\/[^/]+|users\/current)$/,
  acr: /^\/v2\/(?:[a-z0-9._/-]+\/tags\/list)?$/,
  distribution: /^\/v2\/(?:[a-z0-9._/-]+\/tags\/list)?$/,
} as const;
const CHECKED = Object.keys(PATHS).filter((name): name is keyof typeof PATHS => name in PATHS);

const notFound: Answering = (response) => respond(response, 404, { message: 'Not Found' });
let answer = notFound;
const api = await startLoopbackServer((response, request) => answer(response, request));
const trap = await setTrap();
afterAll(() => Promise.all([api.close(), trap.close()]));

const handlers = useOnce(() =>
  loadHandlers({
    seed: {
      users: [{ domain: 'acme', name: 'robot', password: 'password-of-this-test' }],
      organizations: [{ name: 'images', repositories: [{ name: 'one', tasks: [] }] }],
    },
    sections: (url) => {
      const account = {
        region: 'cn-north-4',
        credentials: 'env:SSRF_ACCOUNT',
        iamEndpoint: url,
        swrEndpoint: url,
      };
      const accounts = {
        main: account,
        'other-swr': { ...account, swrEndpoint: api.url },
        'other-iam': { ...account, iamEndpoint: api.url },
      };
      const checked = { url: api.url, credentials: 'env:SSRF_CREDENTIALS' };
      const sources = CHECKED.map((type) => [type, { type, secret: `env:SSRF_${type}`, api: checked }]);
      const routes = [{ from: 'github:acme/{path+}', to: 'images/{path}' }];
      return { accounts, sources: Object.fromEntries(sources), routes };
    },
    env: {
      SSRF_ACCOUNT: JSON.stringify({ domain: 'acme', user: 'robot', password: 'password-of-this-test' }),
      ...Object.fromEntries(CHECKED.map((type) => [`SSRF_${type}`, SECRETS_BY_TYPE[type]])),
      SSRF_CREDENTIALS: 'robot:credentials-of-this-test',
    },
  }),
);

/** Number of calls before a test. */
let asked = 0;
afterEach(() => {
  answer = notFound;
  asked = api.requests.length;
});
const paths = () => api.requests.slice(asked).map(({ path }) => path);

describe('a redirect is not followed', () => {
  const elsewhere =
    (status: number): Answering =>
    (response) =>
      respond(
        response,
        status,
        { message: 'moved' },
        { Location: `http://127.0.0.1:${trap.port}/`, 'X-Subject-Token': 'x' },
      );

  test.each(CHECKED.flatMap((source) => [301, 302, 307, 308].map((status) => ({ source, status }))))(
    'of $source, $status',
    async ({ source, status }) => {
      answer = elsewhere(status);
      const request = { source, sourceRepository: 'acme/one', namespace: 'images', repository: 'one' };
      expect(await handlers.clean(request)).toMatchObject({ outcomes: [{ code: 'SOURCE_UNDECIDED' }] });
      expect(paths()).toHaveLength(1);
      expect(trap.visits()).toBe(0);
    },
  );

  test.each(['acr', 'distribution'])('of %s, to where it says that tokens are given', async (source) => {
    for (const realm of [
      `http://127.0.0.1:${trap.port}/token`,
      `//127.0.0.1:${trap.port}/token`,
      `${api.url}@127.0.0.1:${trap.port}/`,
    ]) {
      answer = (response) =>
        respond(response, 401, {}, { 'WWW-Authenticate': `Bearer realm="${realm}",service="x"` });
      const request = { source, sourceRepository: 'acme/one', namespace: 'images', repository: 'one' };
      expect(await handlers.clean(request)).toMatchObject({ outcomes: [{ code: 'SOURCE_UNDECIDED' }] });
    }
    expect(trap.visits()).toBe(0);
  });

  test.each([
    { service: 'IAM, with the password', account: 'other-iam' },
    { service: 'SWR, with the token', account: 'other-swr' },
  ])('of $service', async ({ account }) => {
    for (const status of [301, 302, 307, 308]) {
      answer = elsewhere(status);
      expect(await handlers.clean({ account, namespace: 'images', repository: 'one' })).toMatchObject({
        outcomes: [{ outcome: 'failed' }],
      });
    }
    expect(paths().length).toBeGreaterThan(0);
    expect(trap.visits()).toBe(0);
  });

  test('of a host that gives out certificates', async () => {
    answer = elsewhere(302);
    expect(await fetchCertificate(new URL(`${api.url}/x.pem`))).toBeUndefined();
    expect(trap.visits()).toBe(0);
  });
});

describe('a name does not lead to another address', () => {
  test.each(CHECKED)('of %s', async (source) => {
    await handlers.clean({ source, sourceRepository: 'acme/one', namespace: 'images', repository: 'one' });
    expect(paths()).toContainEqual(expect.stringMatching(/acme.*one/));
    for (const sourceRepository of HOSTILE_NAMES) {
      const answered = await handlers.clean({
        source,
        sourceRepository,
        namespace: 'images',
        repository: 'one',
      });
      expect(answered).toMatchObject({ outcomes: [{ code: 'SOURCE_UNDECIDED' }] });
      for (const path of paths()) {
        expect(path).toMatch(PATHS[source]);
        // As it was sent: nothing in it is resolved, and no query begins.
        expect(new URL(path, api.url)).toMatchObject({
          pathname: path,
          search: '',
          hash: '',
          origin: api.url,
        });
      }
      asked = api.requests.length;
    }
    expect(trap.visits()).toBe(0);
  });

  test('of SWR: an invalid name is not called', async () => {
    handlers.cloud.journal.clear();
    const rows = HOSTILE_NAMES.flatMap((name) => [
      { namespace: name, repository: 'one' },
      { namespace: 'images', repository: name },
      { namespace: name },
      {
        namespace: 'images',
        repository: 'one',
        targets: [{ remoteRegionId: 'cn-east-3', remoteNamespace: name }],
      },
    ]);
    for (const request of rows) {
      expect(await handlers.clean(request)).toMatchObject({ outcomes: [{ code: 'INVALID_NAME' }] });
    }
    expect(handlers.cloud.journal.entries).toEqual([]);
  });

  test('of SWR, by a webhook: it is ignored or rejected', async () => {
    for (const name of HOSTILE_NAMES) {
      const body = (right: string) => right.replace('"acme/one"', JSON.stringify(name));
      const { headers, body: sent } = signDelivery('github', SECRETS_BY_TYPE.github, { body });
      const { status } = await handlers.receive(httpEvent({ source: 'github', headers, body: sent }));
      expect([200, 422]).toContain(status);
    }
  });

  test('of a region: it is no region then', async () => {
    for (const remoteRegionId of [...HOSTILE_NAMES, 'cn-east-3.evil.test', 'cn-east-3/']) {
      const targets = [{ remoteRegionId, remoteNamespace: 'acme-dr' }];
      await expect(handlers.clean({ namespace: 'images', repository: 'one', targets })).rejects.toThrow(
        'expected a region id',
      );
    }
  });
});
