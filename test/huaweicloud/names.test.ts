import { describe, expect, test } from '@jest/globals';
import { faultOfOrganization, faultOfRepository, syncRepoPath } from '../../lib/huaweicloud/names.ts';

describe('an organization', () => {
  test.each([
    { why: 'one letter is enough', name: 'a' },
    { why: 'every kind of character', name: 'acme.dr_2-x' },
    { why: 'two underscores may stand together', name: 'acme__dr' },
    { why: 'it may end with a digit', name: 'acme1' },
    { why: '64 characters are the most', name: 'a'.repeat(64) },
  ])('can be named $name: $why', ({ name }) => {
    expect(faultOfOrganization(name)).toBeUndefined();
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
    expect(faultOfOrganization(name)).toContain(`${JSON.stringify(name)} is not an SWR organization`);
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
    expect(faultOfRepository(name)).toBeUndefined();
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
    expect(faultOfRepository(name)).toContain(`${JSON.stringify(name)} is not an SWR repository`);
  });
});

test.each([
  { why: 'nothing to replace', repository: 'api', segment: 'api' },
  { why: 'a slash becomes $, unescaped', repository: 'payments/api', segment: 'payments$api' },
  { why: 'every slash does', repository: 'a/b/c/d', segment: 'a$b$c$d' },
])('writes $repository as $segment into the path: $why', ({ repository, segment }) => {
  expect(syncRepoPath('acme', repository)).toBe(`/v2/manage/namespaces/acme/repos/${segment}/sync_repo`);
});
