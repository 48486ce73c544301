import { describe, expect, test } from '@jest/globals';
import {
  showName,
  syncRepoPath,
  validateOrganization,
  validateRepository,
  validateTarget,
} from '../../lib/huaweicloud/names.ts';

describe('an organization', () => {
  test.each([
    { why: 'one letter is enough', name: 'a' },
    { why: 'every kind of character', name: 'acme.dr_2-x' },
    { why: 'two underscores may stand together', name: 'acme__dr' },
    { why: 'it may end with a digit', name: 'acme1' },
    { why: '64 characters are the most', name: 'a'.repeat(64) },
  ])('can be named $name: $why', ({ name }) => {
    expect(validateOrganization(name)).toBeUndefined();
  });

  test.each([
    { why: 'it is empty', name: '' },
    { why: '65 characters are one too many', name: 'a'.repeat(65) },
    { why: 'it starts with a digit', name: '1acme' },
    { why: 'it starts with a separator', name: '-acme' },
    { why: 'it ends with a separator', name: 'acme_' },
    { why: 'it has a capital letter', name: 'Acme' },
    { why: 'three underscores stand together', name: 'acme___dr' },
    { why: 'two dots stand together', name: 'acme..dr' },
    { why: 'two hyphens stand together', name: 'acme--dr' },
    { why: 'different separators stand together', name: 'acme-_dr' },
    { why: 'a slash is only for repositories', name: 'acme/dr' },
    { why: 'a letter is not of the English alphabet', name: 'acmé' },
    { why: 'it would leave its segment of the path', name: 'a/../b' },
    { why: 'it would start a query', name: 'acme?x' },
    { why: 'a line break follows', name: 'acme\n' },
  ])('can not be named $name: $why', ({ name }) => {
    const shown = JSON.stringify(name).replace('é', '\\u{e9}');
    expect(validateOrganization(name)).toContain(`${shown} is not an SWR organization`);
  });
});

describe('a repository', () => {
  test.each([
    { why: 'one digit is enough', name: '1' },
    { why: 'it may have segments', name: 'payments/api/v2' },
    { why: 'every kind of character', name: '0pay.ments_api-2/x' },
    { why: 'two underscores may stand together', name: 'pay__api' },
    { why: '128 characters are the most', name: 'a'.repeat(128) },
  ])('can be named $name: $why', ({ name }) => {
    expect(validateRepository(name)).toBeUndefined();
  });

  test.each([
    { why: 'it is empty', name: '' },
    { why: '129 characters are one too many', name: 'a'.repeat(129) },
    { why: 'it starts with a slash', name: '/api' },
    { why: 'it ends with a slash', name: 'api/' },
    { why: 'a segment is empty', name: 'pay//api' },
    { why: 'a segment starts with a separator', name: 'pay/-api' },
    { why: 'a segment ends with a separator', name: 'pay_/api' },
    { why: 'a segment is a way up', name: 'pay/../api' },
    { why: 'three underscores stand together', name: 'pay___api' },
    { why: 'it has a capital letter', name: 'payments/API' },
    { why: 'it has the character that stands for a slash in paths', name: 'payments$api' },
    { why: 'it is encoded', name: 'payments%2Fapi' },
    { why: 'a line break follows', name: 'api\n' },
  ])('can not be named $name: $why', ({ name }) => {
    expect(validateRepository(name)).toContain(`${JSON.stringify(name)} is not an SWR repository`);
  });
});

test.each([
  { why: 'nothing to replace', repository: 'api', segment: 'api' },
  { why: 'a slash becomes $, unescaped', repository: 'payments/api', segment: 'payments$api' },
  { why: 'every slash does', repository: 'a/b/c/d', segment: 'a$b$c$d' },
])('writes $repository as $segment into the path: $why', ({ repository, segment }) => {
  expect(syncRepoPath('acme', repository)).toBe(`/v2/manage/namespaces/acme/repos/${segment}/sync_repo`);
});

test.each([
  { why: 'it would be another repository', namespace: 'acme', repository: 'core$db' },
  { why: 'it would be a fragment', namespace: 'acme', repository: 'x#y' },
  { why: 'it would leave the path', namespace: 'acme', repository: '..' },
  { why: 'it would be a query', namespace: 'acme?x', repository: 'api' },
  { why: 'it would leave the path', namespace: '..', repository: 'api' },
])('writes no path of $namespace and $repository: $why', ({ namespace, repository }) => {
  expect(() => syncRepoPath(namespace, repository)).toThrow(
    expect.objectContaining({ failure: expect.objectContaining({ code: 'INVALID_NAME', retryable: false }) }),
  );
});

test.each([
  { target: { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' }, fault: undefined },
  {
    target: { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme/dr' },
    fault: expect.stringContaining('"acme/dr" is not an SWR organization'),
  },
  {
    target: { remoteRegionId: 'cn/east', remoteNamespace: 'acme-dr' },
    fault: '"cn/east" is not a region: 1 to 64 of a-z 0-9 -',
  },
])('says of $target: $fault', ({ target, fault }) => {
  expect(validateTarget(target)).toEqual(fault);
});

test.each([
  { why: 'it prints', name: 'core$db', shown: 'core$db' },
  { why: 'a line break', name: 'a\nb', shown: 'a\\nb' },
  { why: 'a terminal would obey it', name: '\u001b[31m\u009b', shown: '\\u001b[31m\\u{9b}' },
  { why: 'it turns the text round', name: '\u202eabc', shown: '\\u{202e}abc' },
  { why: 'it is not seen', name: 'a\u200bb\u2028\u00a0', shown: 'a\\u{200b}b\\u{2028}\\u{a0}' },
  { why: 'half a character', name: '\ud800', shown: '\\ud800' },
  { why: 'it is long', name: 'x'.repeat(200), shown: `${'x'.repeat(150)}…` },
])('shows $name as $shown: $why', ({ name, shown }) => {
  expect(showName(name)).toBe(shown);
});
