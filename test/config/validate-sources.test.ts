import { expect, test } from '@jest/globals';
import { validateConfig } from '../../lib/config/validate-config.ts';
import { validateSharing, validateSources } from '../../lib/config/validate-sources.ts';

const api = { url: 'https://x.example.com', credentials: 'env:Y' };
const toIssues = (source: unknown, name = 'x') => validateSources({ sources: { [name]: source } });

test.each([
  { source: { type: 'github', secret: 'env:X' } },
  { source: { type: 'harbor', secret: 'env:X', api } },
  { source: { type: 'gitlab', secret: 'env:X', api, confirm: true } },
  { source: { type: 'github', secret: 'env:X', api: { ...api, canary: 'acme/canary' } } },
  { source: { type: 'gitea', secret: 'env:X', api: { ...api, canary: ['acme/canary', 'beta/canary'] } } },
  { source: { type: 'gitlab', secret: 'env:X', api: { ...api, canary: ['acme/x', 'acme/pay/x'] } } },
  { source: { type: 'huawei-smn', topics: ['urn:smn:cn-north-4:1:deletions'] } },
])('is right: $source', ({ source }) => {
  expect(toIssues(source)).toEqual([]);
});

test.each([
  ['a secret is missing', { type: 'github' }, 'sources.x.secret', 'a value'],
  [
    'the source has no secret',
    { type: 'huawei-smn', topics: ['t'], secret: 'env:X' },
    'sources.x.secret',
    'nothing: huawei-smn needs no secret',
  ],
  ['topics are missing', { type: 'huawei-smn' }, 'sources.x.topics', 'the topics whose messages are trusted'],
  [
    'the source has no topics',
    { type: 'github', secret: 'env:X', topics: ['t'] },
    'sources.x.topics',
    'nothing: github has a secret',
  ],
  [
    'the source has no API',
    { type: 'standard-webhooks', secret: 'env:X', api },
    'sources.x.api',
    'nothing: standard-webhooks has no API that can be checked',
  ],
  [
    'there is no API to check',
    { type: 'github', secret: 'env:X', confirm: true },
    'sources.x.confirm',
    'false, or an api to check',
  ],
  [
    'Bitbucket has no API',
    { type: 'bitbucket', secret: 'env:X' },
    'sources.x.api',
    'url and credentials, to check the source: Bitbucket signs the same body for a deleted and for a new repository',
  ],
])('is an issue where %s', (_, source, path, expected) => {
  expect(toIssues(source)).toMatchObject([{ path, expected }]);
});

test.each([
  [
    'the source distinguishes missing rights from a missing repository',
    'harbor',
    'acme/canary',
    'canary',
    'nothing: harbor distinguishes missing rights from a missing repository',
  ],
  ['it has no owner', 'github', 'canary', 'canary', 'the full name of a private repository in github'],
  [
    'the source has no groups in groups',
    'bitbucket',
    ['acme/canary', 'acme/pay/canary'],
    'canary[1]',
    'the full name of a private repository in bitbucket',
  ],
  [
    'it would be at another address',
    'gitlab',
    'acme/../canary',
    'canary',
    'the full name of a private repository in gitlab',
  ],
  [
    'its owner has one already',
    'github',
    ['acme/canary', 'Acme/other'],
    'canary[1]',
    'a repository of another owner: acme has a canary already',
  ],
])('a canary is an issue where %s', (_, type, canary, path, expected) => {
  expect(toIssues({ type, secret: 'env:X', api: { ...api, canary } })).toMatchObject([
    { path: `sources.x.api.${path}`, expected },
  ]);
});

test.each([7, [], [7], { name: 'acme/canary' }])('leaves a canary that is %j to the schema', (canary) => {
  const source = { type: 'github', secret: 'env:X', api: { ...api, canary } };
  expect(toIssues(source)).toEqual([]);
  const accounts = { main: { region: 'cn-north-4', credentials: 'env:Y' } };
  const checked = validateConfig('test', { accounts, sources: { x: source } });
  expect(checked).toMatchObject({
    ok: false,
    issues: [{ path: expect.stringMatching(/^sources\.x\.api\.canary/) }],
  });
});

test('a built-in name is reserved', () => {
  expect(toIssues({ type: 'github', secret: 'env:X' }, 'ecr')).toMatchObject([{ path: 'sources.ecr' }]);
});

test.each([null, 7, { sources: 7 }, { sources: { x: 7 } }, { sources: { x: { type: 'svn' } } }])(
  'ignores what the schema rejects: %j',
  (contents) => {
    expect(validateSources(contents)).toEqual([]);
  },
);

const shared = 'the same as in sources.one';
const secretIssue = { path: 'sources.two.secret', found: shared, expected: 'a secret of its own' };
const topicIssue = { found: shared, expected: 'a topic that no other source lists' };

test.each([
  ['one secret', { secret: 'env:X' }, { secret: 'env:X' }, [secretIssue]],
  [
    'one topic',
    { topics: ['t', 'u'] },
    { topics: ['v', 'u'] },
    [{ path: 'sources.two.topics[1]', ...topicIssue }],
  ],
  [
    'two topics',
    { topics: ['t', 'u'] },
    { topics: ['u', 't'] },
    [
      { path: 'sources.two.topics[0]', ...topicIssue },
      { path: 'sources.two.topics[1]', ...topicIssue },
    ],
  ],
  [
    'one secret, whatever else is wrong',
    { type: 7, secret: 'hunter2', topics: 7 },
    { secret: 'hunter2', api: null },
    [secretIssue],
  ],
])('two sources have %s in common', (_, one, two, issues) => {
  expect(validateSharing({ sources: { one, two } })).toEqual(issues);
});

test.each([
  { sources: { one: { secret: 'env:X' }, two: { secret: 'env:Y' }, three: {} } },
  { sources: { one: { topics: ['t', 't'] }, two: { topics: ['u'] } } },
  { sources: { one: { secret: 'env:X', api: { credentials: 'env:X' } } } },
  { sources: { one: 7, two: null } },
  { sources: [] },
  {},
  null,
])('nothing is in common: %j', (contents) => {
  expect(validateSharing(contents)).toEqual([]);
});
