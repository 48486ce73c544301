import { afterEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { SendableType } from '../../cli/send/sample-bodies.ts';
import { validateConfig } from '../../lib/config/validate-config.ts';
import { httpEvent } from '../support/http-event.ts';
import { useOnce } from '../support/use.ts';
import { loadHandlers } from './handlers.ts';
import { type DeliveryOptions, SECRETS_BY_TYPE, SENDABLE, signDelivery } from './signed-delivery.ts';

/** Names that every object inherits. */
const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'];
const EVIL = '"polluted":"yes","namespace":"stolen","repository":"stolen","action":"deleted"';

const variableOf = (type: string) => `POLLUTION_${type.replaceAll('-', '_')}`;
const task = { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr', syncAuto: true };

const handlers = useOnce(() =>
  loadHandlers({
    seed: {
      users: [{ domain: 'acme', name: 'robot', password: 'password-of-this-test' }],
      organizations: [
        {
          name: 'images',
          repositories: [
            { name: 'one', tasks: [task] },
            { name: 'two', tasks: [task] },
          ],
        },
        { name: 'constructor', repositories: [{ name: 'prototype', tasks: [task] }] },
      ],
    },
    sections: (url) => ({
      accounts: {
        main: {
          region: 'cn-north-4',
          credentials: 'env:POLLUTION_account',
          iamEndpoint: url,
          swrEndpoint: url,
        },
      },
      sources: Object.fromEntries(
        SENDABLE.map((type) => [
          type,
          {
            type,
            secret: `env:${variableOf(type)}`,
            ...(['bitbucket', 'harbor', 'acr', 'distribution'].includes(type) && {
              api: { url, credentials: 'env:POLLUTION_github' },
            }),
          },
        ]),
      ),
      routes: SENDABLE.filter((type) => !['standard-webhooks', 'cloudevents'].includes(type)).map((type) => ({
        from: `${type}:acme/{constructor+}`,
        to: 'images/{constructor}',
        firstDeletionCounts: true,
      })),
    }),
    env: {
      POLLUTION_account: JSON.stringify({ domain: 'acme', user: 'robot', password: 'password-of-this-test' }),
      ...Object.fromEntries(SENDABLE.map((type) => [variableOf(type), SECRETS_BY_TYPE[type]])),
    },
  }),
);

const ROOTS = {
  Object: Object.prototype,
  Array: Array.prototype,
  Function: Function.prototype,
  String: String.prototype,
};
const keysOfRoots = () =>
  Object.entries(ROOTS).map(([name, root]) => [name, Object.getOwnPropertyNames(root)]);
const before = JSON.stringify(keysOfRoots());
// Whatever a test was about: it fails if something has come to what every object inherits.
afterEach(() => {
  if (Reflect.has({}, 'polluted') || JSON.stringify(keysOfRoots()) !== before)
    throw new Error('an object was polluted');
});

const deliver = (type: SendableType, options: DeliveryOptions = {}) => {
  const named = ['standard-webhooks', 'cloudevents'].includes(type) ? 'images/one' : 'acme/one';
  const { headers, body } = signDelivery(type, SECRETS_BY_TYPE[type], { repository: named, ...options });
  return handlers.receive(httpEvent({ source: type, headers, body }));
};

describe('a webhook', () => {
  test.each(SENDABLE)('of %s is rejected when it would set what every object inherits', async (type) => {
    for (const poison of [`"__proto__":{${EVIL}}`, `"constructor":{"prototype":{${EVIL}}}`]) {
      expect(await deliver(type, { body: (right) => right.replace('{', `{${poison},`) })).toMatchObject({
        status: 422,
      });
      expect(
        await deliver(type, { body: (right) => right.replace(/\}$/, `,"more":[{${poison}}]}`) }),
      ).toMatchObject({ status: 422 });
    }
  });

  /** Sources whose events are unclear with an unknown key; these tests have no API for them. */
  const UNCLEAR: readonly SendableType[] = ['github', 'gitea'];

  test.each(UNCLEAR)('of %s is rejected with inherited names, which are unknown keys', async (type) => {
    const names = NAMES.filter((name) => name !== '__proto__').map((name) => `"${name}":{${EVIL}},`);
    expect(await deliver(type, { body: (right) => right.replace('{', `{${names.join('')}`) })).toMatchObject({
      status: 422,
    });
    expect(await handlers.takeMessages()).toEqual([]);
  });

  test.each(SENDABLE.filter((type) => !UNCLEAR.includes(type)))(
    'of %s has the same result with inherited names',
    async (type) => {
      const names = NAMES.filter((name) => name !== '__proto__').map((name) => `"${name}":{${EVIL}},`);
      expect(await deliver(type)).toMatchObject({ status: 202 });
      expect(
        await deliver(type, { body: (right) => right.replace('{', `{${names.join('')}`) }),
      ).toMatchObject({ status: 202 });
      const expected = expect.objectContaining({ namespace: 'images', repository: 'one' });
      const messages = await handlers.takeMessages();
      expect(messages).toEqual([expected, expected]);
      const [right, polluted] = messages.map((message) => Object.keys(message ?? {}));
      expect(polluted).toEqual(right);
    },
  );

  test.each(SENDABLE)('of %s says nothing by what it would inherit', async (type) => {
    const answer = await deliver(type, { body: (right) => `{"constructor":${right},"prototype":${right}}` });
    expect([200, 422]).toContain(answer.status);
  });

  test.each(NAMES)('to %s finds no source', async (source) => {
    const { headers, body } = signDelivery('github', SECRETS_BY_TYPE.github);
    for (const via of ['HTTP API', 'Function URL', 'REST API', 'load balancer'] as const) {
      expect(await handlers.receive(httpEvent({ source, headers, body, via }))).toMatchObject({
        status: 404,
      });
    }
  });

  test.each([
    'HTTP API',
    'Function URL',
    'REST API',
    'load balancer',
    'load balancer, several values',
  ] as const)('with headers of such names has those of its own, and no other: %s', async (via) => {
    const { headers, body } = signDelivery('github', SECRETS_BY_TYPE.github);
    // As JSON makes it, in which the name is an ordinary one.
    const named = (own: object): Record<string, string> =>
      Object.assign(JSON.parse(`{${NAMES.map((name) => `"${name}":"repository"`).join()}}`), own);
    const from = (own: object) =>
      handlers.receive(httpEvent({ source: 'github', headers: named(own), body, via }));
    expect(await from({ 'content-type': 'application/json' })).toMatchObject({ status: 401 });
    expect(await from(headers)).toMatchObject({ status: 202 });
    expect(await handlers.takeMessages()).toHaveLength(1);
  });
});

describe('a cleanup request', () => {
  const request = (more: string) => `{"id":"r","namespace":"images","repository":"two"${more}}`;

  test.each(NAMES)('with a key %s is rejected like any unknown key', async (name) => {
    await expect(handlers.clean(JSON.parse(request(`,"${name}":{${EVIL}}`)))).rejects.toThrow('unknown key');
    const target = `,"targets":[{"remoteRegionId":"cn-east-3","remoteNamespace":"acme-dr","${name}":{${EVIL}}}]`;
    await expect(handlers.clean(JSON.parse(request(target)))).rejects.toThrow('unknown key');
    const data = (text: string) => text.replace('"data":{', `"data":{"${name}":{${EVIL}},`);
    for (const type of ['standard-webhooks', 'cloudevents'] as const) {
      expect(await deliver(type, { body: data })).toMatchObject({ status: 422 });
    }
    expect(handlers.cloud.cloud.tasks('images', 'two')).toHaveLength(1);
  });

  test.each(NAMES)('for account %s finds none', async (account) => {
    const answer = await handlers.clean(JSON.parse(request(`,"account":"${account}"`)));
    expect(answer).toMatchObject({
      outcomes: [{ outcome: 'failed', code: 'UNKNOWN_ACCOUNT', retryable: false }],
    });
    const data = (text: string) => text.replace('"data":{', `"data":{"account":"${account}",`);
    expect(await deliver('standard-webhooks', { body: data })).toMatchObject({ status: 422 });
  });

  test.each(NAMES)('finds no source %s', async (source) => {
    const answer = await handlers.clean(
      JSON.parse(request(`,"source":"${source}","sourceRepository":"acme/two"`)),
    );
    expect(answer).toMatchObject({ outcomes: [{ outcome: 'failed', code: 'SOURCE_API_MISSING' }] });
  });

  test('for an organization and a repository of such names is one like any other', async () => {
    const answer = await handlers.clean({
      id: 'constructor',
      namespace: 'constructor',
      repository: 'prototype',
    });
    expect(answer).toMatchObject({ outcomes: [{ outcome: 'deleted' }] });
    expect(handlers.cloud.cloud.tasks('constructor', 'prototype')).toEqual([]);
  });
});

describe('an event', () => {
  const detail = (more = '') => `{"namespace":"images","repository":"two"${more}}`;
  const event = (source: string, text: string, more = '') =>
    `{${more}"id":"e","source":"${source}","detail-type":"Repository Deleted","time":"2020-01-01T00:00:00Z","detail":${text}}`;

  test.each(NAMES)('from %s is one of a source like any other', async (source) => {
    expect(await handlers.clean(JSON.parse(event(source, detail())))).toMatchObject({
      request: { source },
      outcomes: [{ outcome: 'kept', reason: 'newer than the event' }],
    });
  });

  test.each(NAMES)('with a key %s means what it says itself', async (name) => {
    expect(await handlers.clean(JSON.parse(event('forge', detail(), `"${name}":{${EVIL}},`)))).toMatchObject({
      request: { namespace: 'images', repository: 'two' },
    });
    // Some of them are left out while the event is read, and the others rejected.
    const answer = await handlers.clean(JSON.parse(event('forge', detail(`,"${name}":{${EVIL}}`))));
    expect(JSON.stringify(answer)).not.toContain('"namespace":"stolen"');
  });
});

describe('what Huawei Cloud answers', () => {
  test('makes no task of what it would inherit', async () => {
    const said = JSON.stringify(task);
    const body = `[{"__proto__":${said},"constructor":{"prototype":${said}},"id":1}]`;
    handlers.cloud.fault('listSyncTasks', { body });
    expect(await handlers.clean({ namespace: 'images', repository: 'two' })).toMatchObject({
      outcomes: [{ outcome: 'failed', retryable: true }],
    });
    expect(handlers.cloud.cloud.tasks('images', 'two')).toHaveLength(1);
  });

  test.each(NAMES)('is classified by its status when its code is %s', async (code) => {
    handlers.cloud.fault('listSyncTasks', { status: 503, code });
    expect(await handlers.clean({ namespace: 'images', repository: 'two' })).toMatchObject({
      outcomes: [{ outcome: 'failed', code, status: 503, retryable: true }],
    });
  });
});

describe('a configuration', () => {
  const yaml = (more: string): unknown =>
    parse(
      `accounts: {main: {region: cn-north-4, credentials: "env:X"}}\nsources: {github: {type: github, secret: "env:X"}}\n${more}`,
    );
  const toIssues = (contents: unknown) => {
    const result = validateConfig('test', contents);
    return result.ok ? [] : result.issues.map(({ path }) => path);
  };

  test.each(['__proto__', 'constructor', 'prototype'])(
    'may not call anything %s, since that would be left out',
    (name) => {
      const account = `{region: cn-north-4, credentials: "env:X"}`;
      expect(toIssues(parse(`accounts: {main: ${account}, ${name}: ${account}}`))).toEqual(['accounts']);
      const source = '{type: github, secret: "env:X"}';
      expect(toIssues(parse(`accounts: {main: ${account}}\nsources: {${name}: ${source}}`))).toEqual([
        'sources',
      ]);
    },
  );

  test.each(NAMES)('finds nothing by the name %s', (name) => {
    const route = (from: string, more = '') =>
      yaml(`routes: [{from: "${from}", to: "images/{repo}"${more}}]`);
    expect(toIssues(route(`${name}:acme/{repo}`))).toEqual(['routes[0].from']);
    expect(toIssues(route('github:acme/{repo}', `, account: ${name}`))).toContain('routes[0].account');
    expect(toIssues(yaml(`routes: [{from: "github:acme/{repo}", to: "images/{${name}}"}]`))).toEqual([
      'routes[0].to',
    ]);
    expect(toIssues(yaml(`sweep: {targetAccounts: [${name}]}`))).toContain('sweep.targetAccounts[0]');
    expect(
      toIssues(
        parse(
          `accounts: {main: {region: a, credentials: "env:X"}}\nsources: {x: {type: ${name}, secret: "env:X"}}`,
        ),
      ),
    ).toEqual(['sources.x.type']);
  });

  test.each(NAMES)('has no section %s', (name) => {
    expect(toIssues(yaml(`${name}: {mode: apply}`))).toEqual([name]);
    expect(toIssues(yaml(`safety: {${name}: {mode: dry-run}}`))).toEqual([`safety.${name}`]);
  });
});
