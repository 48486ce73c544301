import { expect, test } from '@jest/globals';
import * as v from 'valibot';
import { isRegistryName, registryNameSchema } from '../../lib/sources/registry-name.ts';

test.each(['a', 'library/test', 'a/b/c/d', 'a.b/c_d/e__f/g-h/i---j', 'a1.2-3', 'a'.repeat(255)])(
  '%s is the name of a repository',
  (name) => {
    expect(isRegistryName(name)).toBe(true);
  },
);

test.each([
  '',
  '/',
  'a/',
  '/a',
  'a//b',
  'A',
  'a b',
  'a..b',
  'a___b',
  'a._b',
  '-a',
  'a-',
  '.a',
  'a/../b',
  'a\n',
  'a'.repeat(256),
])('%j is none', (name) => {
  expect(isRegistryName(name)).toBe(false);
});

test('what is expected instead is told', () => {
  const { issues = [] } = v.safeParse(registryNameSchema, 'A');
  expect(issues.map(({ message }) => message)).toEqual([
    'the name of a repository, as the OCI Distribution Specification allows it',
  ]);
});
