import { expect, test } from '@jest/globals';
import { faultsOfSources } from '../../lib/config/check-sources.ts';

const api = { url: 'https://x.example.com', credentials: 'env:Y' };
const faultsOf = (source: unknown, name = 'x') => faultsOfSources({ sources: { [name]: source } });

test.each([
  { source: { type: 'github', secret: 'env:X' } },
  { source: { type: 'harbor', secret: 'env:X', api } },
  { source: { type: 'gitlab', secret: 'env:X', api, confirm: true } },
  { source: { type: 'huawei-smn', topics: ['urn:smn:cn-north-4:1:deletions'] } },
])('is right: $source', ({ source }) => {
  expect(faultsOf(source)).toEqual([]);
});

test.each([
  { why: 'a secret is missing', source: { type: 'github' }, path: 'sources.x.secret', expected: 'a value' },
  {
    why: 'a secret proves nothing there',
    source: { type: 'huawei-smn', topics: ['t'], secret: 'env:X' },
    path: 'sources.x.secret',
    expected: 'no such key: huawei-smn needs none',
  },
  {
    why: 'topics are missing',
    source: { type: 'huawei-smn' },
    path: 'sources.x.topics',
    expected: 'the topics whose messages are believed',
  },
  {
    why: 'topics prove nothing there',
    source: { type: 'github', secret: 'env:X', topics: ['t'] },
    path: 'sources.x.topics',
    expected: 'no such key: github has a secret',
  },
  {
    why: 'nobody can be asked',
    source: { type: 'standard-webhooks', secret: 'env:X', api },
    path: 'sources.x.api',
    expected: 'no such key: standard-webhooks can not be asked',
  },
  {
    why: 'there is no API to ask',
    source: { type: 'github', secret: 'env:X', confirm: true },
    path: 'sources.x.confirm',
    expected: 'false, or an api to ask',
  },
])('is a fault where $why', ({ source, path, expected }) => {
  expect(faultsOf(source)).toMatchObject([{ path, expected }]);
});

test('a built-in name is taken', () => {
  expect(faultsOf({ type: 'github', secret: 'env:X' }, 'ecr')).toMatchObject([{ path: 'sources.ecr' }]);
});

test.each([null, 7, { sources: 7 }, { sources: { x: 7 } }, { sources: { x: { type: 'svn' } } }])(
  'leaves to others what they will find: %j',
  (contents) => {
    expect(faultsOfSources(contents)).toEqual([]);
  },
);
