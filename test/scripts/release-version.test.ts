import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ROOT, UsageError } from '../../command-line/options.ts';
import { nextVersion, setVersion } from '../../scripts/release/version.ts';

describe('the next version', () => {
  test.each([
    { current: '1.2.3', wanted: 'patch', next: '1.2.4' },
    { current: '1.2.3', wanted: 'minor', next: '1.3.0' },
    { current: '1.2.3', wanted: 'major', next: '2.0.0' },
    { current: '0.1.9', wanted: 'patch', next: '0.1.10' },
    { current: '1.9.0', wanted: '1.10.0', next: '1.10.0' },
  ])('after $current with $wanted is $next', ({ current, wanted, next }) => {
    expect(nextVersion(current, wanted)).toBe(next);
  });

  test.each(['1.2.3', '1.1.9', '0.9.9', '1.3', '1.3.0-rc.1', '01.3.0', 'v1.3.0', 'newest', ''])(
    'after 1.2.3 is not "%s"',
    (wanted) => {
      expect(() => nextVersion('1.2.3', wanted)).toThrow(UsageError);
    },
  );

  test('can not be told of one that is none', () => {
    expect(() => nextVersion('next', 'patch')).toThrow(
      'package.json: expected a version X.Y.Z, found "next"',
    );
  });
});

describe('the version is set', () => {
  const VERSION = '98.76.54';

  test.each([
    { name: 'package.json', count: 1, expected: { version: VERSION } },
    {
      name: 'package-lock.json',
      count: 2,
      expected: { version: VERSION, packages: { '': { version: VERSION } } },
    },
  ])("in the project's own $name, and nothing else", async ({ name, count, expected }) => {
    const text = await readFile(join(ROOT, name), 'utf8');
    const changed = setVersion(text, VERSION);
    expect(JSON.parse(changed)).toMatchObject(expected);
    const before = text.split('\n');
    const after = changed.split('\n');
    expect(after).toHaveLength(before.length);
    expect(after.filter((line, index) => line !== before[index])).toHaveLength(count);
  });

  test('in no file that npm would not write like this', () => {
    expect(() => setVersion('{ "version": "1.2.3" }', '1.2.4')).toThrow('format the file as npm does');
  });
});
