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

test('sources and routes are optional', () => {
  expect(validateConfig('prod', { accounts })).toMatchObject({
    ok: true,
    value: { sources: {}, routes: [] },
  });
});

test('every setting is accepted', () => {
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
    kmsKey: 'arn:aws-cn:kms:cn-north-1:123456789012:key/mrk-1234abcd',
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

describe('an issue has what is expected', () => {
  const account = (differences: object) => ({ accounts: { main: { ...accounts.main, ...differences } } });
  const source = (differences: object) => ({ sources: { x: differences } });
  const section = (name: string, contents: unknown) => ({ [name]: contents });
  const route = (fields: object) => ({ routes: [{ from: 'github:a', ...fields }] });
  const RESERVED = /^other names than __proto__, constructor, prototype$/;
  const TARGET_GLOB = /^a glob on REGION\/ORGANIZATION in lower case/;

  test.each<[change: object, expected: RegExp]>([
    [section('accounts', { ['a'.repeat(65)]: accounts.main }), /^a name: up to 64 of a-z 0-9 _ -/],
    [section('accounts', {}), /^at least one account$/],
    [section('accounts', null), /^Object$/],
    [section('accounts', 'main'), /^Object$/],
    ...['__proto__', 'constructor', 'prototype'].flatMap((name): [object, RegExp][] => [
      [section('accounts', JSON.parse(`{"${name}":{}}`)), RESERVED],
      [section('sources', JSON.parse(`{"${name}":{}}`)), RESERVED],
    ]),
    [account({ region: 'cn north' }), /^a Huawei Cloud region id such as cn-north-4$/],
    [account({ region: 'Xcn-north-4' }), /^a Huawei Cloud region id/],
    [account({ region: 'a'.repeat(65) }), /^a Huawei Cloud region id/],
    [account({ credentials: 'vault:x' }), /^a secret reference: secretsmanager:NAME, ssm:NAME or env:NAME$/],
    [
      account({ iamEndpoint: 'http://iam.example.com' }),
      /^an https:\/\/ URL \(http:\/\/ only on loopback\) without query, or env:NAME of a variable/,
    ],
    [source({ type: 'svn' }), /^one of acr, aws-sns, bitbucket, .*standard-webhooks$/],
    [source({ type: 'aws-sns', topics: [] }), /^at least one topic$/],
    [source({ type: 'aws-sns', topics: [''] }), /^a topic$/],
    [route({ to: [] }), /^at least one destination$|^NAMESPACE\/REPOSITORY, or a list of them$/],
    [route({ to: 7 }), /^NAMESPACE\/REPOSITORY, or a list of them$/],
    [route({ to: 'b/c', targets: [] }), /^at least one target; leave targets out for every task$/],
    [section('safety', { deny: ['a/b c'] }), /^a glob on namespace\/repository in lower case/],
    [section('safety', { allowedTargets: [] }), /^at least one target; leave it out to allow every one$/],
    [section('safety', { allowedTargets: ['acme'] }), TARGET_GLOB],
    [section('safety', { allowedTargets: ['A/acme'] }), TARGET_GLOB],
    [section('safety', { allowedTargets: ['a/b/c'] }), TARGET_GLOB],
    [section('safety', { maxTasksPerRequest: 1.5 }), /^a whole number$/],
    [section('safety', { maxTasksPerRequest: 0 }), /^at least 1$/],
    [section('sweep', { maxPercent: -1 }), /^a percentage, 0 to 100$/],
    [section('sweep', { maxPercent: 101 }), /^a percentage, 0 to 100$/],
    ...['7', '0d', '8d', '169h', '90m', '1.5d', 'a week'].map((expectEvery): [object, RegExp] => [
      section('sources', { github: { ...sources.github, expectEvery } }),
      /^whole hours or days, 1h to 7d$/,
    ]),
    [section('ledger', { retentionDays: 0.5 }), /^a whole number of days$/],
    [section('ledger', { retentionDays: 0 }), /^at least 1$/],
    [section('kmsKey', 'alias/secrets'), /^the ARN of a KMS key/],
    [section('kmsKey', 'arn:aws:kms:eu-central-1:123456789012:alias/secrets'), /alias/],
    [section('events', { allowedSources: [''] }), /^a source, or a glob on it$/],
  ])('%j: %s', (change, expected) => {
    const result = validateConfig('prod', { ...right, ...change });
    const issues = result.ok ? [] : result.issues;
    expect(issues.map((issue) => issue.expected)).toContainEqual(expect.stringMatching(expected));
  });
});

describe('an issue has its path and what was found', () => {
  const account = (differences: object) => ({ accounts: { main: { ...accounts.main, ...differences } } });
  const route = (from: string, to: string) => ({ routes: [{ from, to }] });
  const changed = (differences: object) => ({ routes: [{ ...routes[0], ...differences }] });

  test.each<[path: string, found: string, change: object]>([
    ['accounts', 'nothing', { accounts: undefined }],
    ['accounts', '{}', { accounts: {} }],
    ['accounts.main.region', 'nothing', account({ region: undefined })],
    ['accounts.1st', '"1st"', { accounts: { ...accounts, '1st': accounts.main } }],
    [
      'accounts.main.swrEndpoint',
      '"http://swr.example.com"',
      account({ swrEndpoint: 'http://swr.example.com' }),
    ],
    ['accounts.main.iamEndpoint', HIDDEN, account({ iamEndpoint: 'https://user:pass@iam.example.com' })],
    ['sources.github.type', '"svn"', { sources: { github: { type: 'svn', secret: 'env:X' } } }],
    ['sources.ecr', '"ecr"', { sources: { ...sources, ecr: sources.github } }],
    ['routes[0].from', '"gitlab:a"', route('gitlab:a', 'a/b')],
    ['routes[0].from', '"acme/{repo}"', route('acme/{repo}', 'a/b')],
    ['routes[0].from', '"github:{a+}/{b+}"', route('github:{a+}/{b+}', 'x/{a}')],
    ['routes[0].from', '"github:{a}/{a}"', route('github:{a}/{a}', 'x/{a}')],
    ['routes[0].from', '"github:x-{a}"', route('github:x-{a}', 'x/y')],
    ['routes[0].to', '"{a}"', route('github:{a}', '{a}')],
    ['routes[0].to', '"x/{b}"', route('github:{a}', 'x/{b}')],
    ['routes[0].to', '"9x/{a}"', route('github:{a}', '9x/{a}')],
    ['routes[0].account', '"other"', changed({ account: 'other' })],
    ['routes[0].targets', '[]', changed({ targets: [] })],
    ['routes[0].targets[1]', '"cn-east-3"', changed({ targets: ['cn-east-3/dr', 'cn-east-3'] })],
    ['safety.mode', '"yes"', { safety: { mode: 'yes' } }],
    ['safety.deny[0]', '"platform"', { safety: { deny: ['platform'] } }],
    ['safety.deny[0]', '"Platform/**"', { safety: { deny: ['Platform/**'] } }],
    ['safety.maxTasksPerRequest', '0', { safety: { maxTasksPerRequest: 0 } }],
    ['safety.maxTasksPerRequest', '1.5', { safety: { maxTasksPerRequest: 1.5 } }],
    ['safety.allowedTargets', '[]', { safety: { allowedTargets: [] } }],
    ['safety.allowedTargets[0]', '"acme-dr"', { safety: { allowedTargets: ['acme-dr'] } }],
    ['sweep.mode', '"on"', { sweep: { mode: 'on' } }],
    ['sweep.maxPercent', '101', { sweep: { maxPercent: 101 } }],
    ['sweep.maxPercent', '-1', { sweep: { maxPercent: -1 } }],
    ['sweep.targetAccounts[1]', '"dr"', { sweep: { targetAccounts: ['main', 'dr'] } }],
    ['ledger.retentionDays', '0', { ledger: { retentionDays: 0 } }],
    ['ledger.retentionDays', '0.5', { ledger: { retentionDays: 0.5 } }],
    ['events.allowedSources', '"x"', { events: { allowedSources: 'x' } }],
    ['saftey', '"saftey"', { saftey: {} }],
  ])('%s: %s', (path, found, change) => {
    const contents = JSON.parse(JSON.stringify({ ...right, ...change }));
    const issues = expect.arrayContaining([{ path, found, expected: expect.stringMatching(/./) }]);
    expect(validateConfig('prod', contents)).toMatchObject({ ok: false, issues });
  });

  test('is about the root when there is no configuration', () => {
    expect(validateConfig('prod', null)).toMatchObject({ ok: false, issues: [{ path: '', found: 'null' }] });
  });

  test('for all sections at once, also when they refer to each other', () => {
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
  ])('without a secret that was written in place of a reference: %s', (path, change) => {
    const result = validateConfig('prod', { ...right, ...change });
    expect(result).toMatchObject({
      ok: false,
      issues: expect.arrayContaining([expect.objectContaining({ path })]),
    });
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  test('for a route from a source that needs none', () => {
    const result = validateConfig('prod', {
      accounts,
      sources: { anyone: { type: 'standard-webhooks', secret: 'env:X' } },
      routes: [{ from: 'anyone:{a}', to: 'x/{a}' }],
    });
    expect(result).toMatchObject({ issues: [{ path: 'routes[0].from' }] });
  });
});
