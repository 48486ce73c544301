import { describe, expect, test } from '@jest/globals';
import { inventRepository, requireSendable } from '../../../cli/send/sample-repository.ts';
import { configOf, firstCounts } from '../../support/config.ts';

const UNUSED = 'swr-sync-cleanup-hello';
const accounts = {
  main: { region: 'cn-north-4', credentials: 'env:X' },
  other: { region: 'cn-east-3', credentials: 'env:X' },
};
type Route = readonly [from: string, to: string | string[], account?: string];
const invent = (type: string, routes: readonly Route[]) => {
  const all = routes.map(([from, to, account = 'main']) => ({ from, to, account }));
  const sources = { forge: { type, secret: 'env:X' } };
  return inventRepository(configOf({ accounts, sources, routes: firstCounts(all) }), 'forge');
};

const ecr: Route = ['ecr:{path+}', 'images/{path}'];
const acme: Route = ['forge:acme/{repo}', 'images/{repo}'];
const one: Route = ['forge:acme/api', 'images/api'];
const many: Route = ['forge:acme/{repo}', 'images/all'];
const several: Route = ['forge:acme/{repo}', ['images/{repo}', 'images/all']];
const globex: Route = ['forge:globex/{repo}', 'images/{repo}'];
const nested: Route = ['forge:{path+}', 'images/{path}'];
const all: Route = ['forge:{owner}/{repo}', 'images/all'];
test.each<{ why: string; routes: Route[]; expected: string | undefined }>([
  { why: 'has the names of the first route', routes: [ecr, acme], expected: `acme/${UNUSED}` },
  {
    why: 'has an unused owner where the pattern has none',
    routes: [nested],
    expected: `${UNUSED}/${UNUSED}`,
  },
  { why: 'is none that a route names: that one exists', routes: [one, acme], expected: `acme/${UNUSED}` },
  { why: 'leads to none that many lead to', routes: [many, globex], expected: `globex/${UNUSED}` },
  { why: 'leads to none of these at any destination', routes: [several], expected: `${UNUSED}/${UNUSED}` },
  { why: 'has no route where there is none', routes: [], expected: `${UNUSED}/${UNUSED}` },
  { why: 'is missing where every name leads to an existing one', routes: [all], expected: undefined },
])('the repository that nobody has $why', ({ routes, expected }) => {
  expect(invent('github', routes)).toBe(expected);
});

const other: Route = ['ecr:a/{path+}', 'others/{path}', 'other'];
const two: Route = ['ecr:b/{path+}', ['images/{path}', 'more/{path}']];
const open: Route = ['ecr:{org}/{path+}', '{org}/{path}'];
test.each<{ why: string; routes: Route[]; expected: string }>([
  { why: 'the organization of the first route', routes: [ecr], expected: 'images' },
  { why: 'an organization of the default account', routes: [other, two], expected: 'images' },
  { why: 'an unused organization where routes name none', routes: [open], expected: UNUSED },
  { why: 'an unused organization without routes', routes: [], expected: UNUSED },
])('of a source that names SWR repositories it is in $why', ({ routes, expected }) => {
  expect(invent('standard-webhooks', routes)).toBe(`${expected}/${UNUSED}`);
});

describe('the type of a source', () => {
  const config = configOf({
    sources: {
      forge: { type: 'gitea', secret: 'env:X' },
      sns: { type: 'aws-sns', topics: ['arn:aws:sns:eu-central-1:123456789012:swr'] },
      cts: { type: 'huawei-smn', topics: ['urn:smn:cn-north-4:1:swr'] },
    },
  });

  test('is that of the configuration', () => {
    expect(requireSendable(config, 'forge')).toBe('gitea');
  });

  test.each([
    { why: 'only Huawei Cloud has its key', name: 'cts', message: /key that only Huawei Cloud has/ },
    { why: 'only AWS has its key', name: 'sns', message: /key that only AWS has/ },
    { why: 'it has no webhook', name: 'ecr', message: /EventBridge/ },
    { why: 'there is no such source', name: 'github', message: /it has: forge, sns, cts, ecr$/ },
  ])('is an error for $name: $why', ({ name, message }) => {
    expect(() => requireSendable(config, name)).toThrow(message);
  });
});
