import { describe, expect, test } from '@jest/globals';
import {
  showName,
  syncRepoPath,
  validateOrganization,
  validateRepository,
  validateTarget,
} from '../../lib/huaweicloud/names.ts';

describe('an organization', () => {
  test.each(['a', 'acme.dr_2-x', 'acme__dr', 'acme1', 'a'.repeat(64)])('can be named %j', (name) => {
    expect(validateOrganization(name)).toBeUndefined();
  });

  test.each([
    ['it is empty', ''],
    ['it has 65 characters', 'a'.repeat(65)],
    ['it starts with a digit', '1acme'],
    ['it starts with a separator', '-acme'],
    ['it ends with a separator', 'acme_'],
    ['it has a capital letter', 'Acme'],
    ['it has three underscores in a row', 'acme___dr'],
    ['it has two dots in a row', 'acme..dr'],
    ['it has two hyphens in a row', 'acme--dr'],
    ['it has two separators in a row', 'acme-_dr'],
    ['it has a slash', 'acme/dr'],
    ['it has a letter beyond ASCII', 'acmé'],
    ['it would leave its segment of the path', 'a/../b'],
    ['it would start a query', 'acme?x'],
    ['it ends with a line break', 'acme\n'],
  ])('is rejected when %s: %j', (_, name) => {
    const shown = JSON.stringify(name).replace('é', '\\u{e9}');
    expect(validateOrganization(name)).toContain(`${shown} is not an SWR organization`);
  });
});

describe('a repository', () => {
  test.each(['1', 'payments/api/v2', '0pay.ments_api-2/x', 'pay__api', 'a'.repeat(128)])(
    'can be named %j',
    (name) => {
      expect(validateRepository(name)).toBeUndefined();
    },
  );

  test.each([
    ['it is empty', ''],
    ['it has 129 characters', 'a'.repeat(129)],
    ['it starts with a slash', '/api'],
    ['it ends with a slash', 'api/'],
    ['a segment is empty', 'pay//api'],
    ['a segment starts with a separator', 'pay/-api'],
    ['a segment ends with a separator', 'pay_/api'],
    ['a segment is ..', 'pay/../api'],
    ['it has three underscores in a row', 'pay___api'],
    ['it has a capital letter', 'payments/API'],
    ['it has the character that replaces a slash in paths', 'payments$api'],
    ['it is encoded', 'payments%2Fapi'],
    ['it ends with a line break', 'api\n'],
  ])('is rejected when %s: %j', (_, name) => {
    expect(validateRepository(name)).toContain(`${JSON.stringify(name)} is not an SWR repository`);
  });
});

test.each([
  ['api', 'api'],
  ['payments/api', 'payments$api'],
  ['a/b/c/d', 'a$b$c$d'],
])('writes %s as %s into the path', (repository, segment) => {
  expect(syncRepoPath('acme', repository)).toBe(`/v2/manage/namespaces/acme/repos/${segment}/sync_repo`);
});

test.each([
  ['acme', 'core$db'],
  ['acme', 'x#y'],
  ['acme', '..'],
  ['acme?x', 'api'],
  ['..', 'api'],
])('writes no path of %s and %s', (namespace, repository) => {
  expect(() => syncRepoPath(namespace, repository)).toThrow(
    expect.objectContaining({ failure: expect.objectContaining({ code: 'INVALID_NAME', retryable: false }) }),
  );
});

test.each([
  ['cn-east-3', 'acme-dr', undefined],
  ['cn-east-3', 'acme/dr', expect.stringContaining('"acme/dr" is not an SWR organization')],
  ['cn/east', 'acme-dr', '"cn/east" is not a region: 1 to 64 of a-z 0-9 -'],
])('validates the target %s/%s: %s', (remoteRegionId, remoteNamespace, issue) => {
  expect(validateTarget({ remoteRegionId, remoteNamespace })).toEqual(issue);
});

test.each([
  { why: 'printable', name: 'core$db', shown: 'core$db' },
  { why: 'a line break', name: 'a\nb', shown: 'a\\nb' },
  { why: 'escape codes of a terminal', name: '\u001b[31m\u009b', shown: '\\u001b[31m\\u{9b}' },
  { why: 'a change of direction', name: '\u202eabc', shown: '\\u{202e}abc' },
  { why: 'invisible characters', name: 'a\u200bb\u2028\u00a0', shown: 'a\\u{200b}b\\u{2028}\\u{a0}' },
  { why: 'half a character', name: '\ud800', shown: '\\ud800' },
  { why: 'a long name', name: 'x'.repeat(200), shown: `${'x'.repeat(150)}…` },
])('shows $name as $shown: $why', ({ name, shown }) => {
  expect(showName(name)).toBe(shown);
});
