import { describe, expect, test } from '@jest/globals';
import { inventRepository } from '../../scripts/send/invent-repository.ts';
import { configOf, firstCounts } from '../support/config.ts';

const NOBODYS = 'swr-sync-cleanup-hello';
const accounts = {
  main: { region: 'cn-north-4', credentials: 'env:X' },
  other: { region: 'cn-east-3', credentials: 'env:X' },
};
const configWith = (type: string, routes: readonly object[]) =>
  configOf({ accounts, sources: { forge: { type, secret: 'env:X' } }, routes: firstCounts(routes) });

describe('the repository that nobody has', () => {
  test.each([
    {
      why: 'takes the place of the names of the first route',
      routes: [
        { from: 'ecr:{path+}', to: 'images/{path}' },
        { from: 'forge:acme/{repo}', to: 'images/{repo}' },
      ],
      expected: `acme/${NOBODYS}`,
    },
    {
      why: 'has an owner where the pattern leaves it open',
      routes: [{ from: 'forge:{path+}', to: 'images/{path}' }],
      expected: `${NOBODYS}/${NOBODYS}`,
    },
    {
      why: 'is not one that a route names: that one exists',
      routes: [
        { from: 'forge:acme/api', to: 'images/api' },
        { from: 'forge:acme/{repo}', to: 'images/{repo}' },
      ],
      expected: `acme/${NOBODYS}`,
    },
    {
      why: 'leads to none that exists, even where a route gives many the same',
      routes: [
        { from: 'forge:acme/{repo}', to: 'images/all' },
        { from: 'forge:globex/{repo}', to: 'images/{repo}' },
      ],
      expected: `globex/${NOBODYS}`,
    },
    {
      why: 'leads to none that exists at any of several destinations',
      routes: [{ from: 'forge:acme/{repo}', to: ['images/{repo}', 'images/all'] }],
      expected: `${NOBODYS}/${NOBODYS}`,
    },
    { why: 'has no route where there is none', routes: [], expected: `${NOBODYS}/${NOBODYS}` },
    {
      why: 'can not be made up where every name leads to one that exists',
      routes: [{ from: 'forge:{owner}/{repo}', to: 'images/all' }],
      expected: undefined,
    },
  ])('$why', ({ routes, expected }) => {
    expect(inventRepository(configWith('github', routes), 'forge')).toBe(expected);
  });

  test.each([
    {
      why: 'in the organization of the first route',
      routes: [{ from: 'ecr:{path+}', to: 'images/{path}' }],
      expected: `images/${NOBODYS}`,
    },
    {
      why: 'in that of the account that its requests mean',
      routes: [
        { from: 'ecr:a/{path+}', to: 'others/{path}', account: 'other' },
        { from: 'ecr:b/{path+}', to: ['images/{path}', 'more/{path}'] },
      ],
      expected: `images/${NOBODYS}`,
    },
    {
      why: 'in one that nobody has, where routes leave it open',
      routes: [{ from: 'ecr:{org}/{path+}', to: '{org}/{path}' }],
      expected: `${NOBODYS}/${NOBODYS}`,
    },
    { why: 'in one that nobody has, without routes', routes: [], expected: `${NOBODYS}/${NOBODYS}` },
  ])('of a source that names SWR repositories lies $why', ({ routes, expected }) => {
    expect(inventRepository(configWith('standard-webhooks', routes), 'forge')).toBe(expected);
  });
});
