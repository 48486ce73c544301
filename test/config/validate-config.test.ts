import { describe, expect, test } from '@jest/globals';
import { validateConfig } from '../../lib/config/validate-config.ts';

const accounts = { main: { region: 'cn-north-4', credentials: 'secretsmanager:prod/huaweicloud' } };
const sources = { github: { type: 'github', secret: 'ssm:/prod/github' } };
const routes = [{ from: 'github:acme/{repo}', to: 'images/{repo}' }];
const HIDDEN = 'something else (not shown: it may be a secret)';
const right = { accounts, sources, routes };

test('defaults are filled in', () => {
  expect(validateConfig('prod', right)).toEqual({
    ok: true,
    value: {
      stage: 'prod',
      accounts: {
        main: {
          ...accounts.main,
          iamEndpoint: 'https://iam.cn-north-4.myhuaweicloud.com',
          swrEndpoint: 'https://swr-api.cn-north-4.myhuaweicloud.com',
        },
      },
      defaultAccount: 'main',
      sources,
      routes: [{ ...routes[0], account: 'main' }],
      safety: { mode: 'apply', deny: [], maxTasksPerRequest: 50 },
      sweep: { mode: 'dry-run', maxPercent: 5, targetAccounts: [] },
      ledger: { retentionDays: 90 },
      events: { allowedSources: ['**'], confirmEcr: false },
    },
  });
});

test('the European cloud has a domain of its own', () => {
  const european = { main: { ...accounts.main, region: 'eu-west-101' } };
  expect(validateConfig('prod', { ...right, accounts: european })).toMatchObject({
    value: { accounts: { main: { swrEndpoint: 'https://swr-api.eu-west-101.myhuaweicloud.eu' } } },
  });
});

test('what is left out may be left out', () => {
  expect(validateConfig('prod', { accounts })).toMatchObject({
    ok: true,
    value: { sources: {}, routes: [] },
  });
});

test('everything that may be said is taken', () => {
  const result = validateConfig('prod', {
    accounts: { ...accounts, other: { ...accounts.main, swrEndpoint: 'https://swr.example.com/' } },
    sources: {
      topics: { type: 'huawei-smn', topics: ['urn:smn:cn-north-4:1:x'] },
      gitlab: {
        type: 'gitlab',
        secret: 'env:X',
        api: { url: 'https://gitlab.example.com/', credentials: 'env:Y' },
        confirm: true,
      },
    },
    routes: [
      { from: 'gitlab:a/{r}', to: ['x/{r}', 'y/{r}'], account: 'other', targets: ['cn-east-3/acme-dr'] },
    ],
    safety: {
      mode: 'dry-run',
      deny: ['acme/*'],
      allowedTargets: ['cn-east-3/acme-*'],
      maxTasksPerRequest: 1,
    },
    sweep: { mode: 'apply', maxPercent: 100, targetAccounts: ['other'] },
    ledger: { retentionDays: 1 },
    events: { confirmEcr: true, allowedSources: ['forge.*'] },
  });
  expect(result).toMatchObject({
    ok: true,
    value: {
      accounts: { other: { swrEndpoint: 'https://swr.example.com' } },
      sources: {
        gitlab: { api: { url: 'https://gitlab.example.com', credentials: 'env:Y' }, confirm: true },
      },
      routes: [
        {
          from: 'gitlab:a/{r}',
          to: ['x/{r}', 'y/{r}'],
          account: 'other',
          targets: [{ remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' }],
        },
      ],
      safety: { allowedTargets: ['cn-east-3/acme-*'] },
      sweep: { mode: 'apply', maxPercent: 100, targetAccounts: ['other'] },
    },
  });
});

describe('what is expected instead is told', () => {
  const account = (differences: object) => ({ accounts: { main: { ...accounts.main, ...differences } } });
  const source = (differences: object) => ({ sources: { x: differences } });
  test.each([
    {
      change: { accounts: { ['a'.repeat(65)]: accounts.main } },
      expected: /^a name: up to 64 of a-z 0-9 _ -/,
    },
    { change: { accounts: {} }, expected: /^at least one account$/ },
    { change: { accounts: null }, expected: /^Object$/ },
    { change: { accounts: 'main' }, expected: /^Object$/ },
    ...['__proto__', 'constructor', 'prototype'].flatMap((name) => [
      {
        change: { accounts: JSON.parse(`{"${name}":{}}`) as unknown },
        expected: /^other names than __proto__, constructor, prototype$/,
      },
      {
        change: { sources: JSON.parse(`{"${name}":{}}`) as unknown },
        expected: /^other names than __proto__, constructor, prototype$/,
      },
    ]),
    { change: account({ region: 'cn north' }), expected: /^a Huawei Cloud region id such as cn-north-4$/ },
    { change: account({ region: 'Xcn-north-4' }), expected: /^a Huawei Cloud region id/ },
    { change: account({ region: 'a'.repeat(65) }), expected: /^a Huawei Cloud region id/ },
    {
      change: account({ credentials: 'vault:x' }),
      expected: /^a secret reference: secretsmanager:NAME, ssm:NAME or env:NAME$/,
    },
    {
      change: account({ iamEndpoint: 'http://iam.example.com' }),
      expected: /^an https:\/\/ URL \(http:\/\/ only on loopback\) without query, or env:NAME of a variable/,
    },
    { change: source({ type: 'svn' }), expected: /^one of acr, aws-sns, bitbucket, .*standard-webhooks$/ },
    { change: source({ type: 'aws-sns', topics: [] }), expected: /^at least one topic$/ },
    { change: source({ type: 'aws-sns', topics: [''] }), expected: /^a topic$/ },
    {
      change: { routes: [{ from: 'github:a', to: [] }] },
      expected: /^at least one destination$|^NAMESPACE\/REPOSITORY, or a list of them$/,
    },
    {
      change: { routes: [{ from: 'github:a', to: 7 }] },
      expected: /^NAMESPACE\/REPOSITORY, or a list of them$/,
    },
    {
      change: { routes: [{ from: 'github:a', to: 'b/c', targets: [] }] },
      expected: /^at least one target; leave targets out for every task$/,
    },
    { change: { safety: { deny: ['a/b c'] } }, expected: /^a glob on namespace\/repository in lower case/ },
    {
      change: { safety: { allowedTargets: [] } },
      expected: /^at least one target; leave it out to allow every one$/,
    },
    {
      change: { safety: { allowedTargets: ['acme'] } },
      expected: /^a glob on REGION\/ORGANIZATION in lower case/,
    },
    { change: { safety: { allowedTargets: ['A/acme'] } }, expected: /^a glob on REGION\/ORGANIZATION/ },
    { change: { safety: { allowedTargets: ['a/b/c'] } }, expected: /^a glob on REGION\/ORGANIZATION/ },
    { change: { safety: { maxTasksPerRequest: 1.5 } }, expected: /^a whole number$/ },
    { change: { safety: { maxTasksPerRequest: 0 } }, expected: /^at least 1$/ },
    { change: { sweep: { maxPercent: -1 } }, expected: /^a percentage, 0 to 100$/ },
    { change: { sweep: { maxPercent: 101 } }, expected: /^a percentage, 0 to 100$/ },
    { change: { ledger: { retentionDays: 0.5 } }, expected: /^a whole number of days$/ },
    { change: { ledger: { retentionDays: 0 } }, expected: /^at least 1$/ },
    { change: { events: { allowedSources: [''] } }, expected: /^a source, or a glob on it$/ },
  ])('$change: $expected', ({ change, expected }) => {
    const result = validateConfig('prod', { ...right, ...change });
    const issues = result.ok ? [] : result.issues;
    expect(issues.map((issue) => issue.expected)).toContainEqual(expect.stringMatching(expected));
  });
});

describe('an issue is told with its path, what is there and what is expected', () => {
  test.each([
    { path: '', contents: null, found: 'null' },
    { path: 'accounts', contents: {}, found: 'nothing' },
    { path: 'accounts', contents: { accounts: {} }, found: '{}' },
    {
      path: 'accounts.main.region',
      change: { accounts: { main: { credentials: 'env:X' } } },
      found: 'nothing',
    },
    { path: 'accounts.1st', change: { accounts: { ...accounts, '1st': accounts.main } }, found: '"1st"' },
    {
      path: 'accounts.main.swrEndpoint',
      change: { accounts: { main: { ...accounts.main, swrEndpoint: 'http://swr.example.com' } } },
      found: '"http://swr.example.com"',
    },
    {
      path: 'accounts.main.iamEndpoint',
      change: { accounts: { main: { ...accounts.main, iamEndpoint: 'https://user:pass@iam.example.com' } } },
      found: HIDDEN,
    },
    {
      path: 'sources.github.type',
      change: { sources: { github: { type: 'svn', secret: 'env:X' } } },
      found: '"svn"',
    },
    { path: 'sources.ecr', change: { sources: { ...sources, ecr: sources.github } }, found: '"ecr"' },
    { path: 'routes[0].from', change: { routes: [{ from: 'gitlab:a', to: 'a/b' }] }, found: '"gitlab:a"' },
    {
      path: 'routes[0].from',
      change: { routes: [{ from: 'acme/{repo}', to: 'a/b' }] },
      found: '"acme/{repo}"',
    },
    {
      path: 'routes[0].from',
      change: { routes: [{ from: 'github:{a+}/{b+}', to: 'x/{a}' }] },
      found: '"github:{a+}/{b+}"',
    },
    {
      path: 'routes[0].from',
      change: { routes: [{ from: 'github:{a}/{a}', to: 'x/{a}' }] },
      found: '"github:{a}/{a}"',
    },
    {
      path: 'routes[0].from',
      change: { routes: [{ from: 'github:x-{a}', to: 'x/y' }] },
      found: '"github:x-{a}"',
    },
    { path: 'routes[0].to', change: { routes: [{ from: 'github:{a}', to: '{a}' }] }, found: '"{a}"' },
    { path: 'routes[0].to', change: { routes: [{ from: 'github:{a}', to: 'x/{b}' }] }, found: '"x/{b}"' },
    { path: 'routes[0].to', change: { routes: [{ from: 'github:{a}', to: '9x/{a}' }] }, found: '"9x/{a}"' },
    { path: 'routes[0].account', change: { routes: [{ ...routes[0], account: 'other' }] }, found: '"other"' },
    { path: 'routes[0].targets', change: { routes: [{ ...routes[0], targets: [] }] }, found: '[]' },
    {
      path: 'routes[0].targets[1]',
      change: { routes: [{ ...routes[0], targets: ['cn-east-3/dr', 'cn-east-3'] }] },
      found: '"cn-east-3"',
    },
    { path: 'safety.mode', change: { safety: { mode: 'yes' } }, found: '"yes"' },
    { path: 'safety.deny[0]', change: { safety: { deny: ['platform'] } }, found: '"platform"' },
    { path: 'safety.deny[0]', change: { safety: { deny: ['Platform/**'] } }, found: '"Platform/**"' },
    { path: 'safety.maxTasksPerRequest', change: { safety: { maxTasksPerRequest: 0 } }, found: '0' },
    { path: 'safety.maxTasksPerRequest', change: { safety: { maxTasksPerRequest: 1.5 } }, found: '1.5' },
    { path: 'safety.allowedTargets', change: { safety: { allowedTargets: [] } }, found: '[]' },
    {
      path: 'safety.allowedTargets[0]',
      change: { safety: { allowedTargets: ['acme-dr'] } },
      found: '"acme-dr"',
    },
    { path: 'sweep.mode', change: { sweep: { mode: 'on' } }, found: '"on"' },
    { path: 'sweep.maxPercent', change: { sweep: { maxPercent: 101 } }, found: '101' },
    { path: 'sweep.maxPercent', change: { sweep: { maxPercent: -1 } }, found: '-1' },
    { path: 'sweep.targetAccounts[1]', change: { sweep: { targetAccounts: ['main', 'dr'] } }, found: '"dr"' },
    { path: 'ledger.retentionDays', change: { ledger: { retentionDays: 0 } }, found: '0' },
    { path: 'ledger.retentionDays', change: { ledger: { retentionDays: 0.5 } }, found: '0.5' },
    { path: 'events.allowedSources', change: { events: { allowedSources: 'x' } }, found: '"x"' },
    { path: 'saftey', change: { saftey: {} }, found: '"saftey"' },
  ])('$path: $found', ({ path, contents, change, found }) => {
    const result = validateConfig('prod', contents === undefined ? { ...right, ...change } : contents);
    expect(result).toMatchObject({
      ok: false,
      issues: expect.arrayContaining([{ path, found, expected: expect.stringMatching(/./) }]),
    });
  });

  test('all of them in one go, also where sections refer to each other', () => {
    const result = validateConfig('prod', {
      accounts: { main: { region: 'X', credentials: 'env:X' } },
      routes: [{ from: 'github:{a}', to: 'x/{a}', account: 'other' }, 7],
      safety: { mode: 'no' },
    });
    const paths = result.ok ? [] : result.issues.map((issue) => issue.path);
    expect(paths).toEqual([
      'accounts.main.region',
      'routes[1]',
      'safety.mode',
      'routes[0].from',
      'routes[0].account',
    ]);
  });

  test.each([
    ['accounts.main.credentials', { accounts: { main: { region: 'x', credentials: 'hunter2' } } }],
    [
      'accounts.main.credentials',
      { accounts: { main: { region: 'x', credentials: { password: 'hunter2' } } } },
    ],
    ['sources.github.secret', { sources: { github: { type: 'github', secret: 'hunter2' } } }],
  ])('but a secret written in place of a reference is not shown: %s', (path, change) => {
    const result = validateConfig('prod', { ...right, ...change });
    expect(result).toMatchObject({
      ok: false,
      issues: expect.arrayContaining([expect.objectContaining({ path })]),
    });
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  test('a route from a source that needs none', () => {
    const result = validateConfig('prod', {
      accounts,
      sources: { anyone: { type: 'standard-webhooks', secret: 'env:X' } },
      routes: [{ from: 'anyone:{a}', to: 'x/{a}' }],
    });
    expect(result).toMatchObject({ issues: [{ path: 'routes[0].from' }] });
  });
});
